/** Days and times as the pages of planning show them, in this machine's zone. */
export const MINUTE = 60_000;
export const DAY = 86_400_000;

const pad = (value: number) => String(value).padStart(2, '0');

/** 09:30 */
export function hour(at: number): string {
  const time = new Date(at);
  return `${pad(time.getHours())}:${pad(time.getMinutes())}`;
}

/** 2026-11-23, as a date field wants it. */
export function isoDay(at: number): string {
  const time = new Date(at);
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}

/** Midnight at which the day of a date field begins; NaN if it holds none. */
export function dayStart(iso: string): number {
  const [year, month, day] = iso.split('-').map(Number);
  return new Date(year ?? NaN, (month ?? NaN) - 1, day ?? NaN).getTime();
}

/** The moment of a date field and a time field; NaN if either is empty. */
export function moment(iso: string, time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  const start = new Date(dayStart(iso));
  start.setHours(hours ?? NaN, minutes ?? NaN);
  return start.getTime();
}

/** The same time of day `days` later, whatever the clocks do in between. */
export function plusDays(at: number, days: number): number {
  const time = new Date(at);
  time.setDate(time.getDate() + days);
  return time.getTime();
}

/** Midnight of the Monday of that week. */
export function weekStart(at: number): number {
  const start = dayStart(isoDay(at));
  return plusDays(start, -((new Date(start).getDay() + 6) % 7));
}

/** 11月23日 星期一; Mon 23 Nov */
export function dayName(at: number, language: string, style: 'short' | 'long' = 'short'): string {
  return new Intl.DateTimeFormat(language, { month: style === 'long' ? 'long' : 'short', day: 'numeric', weekday: style }).format(at);
}

/** Day and time in one line. */
export function fullTime(at: number, language: string): string {
  return `${dayName(at, language)} ${hour(at)}`;
}
