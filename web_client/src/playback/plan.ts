/** What of a track is to be fetched next, and what is kept no longer. */
import type { Piece } from '@/api/playback';
import { lastBefore } from './timeline';

export const AHEAD = 20_000; // ms, at single speed
export const BEHIND = 15_000;
export const FAR = 45_000; // ms ahead that is still kept, after a jump back

/** Segments to have at `at`, the nearest first. */
export function wanted(segments: readonly Piece[], at: number, rate: number): Piece[] {
  const until = at + AHEAD * Math.max(1, rate);
  const found: Piece[] = [];
  for (let n = Math.max(0, lastBefore(segments, at, ([start]) => start)); n < segments.length; n++) {
    const piece = segments[n]!;
    if (piece[0] > until) break;
    if (piece[1] > at) found.push(piece);
  }
  return found;
}

/** Those of the loaded ones that lie too far away to be kept. */
export function stale(loaded: Iterable<Piece>, at: number): Piece[] {
  return [...loaded].filter(([start, end]) => end < at - BEHIND || start > at + FAR);
}
