import { expect, it } from 'vitest';
import { healthAfter, NO_HEALTH } from '@/hearing/health';
import { told } from './hearing';

const segment = (ended_at: number) =>
  told({
    type: 'segment_recorded', party: 'judge', source: 'camera', name: 'n', codec: 'vp8', sha256: '', size: 1, frames: 1,
    started_at: ended_at - 10, ended_at, recovered: false,
  });

it('remembers the newest segment, every gap and every fault', () => {
  const events = [
    segment(2000),
    segment(1500),
    told({ type: 'gap_found', party: 'judge', source: 'camera', started_at: 1, ended_at: 2, cause: 'network' }),
    told({ type: 'recording_fault', code: 'disk_full', detail: '' }, 77),
  ];
  const health = events.reduce(healthAfter, NO_HEALTH);
  expect(health.seats.judge).toEqual({
    segments: 2, lastSegmentAt: 2000, gaps: [{ source: 'camera', startedAt: 1, endedAt: 2, cause: 'network' }],
  });
  expect(health.faults).toEqual([{ code: 'disk_full', detail: '', at: 77 }]);
});

it('stays the same object when an event says nothing of the recording', () => {
  expect(healthAfter(NO_HEALTH, told({ type: 'hearing_opened' }))).toBe(NO_HEALTH);
});
