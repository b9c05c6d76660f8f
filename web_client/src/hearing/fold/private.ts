/** Steps of private talks. A screening changes what the reader may see: the server sends the view anew. */
import type { ConsultationView, HearingView } from '@/protocol.gen';
import { moved } from './people';
import type { Steps } from './steps';

function withTalk(
  view: HearingView,
  number: number,
  change: (talk: ConsultationView) => Partial<ConsultationView>,
): HearingView {
  const consultations = view.consultations.map((talk) =>
    talk.consultation === number ? { ...talk, ...change(talk) } : talk,
  );
  return { ...view, consultations };
}

function drop(view: HearingView, number: number): HearingView {
  return { ...view, consultations: view.consultations.filter(({ consultation }) => consultation !== number) };
}

/** Put seats into a talk, or out of it (null). */
function seated(view: HearingView, consultation: number | null, who: (party: string, now: number | null) => boolean): HearingView {
  const seats = view.seats.map((seat) =>
    who(seat.party, seat.consultation) ? moved(seat, { consultation }) : seat,
  );
  return { ...view, seats };
}

export const privately: Steps = {
  consultation_asked: (view, { consultation, party, parties }) => ({
    ...view,
    consultations: [
      ...view.consultations,
      {
        consultation,
        asked_by: party,
        parties,
        accepted: [party],
        permitted: false,
        began_at: null,
        members: [],
        locked: false,
      },
    ],
  }),
  consultation_accepted: (view, event) =>
    withTalk(view, event.consultation, ({ accepted }) => ({ accepted: [...accepted, event.party].sort() })),
  consultation_declined: (view, { consultation }) => drop(view, consultation),
  consultation_permitted: (view, { consultation }) => withTalk(view, consultation, () => ({ permitted: true })),
  consultation_began: (view, { consultation, parties }, { at }) =>
    withTalk(seated(view, consultation, (party) => parties.includes(party)), consultation, () => ({
      began_at: at,
      members: parties,
    })),
  consultation_joined: (view, { consultation, party: joined }) =>
    withTalk(seated(view, consultation, (party) => party === joined), consultation, ({ members }) => ({
      members: [...members, joined],
    })),
  consultation_locked: (view, { consultation, locked }) => withTalk(view, consultation, () => ({ locked })),
  consultation_left: (view, { consultation, party: left }) =>
    withTalk(seated(view, null, (party) => party === left), consultation, ({ members }) => ({
      members: members.filter((party) => party !== left),
    })),
  consultation_ended: (view, { consultation }) =>
    drop(seated(view, null, (_, now) => now === consultation), consultation),
};
