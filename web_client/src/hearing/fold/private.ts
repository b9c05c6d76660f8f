/** Steps of private talks. A screening changes what the reader may see: the server sends the view anew. */
import type { ConsultationView, HearingView } from '@/protocol.gen';
import { moved } from './people';
import { oversees, type Steps } from './steps';

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

/** A talk is over or its members have changed: nobody is asked into it any more. */
function lapsed(view: HearingView, number: number): HearingView {
  return { ...view, consultations: view.consultations.filter(({ into }) => into !== number) };
}

/** A talk that was not told of before it began; who asked for it stays with its people. */
const newTalk = (consultation: number, parties: string[], into = 0): ConsultationView => ({
  consultation,
  asked_by: '',
  parties,
  accepted: [...parties].sort(),
  permitted: false,
  began_at: null,
  members: [],
  locked: false,
  into,
});

function heardOf(view: HearingView, number: number, parties: string[], into = 0): HearingView {
  const known = view.consultations.some(({ consultation }) => consultation === number);
  if (known) return view;
  // In the order in which they were asked for, which is not that in which one hears of them.
  const consultations = [...view.consultations, newTalk(number, parties, into)].sort((a, b) => a.consultation - b.consultation);
  return { ...view, consultations };
}

/** As the server names the people of a talk. */
const inSeatOrder = (view: HearingView, parties: string[]): string[] =>
  view.seats.map(({ party }) => party).filter((party) => parties.includes(party));

/** Put seats into a talk, or out of it (null). */
function seated(view: HearingView, consultation: number | null, who: (party: string, now: number | null) => boolean): HearingView {
  const seats = view.seats.map((seat) =>
    who(seat.party, seat.consultation) ? moved(seat, { consultation }) : seat,
  );
  return { ...view, seats };
}

export const privately: Steps = {
  consultation_asked: (view, { consultation, party, parties, into }) => ({
    ...view,
    consultations: [...view.consultations, { ...newTalk(consultation, parties, into), asked_by: party, accepted: [party] }],
  }),
  consultation_accepted: (view, event) =>
    withTalk(view, event.consultation, ({ accepted }) => ({ accepted: [...accepted, event.party].sort() })),
  consultation_declined: (view, { consultation }) => drop(view, consultation),
  consultation_awaits_leave: (view, { consultation, parties, into }) => heardOf(view, consultation, parties, into),
  consultation_leave_dropped: (view, { consultation, parties }, { you }) =>
    parties.includes(you) ? view : drop(view, consultation),
  consultation_permitted: (view, { consultation }) => withTalk(view, consultation, () => ({ permitted: true })),
  consultation_began: (view, { consultation, parties, permitted }, { at, you }) => {
    const told = oversees(view, you) ? heardOf(view, consultation, parties) : view;
    return withTalk(seated(told, consultation, (party) => parties.includes(party)), consultation, () => ({
      began_at: at,
      members: parties,
      permitted,
    }));
  },
  consultation_joined: (view, { consultation, party: joined, permitted }) =>
    withTalk(lapsed(seated(view, consultation, (party) => party === joined), consultation), consultation, (talk) => ({
      members: inSeatOrder(view, [...talk.members, joined]),
      parties: inSeatOrder(view, [...talk.parties, joined]),
      permitted: permitted ?? talk.permitted,
    })),
  consultation_locked: (view, { consultation, locked }) => withTalk(view, consultation, () => ({ locked })),
  consultation_left: (view, { consultation, party: left }) =>
    withTalk(lapsed(seated(view, null, (party) => party === left), consultation), consultation, ({ members }) => ({
      members: members.filter((party) => party !== left),
    })),
  consultation_ended: (view, { consultation }) =>
    drop(lapsed(seated(view, null, (_, now) => now === consultation), consultation), consultation),
};
