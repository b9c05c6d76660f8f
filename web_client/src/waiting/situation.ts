/** Why somebody is not in the courtroom, in the order of what matters most to them. */
import { inOrder, isStaff } from '@/hearing/roles';
import type { HearingView, SeatView } from '@/protocol.gen';

export type Situation = 'cancelled' | 'checking' | 'suspended' | 'outside_witness' | 'outside_dismissed' | 'waiting';

export function situationOf(view: HearingView, me: SeatView): Situation {
  if (view.cancelled) return 'cancelled';
  if (me.party in view.identity_checks) return 'checking';
  if (view.phase === 'suspended') return 'suspended';
  if (me.presence !== 'outside') return 'waiting';
  return me.role === 'witness' || me.role === 'expert' ? 'outside_witness' : 'outside_dismissed';
}

/** Who waits to be admitted, in the order of the seats. */
export const waitingOf = (view: HearingView): SeatView[] => inOrder(view.seats).filter(({ presence }) => presence === 'waiting');

/** Whether somebody who waits must show a document, as people.py has it: of the court nobody waits whom it knows. */
export const identifies = (view: HearingView, seat: SeatView): boolean => isStaff(seat.role) || (!!view.demands.identity && seat.role !== 'observer');

/** Whether they have shown it, if they must. */
export const admissible = (view: HearingView, seat: SeatView): boolean => !identifies(view, seat) || !!seat.entry?.identity;

/** Who is let in with all the others: not whom the court lets in by name alone. */
export const freeOf = (view: HearingView): SeatView[] =>
  waitingOf(view).filter((seat) => admissible(view, seat) && !isStaff(seat.role) && !seat.entry?.resembles);

/** Whether a seat should be here by now and is not: `grace` ms after the planned time. */
export function isLate(view: HearingView, seat: SeatView, now: number, grace = 60_000): boolean {
  const gone = seat.presence === 'expected' || seat.presence === 'away';
  const running = view.phase !== 'closed' && view.phase !== 'suspended';
  return gone && running && now > view.planned_at + grace;
}

const pad = (value: number) => String(value).padStart(2, '0');

/** 1:02:03, or 02:03 */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
