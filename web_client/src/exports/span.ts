/** Times of day as people give them, and the calendar's: a hearing may go on past midnight. */
import { DAY, plusDays, timeOn } from '@/components/courtTime';

/** The moment of a time of day (14:03 or 14:03:07) on the hearing's day, or the day after where it is earlier. */
export function clockToTime(text: string, begun: number): number | null {
  const at = timeOn(begun, text);
  return at !== null && at < begun - DAY / 2 ? plusDays(at, 1) : at;
}
