import { beforeAll, expect, it, vi } from 'vitest';
import { dayStart, hour, isoDay, loadZone, moment, plusDays, weekStart } from '@/cases/when';

const NIGHT = Date.UTC(2026, 10, 22, 17, 30); // Monday 23 November, half past one in Shanghai

beforeAll(async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"time_zone": "Asia/Shanghai"}')));
  await loadZone();
});

it("says and takes times of the court's zone, whatever the browser's is", () => {
  expect(isoDay(NIGHT)).toBe('2026-11-23');
  expect(hour(NIGHT)).toBe('01:30');
  expect(moment('2026-11-23', '01:30')).toBe(NIGHT);
  expect(dayStart('2026-11-23')).toBe(Date.UTC(2026, 10, 22, 16));
});

it('finds the Monday, and days beyond a month', () => {
  expect(isoDay(weekStart(moment('2026-11-29', '23:59')))).toBe('2026-11-23');
  expect(isoDay(plusDays(NIGHT, 8))).toBe('2026-12-01');
});

it('takes no time from an empty field', () => {
  expect(moment('', '09:30')).toBeNaN();
  expect(moment('2026-11-23', '')).toBeNaN();
});
