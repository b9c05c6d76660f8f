/** Private talks as one reader sees them. Pure. */
import { linked } from '@/hearing/roles';
import { identifies } from '@/waiting/situation';
import type { ConsultationView, HearingView, SeatView } from '@/protocol.gen';

export type Standing =
  | 'asked' // I am asked and have not answered
  | 'waits' // others have not answered
  | 'leave' // everybody has; the judge has not
  | 'joinable' // I was asked to it, it goes on without me and is not locked
  | 'mine' // I am in it
  | 'other';

export function standingOf(talk: ConsultationView, you: string): Standing {
  if (talk.members.includes(you)) return 'mine';
  if (talk.began_at !== null) {
    return talk.parties.includes(you) && !talk.locked ? 'joinable' : 'other';
  }
  if (!talk.parties.includes(you)) return 'other';
  if (!talk.accepted.includes(you)) return 'asked';
  return missing(talk).length ? 'waits' : 'leave';
}

/** Who has not accepted yet. */
export const missing = (talk: ConsultationView): string[] => talk.parties.filter((party) => !talk.accepted.includes(party));

/** Of an ask into a talk: who is the further one, and whom they would meet. */
export function intoOf(view: HearingView, talk: ConsultationView): { further: string; members: string[] } | null {
  if (!talk.into) return null;
  const apart = (party: string) => view.seats.find((seat) => seat.party === party)?.consultation !== talk.into;
  return { further: talk.parties.find(apart) ?? '', members: talk.parties.filter((party) => !apart(party)) };
}

/** Whether they have shown who they are, where that is demanded, or were let in: nobody else comes into a talk. */
export const mayTalk = (view: HearingView, seat: SeatView): boolean => seat.admitted || !identifies(view, seat) || seat.identified;

const FREE: ReadonlySet<SeatView['presence']> = new Set(['waiting', 'admitted', 'outside']);
export const isFree = (view: HearingView, seat: SeatView): boolean => FREE.has(seat.presence) && mayTalk(view, seat);

/** Whom `me` may ask: those linked to them, and interpreters whose links come by one of those. */
export function companions(view: HearingView, me: SeatView): SeatView[] {
  if (!mayTalk(view, me)) return [];
  const near = view.seats.filter((seat) => seat.party !== me.party && linked(me, seat));
  const far = view.seats.filter(
    (seat) => seat.role === 'interpreter' && seat.party !== me.party && !near.includes(seat) && near.some((one) => linked(one, seat)),
  );
  return [...near, ...far];
}

/** Whom a member may ask into their talk: whoever is linked to somebody in it and was not asked to it. */
export function further(view: HearingView, talk: ConsultationView): SeatView[] {
  const members = view.seats.filter((seat) => talk.members.includes(seat.party));
  const known = [...talk.parties, ...talk.members];
  return view.seats.filter((seat) => !known.includes(seat.party) && members.some((one) => linked(one, seat)));
}

/** The interpreters of those who are chosen, whom they will want with them. */
export function interpretersFor(view: HearingView, parties: readonly string[]): SeatView[] {
  return view.seats.filter((seat) => seat.role === 'interpreter' && seat.interpreter_for.some((party) => parties.includes(party)));
}

/** Whether a talk of these waits for the presiding judge: in session, for whoever is in the courtroom. */
export function needsLeave(view: HearingView, seats: readonly SeatView[]): boolean {
  return view.phase === 'in_session' && !view.deliberating && seats.some((seat) => seat.presence === 'admitted');
}
