import { describe, expect, it } from 'vitest';
import { applyAll } from '@/hearing/fold';
import type { RecordingView } from '@/protocol.gen';
import { hearing, told } from './hearing';

const segment = (ended_at: number) =>
  told({
    type: 'segment_recorded', party: 'judge', source: 'camera', name: 'n', codec: 'vp8', sha256: '', size: 1, frames: 1,
    started_at: ended_at - 10, ended_at, recovered: false, clean: true,
  });
const gap = (started_at: number) =>
  told({ type: 'gap_found', party: 'judge', source: 'camera', started_at, ended_at: started_at + 1, cause: 'network' });
const fault = (code: string, at: number) => told({ type: 'recording_fault', code, detail: '' }, at);
const before: RecordingView = {
  parties: { judge: { segments: 7, last_at: 1800, gaps: [{ source: 'microphone', started_at: 5, ended_at: 6, cause: 'muted' }] } },
  explanations: [],
  faults: [{ at: 50, code: 'disk_slow', detail: '', over_at: null }],
};
const after = (events: ReturnType<typeof told>[], recording: RecordingView | null = before) =>
  applyAll(hearing({ recording }), events, 'judge').recording;

describe('the recording', () => {
  it('goes on from what the view shows: the newest segment, every gap and every fault', () => {
    const recording = after([segment(2000), segment(1500), gap(1), fault('disk_full', 77)]);
    expect(recording?.parties.judge).toMatchObject({ segments: 9, last_at: 2000 });
    expect(recording?.parties.judge?.gaps.map(({ cause }) => cause)).toEqual(['muted', 'network']);
    expect(recording?.faults.map(({ at, code }) => [at, code])).toEqual([[50, 'disk_slow'], [77, 'disk_full']]);
  });

  it('says of each fault of a code that is back when it was over', () => {
    const recording = after([fault('disk_full', 77), told({ type: 'recording_recovered', code: 'disk_full', detail: '' }, 90)]);
    expect(recording?.faults.map(({ at, over_at }) => [at, over_at])).toEqual([[50, null], [77, 90]]);
  });

  it('starts with a party of which nothing was recorded before', () => {
    expect(after([segment(2000)], { parties: {}, explanations: [], faults: [] })?.parties).toEqual({
      judge: { segments: 1, last_at: 2000, gaps: [] },
    });
  });

  it('keeps the last fifty gaps and faults', () => {
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    const recording = after([...numbers.map(gap), ...numbers.map((n) => fault('disk_full', n))]);
    expect(recording?.parties.judge?.gaps.map((g) => g.started_at)).toEqual(numbers.slice(10));
    expect(recording?.faults.map(({ at }) => at)).toEqual(numbers.slice(10));
  });

  it('stays unknown to whom the view does not show it, and the same object when nothing is said of it', () => {
    expect(after([segment(2000)], null)).toBeNull();
    expect(after([told({ type: 'hearing_opened' })])).toBe(before);
  });
});
