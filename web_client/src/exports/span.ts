/** Times of day as people give them, and the calendar's: a hearing may go on past midnight. */
import { clockTime } from '@/components/useClock';

const DAY = 24 * 3600 * 1000;

/** The moment of a time of day (14:03 or 14:03:07) on the hearing's day, or the day after where it is earlier. */
export function clockToTime(text: string, begun: number): number | null {
  const match = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!match) return null;
  const at = new Date(begun);
  at.setHours(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), 0);
  return at.getTime() < begun - DAY / 2 ? at.getTime() + DAY : at.getTime();
}

export const timeToClock = clockTime;
