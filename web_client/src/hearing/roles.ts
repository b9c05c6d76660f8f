/** What follows from a role: where one sits, what one may do here, what one is called. */
import type { HearingView, Role, SeatView } from '@/protocol.gen';

export type Place = 'bench' | 'clerk' | 'left' | 'right' | 'stand';

const PLACES: Record<Role, Place> = {
  presiding_judge: 'bench',
  judge: 'bench',
  assessor: 'bench',
  clerk: 'clerk',
  prosecutor: 'left',
  plaintiff: 'left',
  defendant: 'right',
  counsel: 'right',
  detention_officer: 'right',
  witness: 'stand',
  expert: 'stand',
  interpreter: 'stand',
  bailiff: 'stand',
  observer: 'stand',
};

/** The order in which seats are read out and F-keys are given: bench first, then as in the courtroom. */
const ORDER: Role[] = [
  'presiding_judge',
  'judge',
  'assessor',
  'prosecutor',
  'plaintiff',
  'defendant',
  'counsel',
  'witness',
  'expert',
  'interpreter',
  'clerk',
  'bailiff',
  'detention_officer',
  'observer',
];

const STAFF: ReadonlySet<Role> = new Set(['presiding_judge', 'judge', 'assessor', 'clerk']);

const BY_SIDE: Partial<Record<SeatView['side'], Place>> = { claim: 'left', defence: 'right' };

/** Parties and their counsel sit on their side; everybody else has a place of their own. */
export function placeOf({ role, side }: Pick<SeatView, 'role' | 'side'>): Place {
  const place = PLACES[role];
  return place === 'left' || place === 'right' ? (BY_SIDE[side] ?? place) : place;
}
export const presides = (role: Role): boolean => role === 'presiding_judge';
export const admits = (role: Role): boolean => role === 'presiding_judge' || role === 'clerk';
export const writes = (role: Role): boolean => role === 'clerk';
export const isStaff = (role: Role): boolean => STAFF.has(role);
export const speaks = (role: Role): boolean => role !== 'observer';
export const readsLines = (role: Role): boolean =>
  !['witness', 'expert', 'bailiff', 'detention_officer', 'observer'].includes(role);

/** What a party may do, as parties.py has it: only what pages show. The server decides. */
export type Right = 'preside' | 'raise' | 'object' | 'consult';

const BENCH: ReadonlySet<Role> = new Set(['presiding_judge', 'judge', 'assessor']);
const OF_PARTIES: ReadonlySet<Role> = new Set(['prosecutor', 'plaintiff', 'defendant', 'counsel']);
const HEARD: ReadonlySet<Role> = new Set(['witness', 'expert', 'interpreter']);

export function has(role: Role, right: Right): boolean {
  if (right === 'preside') return presides(role);
  if (right === 'object') return OF_PARTIES.has(role);
  if (right === 'consult') return OF_PARTIES.has(role) || HEARD.has(role);
  return role !== 'presiding_judge' && role !== 'observer';
}

export const onBench = (role: Role): boolean => BENCH.has(role);
/** Called into the courtroom, and outside it before and after: whoever is heard as evidence. */
export const isCalled = (role: Role): boolean => role === 'witness' || role === 'expert';

/**
 * Whether sound and picture of `seat` come to `me` in this state, as reach.py has it: everybody is in one
 * room at a time. What a single source or a screening takes away is not in it.
 */
export function meets(view: HearingView, me: SeatView, seat: SeatView): boolean {
  if (me.presence === 'consulting' || seat.presence === 'consulting') {
    return me.consultation !== null && me.consultation === seat.consultation;
  }
  if (view.identity_checks[seat.party] === me.party || view.identity_checks[me.party] === seat.party) return true;
  if (me.presence !== 'admitted' || seat.presence !== 'admitted' || seat.role === 'observer') return false;
  if (me.role === 'observer') return view.phase === 'in_session' && !view.public_excluded && !view.deliberating;
  if (view.deliberating) return onBench(me.role) && onBench(seat.role);
  if (view.phase === 'waiting' || view.phase === 'in_session') return true;
  const staff = isStaff(me.role) && isStaff(seat.role);
  return staff || (view.phase === 'closed' && (me.role === 'clerk' || seat.role === 'clerk'));
}

/** Whether two may talk in private: counsel and client, interpreter and whom they interpret for. */
export function linked(one: SeatView, other: SeatView): boolean {
  return serves(one, other.party) || serves(other, one.party) || one.counsel_for.some((p) => other.counsel_for.includes(p));
}

const serves = (seat: SeatView, party: string) => seat.counsel_for.includes(party) || seat.interpreter_for.includes(party);

type Sitting = Pick<SeatView, 'role' | 'side'>;
export type Arrangement<Seat extends Sitting = SeatView> = Record<Place, Seat[]>;

/** Every seat in its fixed place; the presiding judge sits in the middle of the bench. */
export function arrange<Seat extends Sitting>(seats: readonly Seat[]): Arrangement<Seat> {
  const at = (place: Place) => inOrder(seats).filter((seat) => seat.role !== 'observer' && placeOf(seat) === place);
  const [president, ...others] = at('bench');
  const half = Math.ceil(others.length / 2);
  const bench = president ? [...others.slice(0, half), president, ...others.slice(half)] : others;
  const left = at('left');
  const right = at('right').sort((a, b) => Number(b.role === 'counsel') - Number(a.role === 'counsel'));
  return { bench, clerk: at('clerk'), left, right, stand: at('stand') };
}

/** Seats in the order of the F-keys. */
export function inOrder<Seat extends Sitting>(seats: readonly Seat[]): Seat[] {
  return [...seats].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
}

/** The key of a role's name: defendant and counsel are called otherwise in a criminal case. */
export function roleKey(role: Role, procedure: string): string {
  const criminal = procedure === 'criminal' && (role === 'defendant' || role === 'counsel');
  return criminal ? `role.${role}_criminal` : `role.${role}`;
}
