/** Playback's pure parts: the index and its sequel, the clock, drift, what is fetched, the drawn scale. */
import { describe, expect, it } from 'vitest';
import type { PlaybackIndex, PlaybackLine } from '@/api/playback';
import { MasterClock } from '@/playback/clock';
import { correct, Drift } from '@/playback/drift';
import { Loader } from '@/playback/loader';
import { AHEAD, stale, wanted } from '@/playback/plan';
import { following, marks, moment, place, within, zoomed } from '@/playback/scale';
import { gapAt, lasting, lineAt, maskedAt, merge, opening, search, segmentAt, stretches, stretchesOf } from '@/playback/timeline';

const line = (n: number, text: string, at: number): PlaybackLine => ({
  line: n, revision: 1, speaker: 'judge', text, started_at: at, ended_at: at + 1000, masked: false, struck: false,
});

const index = (more: Partial<PlaybackIndex>): PlaybackIndex => ({
  seq: 1, since: 0, scope: 'a', at: 0, hearing: 'h', court: '', case_number: '', title: '', procedure: 'criminal', phase: 'in_session',
  running: true, opened_at: 0, closed_at: null, began_at: 0, ended_at: 0, seats: [], masked: [], tracks: [], gaps: [], turns: [], lines: [], ...more,
});

describe('an index and what comes after it', () => {
  const first = index({
    tracks: [{ party: 'judge', source: 'camera', segments: [[0, 10], [20, 30]] }],
    lines: [line(1, '现在开庭。', 5), line(2, '没有异议。', 15)],
  });

  it('grows in order, a corrected line in place of the old one', () => {
    const grown = merge(first, index({
      since: 1, seq: 9,
      tracks: [{ party: 'judge', source: 'camera', segments: [[10, 20]] }, { party: 'clerk', source: 'microphone', segments: [[0, 10]] }],
      lines: [{ ...line(1, '现在继续开庭。', 5), revision: 2 }, line(3, '好。', 10)],
    }));
    expect(grown.tracks.map((track) => track.segments)).toEqual([[[0, 10], [10, 20], [20, 30]], [[0, 10]]]);
    expect(grown.lines.map((one) => [one.line, one.revision])).toEqual([[1, 2], [3, 1], [2, 1]]);
    expect([grown.seq, first.tracks[0]!.segments.length]).toEqual([9, 2]);
  });

  it('is begun anew by a whole one', () => {
    expect(merge(first, index({ lines: [] })).lines).toEqual([]);
    const gone = merge(first, index({ since: 5, lines: [{ ...line(1, '', 0), struck: true }] }));
    expect(gone.lines.some((one) => one.line === 1)).toBe(false);
  });
});

describe('a moment of it', () => {
  const segments: [number, number][] = [[0, 10], [10, 20], [40, 50]];

  it('lies in one segment or in none', () => {
    expect([0, 9, 10, 19, 20, 39, 40, 50].map((at) => segmentAt(segments, at)?.[0] ?? null)).toEqual([0, 0, 10, 10, null, null, 40, null]);
    expect(segmentAt([], 5)).toBeNull();
  });

  it('is, at first, when the sources are there that begin together', () => {
    const track = (source: string, start: number) => ({ party: 'judge', source, segments: [[start, start + 10_000], [start + 10_000, start + 20_000]] as [number, number][] });
    expect(opening([track('microphone', 100), track('camera', 700), track('screen', 8000)], 100)).toBe(700);
    expect(opening([track('screen', 8000)], 100)).toBe(100);
    expect(opening([], 100)).toBe(100);
  });

  it('has a gap with its cause, a masked span with or without an end', () => {
    const gap = { party: 'judge', source: 'camera', started_at: 20, ended_at: 40, cause: 'network' };
    expect(gapAt([gap], 'judge', 'camera', 20)?.cause).toBe('network');
    expect(gapAt([gap], 'judge', 'camera', 40) ?? gapAt([gap], 'clerk', 'camera', 30)).toBeNull();
    expect(maskedAt([{ started_at: 5, ended_at: null, level: 'sealed' }], 1e15)?.level).toBe('sealed');
    expect(maskedAt([{ started_at: 5, ended_at: 8, level: 'sealed' }], 8)).toBeNull();
  });

  it('has a line that is being said, or was the last one', () => {
    const lines = [line(1, 'a', 5), line(2, 'b', 15)];
    expect([4, 5, 14, 99].map((at) => lineAt(lines, at)?.line ?? null)).toEqual([null, 1, 1, 2]);
  });

  it('stands in a stage until the next', () => {
    const turn = (at: number, name: string) => ({ at, kind: 'stage' as const, name, reason: '' });
    expect(stretchesOf([turn(0, 'preparation'), turn(50, 'debate')], 'stage', 80)).toEqual([
      { name: 'preparation', started_at: 0, ended_at: 50 },
      { name: 'debate', started_at: 50, ended_at: 80 },
    ]);
  });
});

it('draws segments that touch as one', () => {
  expect(stretches([[0, 10_000], [10_020, 20_000], [40_000, 50_000]])).toEqual([[0, 20_000], [40_000, 50_000]]);
});

it('finds words in lines and notes, Chinese too, wide or narrow, and nothing sealed', () => {
  const lines = [line(1, '被告人 认罪认罚。', 5), { ...line(2, '', 9), masked: true }, line(3, 'Exhibit ＡＢ１', 20)];
  const notes = [{ note: 1, at: 12, text: '认罪处重听', private: true, by: 'clerk' }];
  expect(search(lines, notes, '认罪').map((hit) => [hit.kind, hit.at])).toEqual([['line', 5], ['note', 12]]);
  expect(search(lines, notes, 'ab1').map((hit) => hit.id)).toEqual([3]);
  expect(search(lines, notes, '  ')).toEqual([]);
});

it('counts time', () => {
  expect([0, 61_999, 3_723_000].map(lasting)).toEqual(['00:00', '01:01', '1:02:03']);
});

describe('the clock', () => {
  it('runs at its speed, holds, and is sought', () => {
    const clock = new MasterClock(1000);
    expect(clock.at(500)).toBe(1000);
    clock.run(500);
    expect(clock.at(700)).toBe(1200);
    clock.setRate(2, 700);
    expect(clock.at(800)).toBe(1400);
    clock.hold(800);
    expect(clock.at(5000)).toBe(1400);
    clock.seek(90, 5000);
    clock.run(6000);
    expect(clock.at(6010)).toBe(110);
  });
});

describe('drift', () => {
  it('is left alone when small, corrected by speed, and by a jump when large', () => {
    expect(correct(0.02, false)).toEqual({ jump: false, correcting: false, factor: 1 });
    expect(correct(0.05, false).factor).toBeLessThan(1);
    expect(correct(-0.05, false).factor).toBeGreaterThan(1);
    expect(correct(0.02, true).correcting).toBe(true);
    expect(correct(0.005, true).correcting).toBe(false);
    expect(correct(-0.5, true).jump).toBe(true);
  });

  it('is not seen in the steps of a browser that tells its time every 40 ms, sometimes late', () => {
    const off = new Drift();
    let [correcting, factor, place, seed, changes] = [false, 1, 0, 1, 0]; // where the element is, s
    for (let tick = 1; tick <= 1000; tick++) {
      place += 0.05 * factor;
      seed = (seed * 48_271) % 2_147_483_647;
      const late = (seed % 1000) * 0.000_02 + (tick % 40 ? 0 : 0.1);
      const told = Math.floor((place - late) / 0.04) * 0.04;
      const next = correct(off.seen(told - tick * 0.05), correcting);
      if (next.factor !== factor && tick > 100) changes += 1;
      [correcting, factor] = [next.correcting, next.factor];
    }
    expect(Math.abs(place - 50)).toBeLessThan(0.06);
    expect(changes).toBeLessThan(20); // in 45 s
  });

  it('is seen at once when it is large, and forgotten with a jump', () => {
    const off = new Drift();
    for (let n = 0; n < 9; n++) off.seen(0.01);
    expect(off.seen(0.05)).toBe(0.01);
    expect(off.seen(-2)).toBe(-2);
    off.forget();
    expect(off.seen(0.05)).toBe(0.05);
  });

  it('is gone within two seconds from any that is not jumped over', () => {
    for (const start of [0.29, -0.29, 0.06, -0.03]) {
      let [drift, correcting, seconds] = [start, false, 0];
      do {
        const next = correct(drift, correcting);
        correcting = next.correcting;
        drift += (next.factor - 1) * 0.05;
        seconds += 0.05;
      } while (Math.abs(drift) > 0.04 && seconds < 10);
      expect(seconds).toBeLessThan(5);
    }
  });
});

describe('what is fetched', () => {
  const segments = Array.from({ length: 100 }, (_, n): [number, number] => [n * 10_000, (n + 1) * 10_000]);

  it('is what is played and what comes next, more of it at speed', () => {
    expect(wanted(segments, 15_000, 1).map(([start]) => start)).toEqual([10_000, 20_000, 30_000]);
    expect(wanted(segments, 15_000, 2).length).toBe(5);
    expect(wanted(segments, 1e9, 1)).toEqual([]);
  });

  it('is let go when far, and that is never what is wanted', () => {
    const far = stale(segments, 500_000).map(([start]) => start);
    expect(segments.length - far.length).toBeLessThan(9);
    for (const piece of wanted(segments, 500_000, 2)) expect(far).not.toContain(piece[0]);
    expect(AHEAD * 2).toBeLessThan(45_000);
  });

  it('comes in the order of its urgency, a few at a time, and not at all when it is no longer wanted', async () => {
    const loader = new Loader(1);
    const order: string[] = [];
    const controllers = Object.fromEntries(['late', 'now', 'soon', 'never'].map((name) => [name, new AbortController()]));
    const ask = (name: string, urgency: number) =>
      loader.run(() => urgency, controllers[name]!.signal, () => Promise.resolve(order.push(name))).catch(() => order.push(`no ${name}`));
    const all = [ask('late', 3), ask('now', 0), ask('never', 1), ask('soon', 2)];
    controllers.never!.abort();
    await Promise.all(all);
    expect(order.filter((name) => name !== 'no never')).toEqual(['now', 'soon', 'late']);
    expect(order).toContain('no never');
  });

  it('leaves what is less urgent until it is its time', async () => {
    const loader = new Loader(5);
    const order: string[] = [];
    const ask = (name: string, urgency: number) => loader.run(() => urgency, new AbortController().signal, () => Promise.resolve(order.push(name)));
    loader.limit(1);
    const later = ask('ahead', 2);
    await Promise.all([ask('seen', 0), ask('heard', 1)]);
    expect(order).toEqual(['seen', 'heard']);
    loader.limit(Infinity);
    await later;
    expect(order).toEqual(['seen', 'heard', 'ahead']);
  });
});

describe('the drawn timeline', () => {
  const whole = { from: 0, to: 10_800_000 };

  it('puts a moment where it is found again', () => {
    const view = { from: 600_000, to: 1_200_000 };
    expect(moment(view, place(view, 700_000, 900), 900)).toBeCloseTo(700_000);
  });

  it('comes nearer around a moment and never leaves the whole', () => {
    const near = zoomed(whole, whole, 5_400_000, 4);
    expect(near).toEqual({ from: 4_050_000, to: 6_750_000 });
    expect(zoomed(near, whole, 5_400_000, 1 / 64)).toEqual(whole);
    expect(within({ from: -50, to: 950 }, whole)).toEqual({ from: 0, to: 1000 });
    expect(following(near, whole, 10_700_000).to).toBe(10_800_000);
    expect(following(near, whole, 5_000_000)).toBe(near);
  });

  it('is marked at round times', () => {
    const found = marks(whole, 1000);
    expect(found.length).toBeLessThan(11);
    expect(found.every((at) => at % 60_000 === 0)).toBe(true);
  });
});
