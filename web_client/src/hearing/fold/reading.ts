/** Steps of what is read back to the courtroom. */
import type { Steps } from './steps';

export const reading: Steps = {
  read_back_began: (view, { read_back, lines, ends_at }, { at, by }) => ({
    ...view,
    reading: { read_back, by, began_at: at, ends_at, lines },
  }),
  read_back_ended: (view) => ({ ...view, reading: null }),
};
