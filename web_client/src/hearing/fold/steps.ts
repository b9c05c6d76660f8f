/** What the steps of the fold share. */
import type { EntryView, EventTold, FreezeView, HearingView, Role, SeatView } from '@/protocol.gen';

export type HearingEvent = EventTold['event'];
export type Of<T extends HearingEvent['type']> = Extract<HearingEvent, { type: T }>;

/** Whose view it is, when the event happened and through whom. */
export interface Told {
  you: string;
  at: number;
  by: string;
}
export type Step<T extends HearingEvent['type']> = (view: HearingView, event: Of<T>, told: Told) => HearingView;
export type Steps = { [T in HearingEvent['type']]?: Step<T> };

export type SeatChange = (seat: SeatView) => Partial<SeatView>;

export function withSeat(view: HearingView, party: string, change: SeatChange): HearingView {
  const seats = view.seats.map((seat) => (seat.party === party ? { ...seat, ...change(seat) } : seat));
  return { ...view, seats };
}

/** The step of an event of one party that changes its seat. */
export function seatStep<T extends HearingEvent['type']>(
  change: (event: Of<T>, seat: SeatView, view: HearingView) => Partial<SeatView>,
): (view: HearingView, event: Of<T> & { party: string }) => HearingView {
  return (view, event) => withSeat(view, event.party, (seat) => change(event, seat, view));
}

const COURT: ReadonlySet<Role> = new Set(['presiding_judge', 'judge', 'assessor', 'clerk']);

/** Whether the reader sees how parties came in, and the recording: of bench and clerk whoever was let in and not sent out. */
export function oversees(view: HearingView, you: string): boolean {
  const me = view.seats.find((seat) => seat.party === you);
  return !!me && COURT.has(me.role) && me.admitted && me.inside;
}

/** Under which name a party writes and reads: the clerks share a desk. */
export function readerOf(view: HearingView, party: string): string {
  return view.seats.find((seat) => seat.party === party)?.role === 'clerk' ? 'clerk' : party;
}

/** Changes in how a party came in; only to those who see it. */
export const entry = (changes: (entry: EntryView) => Partial<EntryView>) => (seat: SeatView) => ({
  entry: seat.entry && { ...seat.entry, ...changes(seat.entry) },
});

/** Everybody who was asked has signed or refused. */
export const answered = (freeze: FreezeView): boolean =>
  freeze.sealed && freeze.signers.every((party) => party in freeze.signed || party in freeze.refused);

/** The clerk has seen, since the freeze, who it is that signs. */
export function signerKnown(view: HearingView, party: string): HearingView {
  const { freeze } = view;
  if (!freeze?.signers.includes(party) || freeze.identified.includes(party)) return view;
  return { ...view, freeze: { ...freeze, identified: [...freeze.identified, party].sort() } };
}

/** What was frozen is not what stands in the record now. */
export function transcriptChanged(view: HearingView): HearingView {
  return view.freeze ? { ...view, freeze: { ...view.freeze, changed_since: true } } : view;
}

export function without<V>(record: Record<string, V>, gone: string): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== gone));
}
