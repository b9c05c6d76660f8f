/** What follows from a role: where one sits, what one may do here, what one is called. */
import type { Phase, Role, SeatView } from '@/protocol.gen';

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

export const placeOf = (role: Role): Place => PLACES[role];
export const presides = (role: Role): boolean => role === 'presiding_judge';
export const admits = (role: Role): boolean => role === 'presiding_judge' || role === 'clerk';
export const writes = (role: Role): boolean => role === 'clerk';
export const isStaff = (role: Role): boolean => STAFF.has(role);
export const speaks = (role: Role): boolean => role !== 'observer';
export const readsLines = (role: Role): boolean =>
  !['witness', 'expert', 'bailiff', 'detention_officer', 'observer'].includes(role);

/**
 * Whether two seats share sound and picture in this phase (as reach.py has it): in a pause only bench and
 * clerk, after the closing everybody with the clerk and the staff among themselves.
 */
export function shares(phase: Phase, viewer: Role, sender: Role): boolean {
  const staff = isStaff(viewer) && isStaff(sender);
  if (phase === 'waiting' || phase === 'in_session') return true;
  if (phase === 'closed') return staff || viewer === 'clerk' || sender === 'clerk';
  return staff;
}

export interface Arrangement {
  bench: SeatView[];
  clerk: SeatView[];
  left: SeatView[];
  right: SeatView[];
  stand: SeatView[];
}

/** Every seat in its fixed place; the presiding judge sits in the middle of the bench. */
export function arrange(seats: readonly SeatView[]): Arrangement {
  const at = (place: Place) => inOrder(seats).filter((seat) => placeOf(seat.role) === place);
  const [president, ...others] = at('bench');
  const half = Math.ceil(others.length / 2);
  const bench = president ? [...others.slice(0, half), president, ...others.slice(half)] : others;
  const left = at('left');
  const right = at('right').sort((a, b) => Number(b.role === 'counsel') - Number(a.role === 'counsel'));
  return { bench, clerk: at('clerk'), left, right, stand: at('stand') };
}

/** Seats in the order of the F-keys. */
export function inOrder(seats: readonly SeatView[]): SeatView[] {
  return [...seats].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
}

/** The key of a role's name: defendant and counsel are called otherwise in a criminal case. */
export function roleKey(role: Role, procedure: string): string {
  const criminal = procedure === 'criminal' && (role === 'defendant' || role === 'counsel');
  return criminal ? `role.${role}_criminal` : `role.${role}`;
}
