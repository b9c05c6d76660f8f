import { expect, it } from 'vitest';
import { Shown } from '@/signing/shown';

const all = new Map([[1, [0, 1] as const], [2, [0, 1] as const]]);

it('takes a page as shown when each part of it has stayed in sight for a moment', () => {
  const shown = new Shown(2);
  shown.look(0, new Map([[1, [0, 0.5]]]));
  shown.look(300, new Map([[1, [0, 0.5]]]));
  expect(shown.upTo).toBe(0);
  shown.look(400, new Map([[1, [0.5, 1]]]));
  shown.look(700, new Map([[1, [0.5, 1]]]));
  expect([shown.upTo, shown.all]).toEqual([1, false]);
});

it('takes nothing as shown that flies past', () => {
  const shown = new Shown(2);
  for (let now = 0; now < 2000; now += 100) shown.look(now, now % 200 ? all : new Map());
  expect(shown.upTo).toBe(0);
});

it('names the page that was passed over', () => {
  const shown = new Shown(3);
  shown.look(0, new Map([[3, [0, 1]]]));
  expect(shown.passedOver).toBe(null);
  shown.look(300, new Map([[3, [0, 1]]]));
  expect([shown.upTo, shown.passedOver]).toEqual([0, { page: 1, at: 0 }]);
});

it('goes on from what was shown before', () => {
  const shown = new Shown(2, 1);
  expect(shown.upTo).toBe(1);
  shown.look(0, all);
  shown.look(250, all);
  expect(shown.all).toBe(true);
});
