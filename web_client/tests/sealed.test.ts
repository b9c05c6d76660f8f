import { expect, it } from 'vitest';
import { within } from '@/hearing/sealed';
import type { LineView } from '@/protocol.gen';

const line = (started_at: number, ended_at: number): LineView => ({
  line: 1, revision: 1, speaker: 'judge', text: '', started_at, ended_at, disputed: false, struck: null,
});

it('counts a line to a sealed span as the server does', () => {
  const spans = [{ started_at: 100, ended_at: 200, disputed: false, struck: null }, { started_at: 300, ended_at: null, disputed: false, struck: null }];
  expect(within(spans, line(50, 100))).toBe(false); // ends where the span begins
  expect(within(spans, line(50, 101))).toBe(true);
  expect(within(spans, line(100, 100))).toBe(true); // a moment
  expect(within(spans, line(200, 300))).toBe(false); // the end is outside
  expect(within(spans, line(200, 301))).toBe(true);
  expect(within(spans, line(9000, 9000))).toBe(true); // a span without an end goes on
  expect(within([], line(100, 200))).toBe(false);
});
