/** Private talks as one reader sees them. Pure. */
import { linked } from '@/hearing/roles';
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

const FREE: ReadonlySet<SeatView['presence']> = new Set(['waiting', 'admitted', 'outside']);
export const isFree = (seat: SeatView): boolean => FREE.has(seat.presence);

/** Whom `me` may ask: those linked to them, and interpreters whose links come by one of those. */
export function companions(view: HearingView, me: SeatView): SeatView[] {
  const near = view.seats.filter((seat) => seat.party !== me.party && linked(me, seat));
  const far = view.seats.filter(
    (seat) => seat.role === 'interpreter' && seat.party !== me.party && !near.includes(seat) && near.some((one) => linked(one, seat)),
  );
  return [...near, ...far];
}

/** The interpreters of those who are chosen, whom they will want with them. */
export function interpretersFor(view: HearingView, parties: readonly string[]): SeatView[] {
  return view.seats.filter((seat) => seat.role === 'interpreter' && seat.interpreter_for.some((party) => parties.includes(party)));
}

/** Whether a talk of these waits for the presiding judge: in session, for whoever is in the courtroom. */
export function needsLeave(view: HearingView, seats: readonly SeatView[]): boolean {
  return view.phase === 'in_session' && !view.deliberating && seats.some((seat) => seat.presence === 'admitted');
}
