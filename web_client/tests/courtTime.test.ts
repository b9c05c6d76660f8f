import { beforeAll, expect, it, vi } from 'vitest';
import { clockToTime } from '@/exports/span';
import { clockTime, dayAndTime, dayStart, hour, isoDay, loadZone, moment, plusDays, timeOn, weekStart } from '@/components/courtTime';

const NIGHT = Date.UTC(2026, 10, 22, 17, 30); // Monday 23 November, half past one in Shanghai

beforeAll(async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"time_zone": "Asia/Shanghai"}')));
  await loadZone();
});

it("says and takes times of the court's zone, whatever the browser's is", () => {
  expect(isoDay(NIGHT)).toBe('2026-11-23');
  expect(hour(NIGHT)).toBe('01:30');
  expect(clockTime(NIGHT + 7000)).toBe('01:30:07');
  expect(dayAndTime(NIGHT)).toBe('2026-11-23 01:30');
  expect(moment('2026-11-23', '01:30')).toBe(NIGHT);
  expect(dayStart('2026-11-23')).toBe(Date.UTC(2026, 10, 22, 16));
});

it('takes a time of day on the day that it is in the court', () => {
  expect(timeOn(NIGHT, '00:10')).toBe(NIGHT - 80 * 60_000);
  expect(timeOn(NIGHT, '23:59:01')).toBe(Date.UTC(2026, 10, 23, 15, 59, 1));
  expect(timeOn(NIGHT, '')).toBeNull();
  expect(timeOn(NIGHT, '9:30')).toBeNull();
});

it('takes a span that goes on past midnight', () => {
  const evening = moment('2026-11-23', '22:00');
  expect(clockToTime('23:30', evening)).toBe(evening + 90 * 60_000);
  expect(clockToTime('00:30:05', evening)).toBe(evening + 150 * 60_000 + 5000);
});

it('finds the Monday, and days beyond a month', () => {
  expect(isoDay(weekStart(moment('2026-11-29', '23:59')))).toBe('2026-11-23');
  expect(isoDay(plusDays(NIGHT, 8))).toBe('2026-12-01');
});

it('takes no time from an empty field', () => {
  expect(moment('', '09:30')).toBeNaN();
  expect(moment('2026-11-23', '')).toBeNaN();
});
