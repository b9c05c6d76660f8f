/** The line of one party as a drawing: points of time, loss and round trip. Pure. */
import type { Beat, LineNow } from '@/api/centre';

export interface Point {
  at: number;
  loss: number; // 0 to 1
  rtt: number | null; // ms
}

export const SPAN = 60 * 60_000; // ms that are drawn
export const WIDTH = 600;
export const HEIGHT = 120;
const FULL_LOSS = 0.2; // the top of the drawing
const FULL_TRIP = 600; // ms

export const pointOf = (beat: Beat): Point => ({
  at: beat.at,
  loss: beat.silent ? 1 : Math.max(beat.loss_up, beat.loss_down) / 1000,
  rtt: beat.rtt_ms,
});

export const pointNow = (line: LineNow, at: number): Point => ({ at, loss: line.loss, rtt: line.rtt_ms });

const within = (value: number, full: number) => Math.min(Math.max(value / full, 0), 1) * (HEIGHT - 4);
const x = (at: number, now: number) => WIDTH - ((now - at) / SPAN) * WIDTH;

export const recent = (points: readonly Point[], now: number): Point[] => points.filter((one) => now - one.at <= SPAN);

/** Bars from the ground: a loss that is there is never too thin to be seen. */
export function lossPath(points: readonly Point[], now: number): string {
  return points
    .filter((one) => one.loss > 0)
    .map((one) => `M${x(one.at, now).toFixed(1)} ${HEIGHT}v${-Math.max(2, within(one.loss, FULL_LOSS)).toFixed(1)}`)
    .join('');
}

/** The round trip; where it was not measured the line is broken. */
export function tripPath(points: readonly Point[], now: number): string {
  let pen = 'M';
  let path = '';
  for (const one of points) {
    if (one.rtt === null) pen = 'M';
    else {
      path += `${pen}${x(one.at, now).toFixed(1)} ${(HEIGHT - within(one.rtt, FULL_TRIP)).toFixed(1)}`;
      pen = 'L';
    }
  }
  return path;
}

export function worstOf(points: readonly Point[]): { loss: number; rtt: number | null } {
  const trips = points.flatMap((one) => (one.rtt === null ? [] : [one.rtt]));
  return { loss: Math.max(0, ...points.map((one) => one.loss)), rtt: trips.length ? Math.max(...trips) : null };
}
