import { expect, it } from 'vitest';
import { arrange, inOrder, linked, meets, placeOf, roleKey } from '@/hearing/roles';
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

const view = (changes: object) => ({ ...hearing(), phase: 'in_session' as const, ...changes });
const here = (party: string, role: Parameters<typeof seat>[1], changes: object = {}) =>
  ({ ...seat(party, role), presence: 'admitted' as const, ...changes });

it('knows who is apart in a pause and after the closing', () => {
  const [judge, clerk, accused, state] = [here('j', 'presiding_judge'), here('c', 'clerk'), here('d', 'defendant'), here('p', 'prosecutor')];
  expect(meets(view({}), accused, state)).toBe(true);
  expect(meets(view({ phase: 'paused' }), accused, judge)).toBe(false);
  expect(meets(view({ phase: 'paused' }), clerk, judge)).toBe(true);
  expect(meets(view({ phase: 'closed' }), accused, clerk)).toBe(true);
  expect(meets(view({ phase: 'closed' }), accused, state)).toBe(false);
});

it('knows who is in a private talk, and that the bench deliberates alone', () => {
  const [judge, clerk] = [here('j', 'presiding_judge'), here('c', 'clerk')];
  const talk = { presence: 'consulting', consultation: 1 };
  const [accused, counsel] = [here('d', 'defendant', talk), here('l', 'counsel', talk)];
  expect(meets(view({}), accused, counsel)).toBe(true);
  expect(meets(view({}), judge, accused)).toBe(false);
  expect(meets(view({}), counsel, judge)).toBe(false);
  expect(meets(view({ deliberating: true }), clerk, judge)).toBe(false);
  expect(meets(view({ deliberating: true }), here('j2', 'assessor'), judge)).toBe(true);
});

it('lets observers see in session alone, and nobody see them', () => {
  const [judge, observer] = [here('j', 'presiding_judge'), here('o', 'observer')];
  expect(meets(view({}), observer, judge)).toBe(true);
  expect(meets(view({}), judge, observer)).toBe(false);
  expect(meets(view({ public_excluded: true }), observer, judge)).toBe(false);
  expect(meets(view({ phase: 'waiting' }), observer, judge)).toBe(false);
});

it('seats counsel on the side they speak for, and links them with their client', () => {
  const client = here('d', 'plaintiff', { side: 'claim' });
  const counsel = here('l', 'counsel', { side: 'claim', counsel_for: ['d'] });
  expect(placeOf(counsel)).toBe('left');
  expect(placeOf(here('w', 'witness', { side: 'claim' }))).toBe('stand');
  expect(linked(counsel, client)).toBe(true);
  expect(linked(client, here('x', 'counsel', { counsel_for: ['y'] }))).toBe(false);
});
