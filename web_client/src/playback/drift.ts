/** How an element is brought back to the clock: a little faster or slower, or, too far away, by a jump. */
export const JUMP = 0.3; // s
export const BEGIN = 0.025; // s of drift at which a correction begins
export const END = 0.008; // s at which it ends
const MOST = 0.06; // of the speed
const WITHIN = 1.5; // s in which the drift shall be gone
const LOOKS = 7; // of which the middle one counts

/** How far an element is ahead, without the steps in which a browser tells its time: 40 ms in Firefox. */
export class Drift {
  private last: number[] = [];

  /** What was seen now, s; what counts is given back. What is too far away counts at once. */
  seen(drift: number): number {
    if (Math.abs(drift) > JUMP) return drift;
    this.last = [...this.last.slice(1 - LOOKS), drift];
    return this.last.toSorted((a, b) => a - b)[this.last.length >> 1]!;
  }

  forget(): void {
    this.last = [];
  }
}

export interface Correction {
  jump: boolean;
  correcting: boolean;
  factor: number; // of the speed
}

/** `drift` is how far the element is ahead of the clock, s. */
export function correct(drift: number, correcting: boolean): Correction {
  const size = Math.abs(drift);
  if (size > JUMP) return { jump: true, correcting: false, factor: 1 };
  if (size < (correcting ? END : BEGIN)) return { jump: false, correcting: false, factor: 1 };
  const change = Math.min(MOST, Math.max(0.01, size / WITHIN));
  return { jump: false, correcting: true, factor: drift > 0 ? 1 - change : 1 + change };
}
