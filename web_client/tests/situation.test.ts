import { describe, expect, it } from 'vitest';
import { admissible, duration, freeOf, isLate, situationOf, waitingOf } from '@/waiting/situation';
import type { SeatView } from '@/protocol.gen';
import { hearing, seat } from './hearing';

describe('why somebody is not in the courtroom', () => {
  const witness = seat('w', 'witness', { presence: 'outside', admitted: true, inside: false });

  it('says what matters most to them', () => {
    const waiting = seat('a', 'defendant', { presence: 'waiting' });
    expect(situationOf(hearing(), waiting)).toBe('waiting');
    expect(situationOf(hearing({ identity_checks: { a: 'writer' } }), waiting)).toBe('checking');
    expect(situationOf(hearing({ phase: 'suspended' }), waiting)).toBe('suspended');
    expect(situationOf(hearing({ cancelled: true, phase: 'closed' }), waiting)).toBe('cancelled');
    expect(situationOf(hearing(), witness)).toBe('outside_witness');
    expect(situationOf(hearing(), { ...witness, role: 'counsel' })).toBe('outside_dismissed');
  });

  it('calls late whoever is not here a minute after the planned time', () => {
    const view = hearing({ planned_at: 1000 });
    const expected = seat('x', 'counsel');
    expect(isLate(view, expected, 60_000)).toBe(false);
    expect(isLate(view, expected, 61_001)).toBe(true);
    expect(isLate(view, { ...expected, presence: 'waiting' }, 61_001)).toBe(false);
    expect(isLate({ ...view, phase: 'suspended' }, expected, 61_001)).toBe(false);
  });

  it('counts down in hours only when there are some', () => {
    expect(duration(62_000)).toBe('01:02');
    expect(duration(3_723_000)).toBe('1:02:03');
    expect(duration(-5)).toBe('00:00');
  });
});

it('lets in at once whoever has shown what the hearing demands', () => {
  const waits = seat('w', 'witness', { presence: 'waiting' });
  const judge = seat('j', 'judge', { presence: 'waiting' });
  const gone = seat('g', 'counsel', { presence: 'away' });
  const open = hearing({ seats: [waits, judge, gone] });
  const demands = { ...open.demands, identity: true };
  expect(waitingOf(open).map(({ party }) => party).sort()).toEqual(['j', 'w']);
  expect(admissible(open, waits)).toBe(true);
  expect(admissible(open, judge), 'to the bench nobody comes by a link alone').toBe(false);
  const strict = { ...open, demands };
  expect(admissible(strict, waits)).toBe(false);
  expect(admissible(strict, { ...waits, role: 'observer' })).toBe(true);
  const identity = { document: '身份证', number: '1***', confirmed_at: 0, picture: false };
  const shown = { ...judge, entry: { identity } as SeatView['entry'] };
  expect(admissible(open, shown)).toBe(true);
  expect(freeOf({ ...open, seats: [waits, shown] }), 'but by name alone').toEqual([waits]);
});
