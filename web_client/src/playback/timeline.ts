/** What can be asked of an index, purely: where one is in it, what is said there, what is missing and why. */
import type { Access, Masked, Note, Piece, PlaybackGap, PlaybackIndex, PlaybackLine, PlaybackTrack, Turn } from '@/api/playback';

export const JOINED = 1500; // ms between two segments that are drawn as one stretch
const TOGETHER = 3000; // ms within which the sources of a beginning start: sound at once, a picture with its first key frame

/** An index and its sequel; the sequel alone when it is a whole one. */
export function merge(old: PlaybackIndex | null, found: PlaybackIndex): PlaybackIndex {
  if (!old || found.since === 0) return { ...found, lines: sorted(found.lines) };
  return {
    ...found,
    since: 0,
    tracks: mergeTracks(old.tracks, found.tracks),
    gaps: [...old.gaps, ...found.gaps],
    turns: [...old.turns, ...found.turns],
    lines: mergeLines(old.lines, found.lines),
  };
}

function mergeTracks(old: PlaybackTrack[], found: PlaybackTrack[]): PlaybackTrack[] {
  const tracks = new Map(old.map((track) => [keyOf(track), track]));
  for (const track of found) {
    const before = tracks.get(keyOf(track));
    const segments = [...(before?.segments ?? []), ...track.segments].sort((a, b) => a[0] - b[0]);
    tracks.set(keyOf(track), { ...track, segments });
  }
  return [...tracks.values()];
}

function mergeLines(old: PlaybackLine[], found: PlaybackLine[]): PlaybackLine[] {
  if (!found.length) return old;
  const lines = new Map(old.map((line) => [line.line, line]));
  for (const line of found) lines.set(line.line, line);
  return sorted([...lines.values()]);
}

/** What stands in the record, in the order of time. */
const sorted = (lines: PlaybackLine[]) => lines.filter((line) => !line.struck).sort((a, b) => a.started_at - b.started_at || a.line - b.line);

export const keyOf = (track: { party: string; source: string }) => `${track.party} ${track.source}`;

/** The last place in a sorted list whose start is not after `at`, -1 before the first. */
export function lastBefore<Item>(items: readonly Item[], at: number, start: (item: Item) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (start(items[middle]!) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The segment that covers `at`. */
export function segmentAt(segments: readonly Piece[], at: number): Piece | null {
  const piece = segments[lastBefore(segments, at, ([start]) => start)];
  return piece && at < piece[1] ? piece : null;
}

/** Where a reader is first put: near the beginning, when everything is there that begins with it. */
export function opening(tracks: readonly PlaybackTrack[], began: number): number {
  const starts = tracks.flatMap(({ segments }) => segments.slice(0, 1).map(([start]) => start));
  return Math.max(began, ...starts.filter((start) => start <= began + TOGETHER));
}

/** Stretches of one track without a hole worth drawing. */
export function stretches(segments: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const [start, end] of segments) {
    const last = found[found.length - 1];
    if (last && start - last[1] <= JOINED) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

export const covers = (span: { started_at: number; ended_at: number | null }, at: number) =>
  span.started_at <= at && (span.ended_at === null || at < span.ended_at);

export const maskedAt = (masked: readonly Masked[], at: number): Masked | null => masked.find((span) => covers(span, at)) ?? null;

/** The gap of a seat's source at `at`. */
export function gapAt(gaps: readonly PlaybackGap[], party: string, source: string, at: number): PlaybackGap | null {
  return gaps.find((gap) => gap.party === party && gap.source === source && covers(gap, at)) ?? null;
}

/** The line that is being said, or was the last one. */
export const lineAt = (lines: readonly PlaybackLine[], at: number): PlaybackLine | null =>
  lines[lastBefore(lines, at, (line) => line.started_at)] ?? null;

export const speaksAt = (line: PlaybackLine | null, at: number): boolean => !!line && at < Math.max(line.ended_at, line.started_at + 1000);

export interface Stretch {
  name: string;
  started_at: number;
  ended_at: number;
}

/** What a kind of turns makes of the time up to `end`: each goes on until the next. */
export function stretchesOf(turns: readonly Turn[], kind: Turn['kind'], end: number): Stretch[] {
  const own = turns.filter((turn) => turn.kind === kind);
  return own
    .map((turn, n) => ({ name: turn.name, started_at: turn.at, ended_at: own[n + 1]?.at ?? end }))
    .filter((stretch) => stretch.ended_at > stretch.started_at);
}

/** The levels that hold on spans of the recording, for who may know them. */
export const spansOf = (access: readonly Access[]): Access[] => access.filter((one) => one.started_at !== 0 || one.ended_at !== null);

export interface Hit {
  kind: 'line' | 'note';
  id: number;
  at: number;
  text: string;
  speaker: string;
}

/** Letters that say the same are the same: wide and narrow, large and small, with spaces or without. */
export const plain = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

/** Lines and notes with these words in them, in the order of time. */
export function search(lines: readonly PlaybackLine[], notes: readonly Note[], words: string): Hit[] {
  const wanted = plain(words);
  if (!wanted) return [];
  const inLines = lines
    .filter((line) => !line.masked && plain(line.text).includes(wanted))
    .map((line): Hit => ({ kind: 'line', id: line.line, at: line.started_at, text: line.text, speaker: line.speaker }));
  const inNotes = notes
    .filter((note) => note.text && plain(note.text).includes(wanted))
    .map((note): Hit => ({ kind: 'note', id: note.note, at: note.at, text: note.text, speaker: note.by }));
  return [...inLines, ...inNotes].sort((a, b) => a.at - b.at);
}

/** 1:02:03, or 02:03 under an hour. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}
