/** Which lines of the record are read as such. */
import type { LineView } from '@/protocol.gen';

/** It is printed. */
export const stands = (line: LineView): boolean => line.struck === null;

/** It is shown, struck through if it was struck; not what is in another line or was never meant. */
export const shown = (line: LineView): boolean => line.struck === null || line.struck === 'struck';
