import { expect, it } from 'vitest';
import { arrange, inOrder, roleKey, shares } from '@/hearing/roles';
import type { SeatView } from '@/protocol.gen';
import { hearing, seat } from './hearing';

it('puts every seat in its fixed place, the presiding judge in the middle', () => {
  const seats = [...hearing().seats, seat('j2', 'judge'), seat('a1', 'assessor'), seat('w', 'witness')];
  const places = arrange(seats);
  const ids = Object.fromEntries(Object.entries(places).map(([place, there]) => [place, (there as SeatView[]).map(({ party }) => party)]));
  expect(ids).toEqual({
    bench: ['j2', 'judge', 'a1'], clerk: ['writer'], left: ['state'], right: ['defender', 'accused'], stand: ['w'],
  });
});

it('gives the F-keys in the same order however the seats are listed', () => {
  const order = inOrder(hearing().seats).map(({ party }) => party);
  expect(inOrder([...hearing().seats].reverse()).map(({ party }) => party)).toEqual(order);
  expect(order[0]).toBe('judge');
});

it('calls defendant and counsel otherwise in a criminal case', () => {
  expect(roleKey('defendant', 'criminal')).toBe('role.defendant_criminal');
  expect(roleKey('counsel', 'civil')).toBe('role.counsel');
  expect(roleKey('prosecutor', 'criminal')).toBe('role.prosecutor');
});

it('knows who is apart in a pause and after the closing', () => {
  expect(shares('in_session', 'defendant', 'prosecutor')).toBe(true);
  expect(shares('paused', 'defendant', 'presiding_judge')).toBe(false);
  expect(shares('paused', 'clerk', 'presiding_judge')).toBe(true);
  expect(shares('closed', 'defendant', 'clerk')).toBe(true);
  expect(shares('closed', 'defendant', 'prosecutor')).toBe(false);
});
