/** Who may do what with exhibits, as hearing_server/domain/parties.py and decide/exhibits.py have it. */
import type { ExhibitView, HearingView, Role, SeatView } from '@/protocol.gen';
import { isStaff, onBench } from '@/hearing/roles';

const PRESENTS: ReadonlySet<Role> = new Set([
  'presiding_judge', 'clerk', 'prosecutor', 'plaintiff', 'defendant', 'counsel', 'expert',
]);
const OPINES: ReadonlySet<Role> = new Set(['prosecutor', 'plaintiff', 'defendant', 'counsel']);

export const presents = (role: Role): boolean => PRESENTS.has(role);
export const opines = (role: Role): boolean => OPINES.has(role);

/** The court shows any, a side its own. */
export function mayShow(view: HearingView, me: SeatView, one: ExhibitView): boolean {
  if (view.deliberating && onBench(me.role)) return false;
  if (view.phase !== 'in_session' || me.presence !== 'admitted' || one.withdrawn || !presents(me.role)) return false;
  const owner = view.seats.find((seat) => seat.party === one.party);
  const ownSide = me.side !== 'neutral' && owner?.side === me.side;
  if (!isStaff(me.role) && one.party !== me.party && !ownSide) return false;
  return !view.shown || view.shown.party === me.party || isStaff(me.role);
}

export const mayOpine = (view: HearingView, me: SeatView, one: ExhibitView): boolean =>
  opines(me.role) && me.presence === 'admitted' && !one.withdrawn &&
  ['waiting', 'in_session', 'paused', 'suspended'].includes(view.phase);

export const mayWithdraw = (view: HearingView, me: SeatView, one: ExhibitView): boolean =>
  one.party === me.party && !one.was_shown && !one.withdrawn && view.phase !== 'closed';

export const maySubmit = (view: HearingView, me: SeatView): boolean =>
  presents(me.role) && view.phase !== 'closed' && me.presence !== 'removed';

/** Where a film that plays for everybody stands now, in seconds. */
export function positionAt(shown: { playing: boolean; position: number; moved_at: number }, now: number): number {
  const passed = shown.playing ? Math.max(0, now - shown.moved_at) : 0;
  return (shown.position + passed) / 1000;
}
