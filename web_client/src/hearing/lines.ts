/** Which lines of the record are read as such. */
import type { HearingView, LineView } from '@/protocol.gen';

/** It is printed. */
export const stands = (line: LineView): boolean => line.struck === null;

/** The record takes nothing more: the hearing is closed and everybody has answered all of it. */
export const complete = (view: HearingView): boolean =>
  view.phase === 'closed' && !!view.freeze?.archived && !view.freeze.changed_since;

/** It is shown, struck through if it was struck; not what is in another line or was never meant. */
export const shown = (line: LineView): boolean => line.struck === null || line.struck === 'struck';

/** The number in the print of each line that stands, by the number that it has for good. */
export function places(lines: readonly LineView[]): Map<number, number> {
  return new Map(lines.filter(stands).map(({ line }, index) => [line, index + 1]));
}
