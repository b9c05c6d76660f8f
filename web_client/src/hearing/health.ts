/** Recording health per seat, folded from what the recorder reports in the log. */
import type { EventTold } from '@/protocol.gen';

export interface SeatHealth {
  segments: number;
  lastSegmentAt: number | null; // Unix ms of the calendar clock
  gaps: { source: string; startedAt: number; endedAt: number; cause: string }[];
}

export interface RecordingHealth {
  seats: Record<string, SeatHealth>;
  faults: { code: string; detail: string; at: number }[];
}

const MAX_KEPT = 200; // gaps of a seat, and faults

export const NO_HEALTH: RecordingHealth = { seats: {}, faults: [] };
const NO_SEAT: SeatHealth = { segments: 0, lastSegmentAt: null, gaps: [] };

/** Pure: the health after one more event; the same object when it says nothing of the recording. */
export function healthAfter(health: RecordingHealth, { event, at }: EventTold): RecordingHealth {
  switch (event.type) {
    case 'segment_recorded':
      return withSeat(health, event.party, (seat) => ({
        ...seat,
        segments: seat.segments + 1,
        lastSegmentAt: Math.max(seat.lastSegmentAt ?? 0, event.ended_at),
      }));
    case 'gap_found': {
      const { source, started_at: startedAt, ended_at: endedAt, cause } = event;
      return withSeat(health, event.party, (seat) => ({
        ...seat,
        gaps: [...seat.gaps, { source, startedAt, endedAt, cause }].slice(-MAX_KEPT),
      }));
    }
    case 'recording_fault': {
      const fault = { code: event.code, detail: event.detail, at };
      return { ...health, faults: [...health.faults, fault].slice(-MAX_KEPT) };
    }
    default:
      return health;
  }
}

function withSeat(
  health: RecordingHealth,
  party: string,
  change: (seat: SeatHealth) => SeatHealth,
): RecordingHealth {
  const seat = change(health.seats[party] ?? NO_SEAT);
  return { ...health, seats: { ...health.seats, [party]: seat } };
}
