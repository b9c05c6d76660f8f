/** The live check of the recording as the clerk reads it: each seat, and the whole in one line. Pure. */
import type { RecordingChecked, SeatView, SourceChecked } from '@/protocol.gen';

export type Tone = 'good' | 'bad' | 'plain';

export interface SourceHealth {
  source: string;
  tone: Tone;
  word: string; // below `health.`
}

export interface SeatHealth {
  seat: SeatView;
  tone: Tone;
  sources: SourceHealth[];
  saved: number | null; // seconds since the oldest of its files was made safe
  behind: number | null; // seconds by which its files lag behind the clock
}

export interface Summary {
  tone: Tone;
  word: string; // below `health.`
  n: number; // seats
  saved: number | null;
  minutes: number | null; // of room for recordings, in the scarcest place
}

export function healthOf(seats: readonly SeatView[], checked: RecordingChecked | null): SeatHealth[] {
  return seats.filter((seat) => seat.role !== 'observer').map((seat) => seatHealth(seat, checked?.sources[seat.party] ?? {}));
}

export function summaryOf(health: readonly SeatHealth[], checked: RecordingChecked | null): Summary {
  const recorded = health.filter(({ sources }) => sources.length);
  const bad = recorded.filter(({ tone }) => tone === 'bad').length;
  const saved = most(recorded.map((seat) => seat.saved));
  const minutes = least((checked?.directories ?? []).map((place) => place.minutes));
  const rest = { saved, minutes };
  if (!checked) return { tone: 'plain', word: 'waiting', n: 0, ...rest };
  if (!checked.recorder) return { tone: 'bad', word: 'silent', n: 0, ...rest };
  if (bad) return { tone: 'bad', word: 'some_bad', n: bad, ...rest };
  if (!recorded.length) return { tone: 'plain', word: 'nobody', n: 0, ...rest };
  const good = recorded.filter(({ tone }) => tone === 'good').length;
  if (!good) return { tone: 'plain', word: 'waiting', n: 0, ...rest };
  return { tone: 'good', word: 'all_good', n: good, ...rest };
}

function seatHealth(seat: SeatView, of: Record<string, SourceChecked>): SeatHealth {
  const sources = Object.entries(of).map(([source, one]) => sourceHealth(source, one));
  const measured = Object.values(of).filter(({ flowing }) => flowing);
  return {
    seat,
    tone: (['bad', 'good'] as const).find((tone) => sources.some((source) => source.tone === tone)) ?? 'plain',
    sources,
    saved: seconds(most(measured.map(({ saved }) => saved)), 0),
    behind: seconds(most(measured.map(({ behind }) => behind)), 1),
  };
}

function sourceHealth(source: string, { code, flowing, heard, in_file, behind }: SourceChecked): SourceHealth {
  if (code === 'nothing_arrives') return { source, tone: 'bad', word: 'nothing' };
  if (code === 'malformed') return { source, tone: 'bad', word: 'damaged' };
  if (code) return { source, tone: 'bad', word: heard ? 'heard_not' : 'written_not' };
  if (!flowing) return { source, tone: 'plain', word: 'nothing' };
  if (behind === null || !in_file) return { source, tone: 'plain', word: 'starting' };
  return { source, tone: 'good', word: heard ? 'heard' : heard === false ? 'quiet' : 'written' };
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const most = (values: readonly (number | null)[]): number | null => (known(values).length ? Math.max(...known(values)) : null);
const least = (values: readonly (number | null)[]): number | null => (known(values).length ? Math.min(...known(values)) : null);
const seconds = (ms: number | null, digits: number): number | null => (ms === null ? null : Number((ms / 1000).toFixed(digits)));

/** The room that is left, in the unit that one plans with: [word below `health.`, its number]. */
export function roomOf(minutes: number): [string, Record<string, number>] {
  if (minutes < 120) return ['room_minutes', { minutes }];
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 365) return ['room_year', {}];
  return hours < 72 ? ['room', { hours }] : ['room_long', { days }];
}
