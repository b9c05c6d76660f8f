import { expect, it } from 'vitest';
import { sourcesOf } from '@/hearing/faults';
import { alarmsOf } from '@/judge/alarms';
import { hearing, seat } from './hearing';

const NOW = 1_000_000;
const entry = {
  accepted_as: '甲', consent_withdrawn: false, camera: 'ready' as const, microphone: 'ready' as const, check: null,
  code_confirmed: false, code_confirmed_at: 0, held_key: false, code_locked_until: 0, identity: null, kiosk: '', officer_steps: {}, listens_to: '', resembles: '',
};
const ids = (view: ReturnType<typeof hearing>) => alarmsOf(view, NOW).map(({ id }) => id);

it('tells of a fault until it is over, and only in session', () => {
  const fault = { at: 1, code: 'stalled', detail: '', over_at: null };
  const recording = { parties: {}, explanations: [], faults: [fault, { ...fault, code: 'disk', over_at: 2 }] };
  expect(ids(hearing({ phase: 'in_session', recording }))).toEqual(['fault-stalled']);
  expect(ids(hearing({ phase: 'waiting', recording }))).toEqual([]);
});

it('tells each fault once, drops what passed by itself, and asks to pause only where it helps', () => {
  const fault = (code: string, at: number) => ({ at, code, detail: '', over_at: null });
  const faults = [fault('track_failed', NOW - 200_000), fault('one_disk_full', 1), fault('disk_full', 2), fault('disk_full', 3)];
  const found = alarmsOf(hearing({ phase: 'in_session', recording: { parties: {}, explanations: [], faults } }), NOW);
  expect(found.map(({ id, pauses }) => [id, pauses])).toEqual([['fault-one_disk_full', false], ['fault-disk_full', true]]);
  const fresh = { parties: {}, explanations: [], faults: [fault('track_failed', NOW - 1000)] };
  expect(ids(hearing({ phase: 'in_session', recording: fresh }))).toEqual(['fault-track_failed']);
});

it('tells of who is lost, who withdrew consent, and whose code is locked', () => {
  const seats = [
    seat('gone', 'defendant', { presence: 'away', admitted: true, left_by: 'network' }),
    seat('late', 'counsel', { presence: 'expected' }),
    seat('no', 'plaintiff', { presence: 'admitted', entry: { ...entry, consent_withdrawn: true } }),
    seat('code', 'witness', { presence: 'expected', entry: { ...entry, code_locked_until: NOW + 1 } }),
    seat('past', 'witness', { presence: 'expected', entry: { ...entry, code_locked_until: NOW } }),
  ];
  expect(ids(hearing({ phase: 'in_session', seats }))).toEqual(['lost-gone', 'withdrawn-no', 'locked-code']);
});

it('reads of which sources a fault is, where its detail says so', () => {
  expect(sourcesOf('a1 microphone, b2 room')).toEqual([['a1', 'microphone'], ['b2', 'room']]);
  for (const other of ['', '+3600 s', 'signed without', '1: 12 MB, 3 min']) expect(sourcesOf(other)).toEqual([]);
});
