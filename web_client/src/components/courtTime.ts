/** Days and times as every page shows and takes them: in the court's zone, wherever the browser is. */
import { ref } from 'vue';
import { get } from '@/api/http';

export const MINUTE = 60_000;
export const DAY = 86_400_000;

const zone = ref<string>(); // not known yet: the browser's
let asked: Promise<void> | undefined;
let format = formatIn(undefined);

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
}

/** Learn the court's zone, once; without an answer it is the browser's until the next page. */
export function loadZone(): Promise<void> {
  asked ??= get<{ time_zone: string }>('/api/court').then(
    (court) => {
      format = formatIn(court.time_zone);
      zone.value = court.time_zone;
    },
    () => void (asked = undefined),
  );
  return asked;
}

export const courtZone = (): string => zone.value ?? '';

/** Year, month, day, hour, minute and second of a moment in the court's zone. */
function parts(at: number): [number, number, number, number, number, number] {
  void zone.value; // what is on the screen is said anew once the zone is known
  const found = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return [found.year ?? 0, found.month ?? 0, found.day ?? 0, found.hour ?? 0, found.minute ?? 0, found.second ?? 0];
}

/** The moment at which the court's clocks show this; NaN for what is no time. */
function when(year: number, month: number, day: number, hours = 0, minutes = 0, seconds = 0): number {
  const wanted = Date.UTC(year, month - 1, day, hours, minutes, seconds);
  let at = wanted;
  for (let n = 0; n < 2 && !Number.isNaN(at); n++) {
    const [y, m, d, h, min, sec] = parts(at);
    at += wanted - Date.UTC(y, m - 1, d, h, min, sec);
  }
  return at;
}

const pad = (value: number) => String(value).padStart(2, '0');

/** 09:30 */
export function hour(at: number): string {
  const [, , , hours, minutes] = parts(at);
  return `${pad(hours)}:${pad(minutes)}`;
}

/** 14:03:07 */
export function clockTime(at: number): string {
  const [, , , hours, minutes, seconds] = parts(at);
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}`;
}

/** 2026-11-23 14:03 */
export const dayAndTime = (at: number): string => `${isoDay(at)} ${hour(at)}`;

/** 2026-11-23, as a date field wants it. */
export function isoDay(at: number): string {
  const [year, month, day] = parts(at);
  return `${year}-${pad(month)}-${pad(day)}`;
}

const numbers = (text: string, by: string): number[] => text.split(by).map((part) => (part ? Number(part) : NaN));

/** Midnight at which the day of a date field begins; NaN if it holds none. */
export function dayStart(iso: string): number {
  const [year = NaN, month = NaN, day = NaN] = numbers(iso, '-');
  return when(year, month, day);
}

/** The moment of a date field and a time field; NaN if either is empty. */
export function moment(iso: string, time: string): number {
  const [year = NaN, month = NaN, day = NaN] = numbers(iso, '-');
  const [hours = NaN, minutes = NaN] = numbers(time, ':');
  return when(year, month, day, hours, minutes);
}

/** The moment with a time of day (14:03, or 14:03:07) on the day of `near`; null for none. */
export function timeOn(near: number, time: string): number | null {
  const found = /^(\d\d):(\d\d)(?::(\d\d))?$/.exec(time);
  if (!found) return null;
  const [year, month, day] = parts(near);
  return when(year, month, day, Number(found[1]), Number(found[2]), Number(found[3] ?? 0));
}

/** The same time of day `days` later, whatever the clocks do in between. */
export function plusDays(at: number, days: number): number {
  const [year, month, day, ...time] = parts(at);
  return when(year, month, day + days, ...time);
}

/** Midnight of the Monday of that week. */
export function weekStart(at: number): number {
  const [year, month, day] = parts(at);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return when(year, month, day - ((weekday + 6) % 7));
}

/** 11月23日周一; Mon, 23 Nov */
export function dayName(at: number, language: string, style: 'short' | 'long' = 'short'): string {
  const words = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(words, { timeZone: zone.value, month: style, day: 'numeric', weekday: style }).format(at);
}

/** Day and time in one line. */
export function fullTime(at: number, language: string): string {
  return `${dayName(at, language)} ${hour(at)}`;
}
