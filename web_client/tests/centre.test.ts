import { describe, expect, it } from 'vitest';
import type { CentreRow, CentreTask } from '@/api/centre';
import { done, fits, found, inTime, leftOpen, outstanding, partsOf, withRows, without } from '@/centre/board';
import { HEIGHT, SPAN, WIDTH, lossPath, recent, tripPath, worstOf, type Point } from '@/centre/graph';

const NOW = 10_000_000;

const task = (id: string, changes: Partial<CentreTask> = {}): CentreTask => ({
  id, kind: 'disconnected', grave: true, party: 'p', who: null, detail: '', since: 1,
  ended_at: null, done_at: null, done_by: '', ...changes,
});

const row = (hearing: string, changes: Partial<CentreRow> = {}): CentreRow => ({
  hearing, number: `（2026）测${hearing}号`, title: '虚构', procedure: 'civil', courtroom: '第一法庭', judge: '宋（虚构）',
  planned_at: NOW, ends_at: NOW + 1000, phase: 'in_session', opened_at: null, closed_at: null, expected: 5,
  people: null, worst: null, recording: 'good', unread: 0, tasks: [], ...changes,
});

describe('the board', () => {
  const board = withRows(new Map(), [row('a'), row('b', { phase: 'closed' }), row('c', { planned_at: 5 })]);

  it('takes what is pushed and leaves the old one alone', () => {
    const next = withRows(board, [row('a', { phase: 'paused' })]);
    expect([board.get('a')?.phase, next.get('a')?.phase]).toEqual(['in_session', 'paused']);
    expect(without(next, 'a').has('a')).toBe(false);
    expect(next.size).toBe(3);
  });

  it('keeps an order that a change of state alone does not disturb', () => {
    expect(inTime(board.values()).map((one) => one.hearing)).toEqual(['c', 'a', 'b']);
  });

  it('finds by number, whatever the case of the letters', () => {
    expect(found(row('X1'), 'x1')).toBe(true);
    expect(found(row('X1'), '第二')).toBe(false);
  });

  it('lists what the end of the day must not leave behind', () => {
    expect(leftOpen(row('a'), NOW + 1001)).toBe(true);
    expect(leftOpen(row('a', { phase: 'scheduled' }), NOW + 1001)).toBe(false);
    expect(fits(row('a'), 'open', NOW)).toBe(false);
    expect(fits(row('a', { phase: 'suspended' }), 'over', NOW)).toBe(true);
  });
});

it('puts grave and lasting tasks first, and leaves out those ticked off', () => {
  const tasks = [
    task('passed', { ended_at: 3, since: 0 }),
    task('light', { grave: false }),
    task('late', { since: 9 }),
    task('early', { since: 2 }),
    task('off', { done_at: 8, done_by: '维（虚构）' }),
  ];
  const board = withRows(new Map(), [row('a', { tasks })]);
  expect(outstanding(board).map((one) => one.task.id)).toEqual(['early', 'late', 'light', 'passed']);
  expect(done(board).map((one) => one.task.id)).toEqual(['off']);
  expect(fits(row('a', { tasks: [task('off', { done_at: 8 })] }), 'alarm', NOW)).toBe(false);
});

it('says which part of the node is not well', () => {
  const node = { loop_ms: 20, disk_free: 4e9, disk_total: 1e12, recorder: true, speech: 'off' as const, speech_detail: '', database_ms: null, media_port: 5000, connections: 3, started_at: 0 };
  expect(partsOf(node)).toEqual({ loop: true, disk: false, recorder: true, database: false, media: true });
});

describe('the drawing of a line', () => {
  const at = 2 * SPAN;
  const points: Point[] = [
    { at: 0, loss: 1, rtt: 50 },
    { at: at - SPAN / 2, loss: 0.1, rtt: 300 },
    { at: at - 1000, loss: 0, rtt: null },
    { at, loss: 0.001, rtt: 9000 },
  ];

  it('forgets what is over an hour old', () => {
    expect(recent(points, at)).toHaveLength(3);
    expect(worstOf(recent(points, at))).toEqual({ loss: 0.1, rtt: 9000 });
    expect(worstOf([])).toEqual({ loss: 0, rtt: null });
  });

  it('draws loss that is there, and breaks where nothing was measured', () => {
    const shown = recent(points, at);
    expect(lossPath(shown, at)).toBe(`M${WIDTH / 2}.0 ${HEIGHT}v-58M${WIDTH}.0 ${HEIGHT}v-2`);
    expect(tripPath(shown, at)).toBe(`M${WIDTH / 2}.0 62.0M${WIDTH}.0 4.0`);
  });
});
