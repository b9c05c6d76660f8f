import { describe, expect, it } from 'vitest';
import { lineScore, lineVerdict, lineWord, share, wholeScore, type LineNumbers } from '@/check/score';

const GOOD: LineNumbers = { protocol: 'udp', up_kbit: 5000, down_kbit: 20_000, rtt_ms: 20, loss_permille: 0 };

describe('the score of a line', () => {
  it('is whole for a good one, and nothing where no media passes', () => {
    expect([lineScore(GOOD), lineVerdict(GOOD), lineWord(GOOD)]).toEqual([100, 'good', 'good']);
    const none: LineNumbers = { ...GOOD, protocol: 'none' };
    expect([lineScore(none), lineVerdict(none), lineWord(none)]).toEqual([0, 'bad', 'none']);
  });

  it.each([
    ['loss', { loss_permille: 80 }],
    ['slow_up', { up_kbit: 200 }],
    ['slow_down', { down_kbit: 500 }],
    ['far', { rtt_ms: 600 }],
    ['tcp', { protocol: 'tcp' }],
  ] as const)('names what is worst: %s', (word, change) => {
    const line = { ...GOOD, ...change } as LineNumbers;
    expect(lineWord(line)).toBe(word);
    expect(lineVerdict(line)).toBe(word === 'tcp' ? 'good' : 'fair');
  });

  it('is bad when all of it is poor', () => {
    expect(lineVerdict({ protocol: 'udp', up_kbit: 200, down_kbit: 500, rtt_ms: 500, loss_permille: 100 })).toBe('bad');
  });

  it('goes from the bad limit to the good one, and counts what is unknown as fair', () => {
    expect([share(1000, [1000, 300]), share(300, [1000, 300]), share(150, [150, 400]), share(400, [150, 400])]).toEqual([1, 0, 1, 0]);
    expect(share(null, [1, 0])).toBe(0.6);
  });
});

describe('the score of the whole check', () => {
  it('needs every part', () => {
    const all = { camera: 'good', microphone: 'good', loudspeaker: 'good' } as const;
    expect(wholeScore(all, 100)).toBe(100);
    expect(wholeScore({ ...all, loudspeaker: 'untested' }, 100)).toBe(80);
    expect(wholeScore({ ...all, microphone: 'bad' }, 100)).toBe(70);
  });
});
