/** How the recording goes, carried on from the view by what the recorder reports in the log. */
import type { EventTold, FaultView, RecordedView, RecordingView } from '@/protocol.gen';

const KEPT = 50; // gaps of a party, and faults; as in hearing_server/domain/hearing.py
const NOTHING: RecordedView = { segments: 0, last_at: null, gaps: [] };

/** Pure: the recording after one more event; the same object when the event says nothing of it. */
export function recordingAfter(
  recording: RecordingView | null,
  event: EventTold['event'],
  at: number,
): RecordingView | null {
  if (!recording) return null;
  switch (event.type) {
    case 'segment_recorded':
      return withParty(recording, event.party, ({ segments, last_at }) => ({
        segments: segments + 1,
        last_at: Math.max(last_at ?? 0, event.ended_at),
      }));
    case 'gap_found': {
      const { source, started_at, ended_at, cause } = event;
      const gap = { source, started_at, ended_at, cause };
      return withParty(recording, event.party, ({ gaps }) => ({ gaps: [...gaps, gap].slice(-KEPT) }));
    }
    case 'recording_fault': {
      const { code, detail } = event;
      return { ...recording, faults: [...recording.faults, { at, code, detail, over_at: null }].slice(-KEPT) };
    }
    case 'fault_explained': {
      const { explanation, started_at, ended_at, pages, sha256 } = event;
      const note = { explanation, started_at, ended_at, pages, sha256 };
      return { ...recording, explanations: [...recording.explanations, note] };
    }
    case 'recording_recovered': {
      const over = (fault: FaultView) => (fault.code === event.code && fault.over_at === null ? { ...fault, over_at: at } : fault);
      return { ...recording, faults: recording.faults.map(over) };
    }
    default:
      return recording;
  }
}

function withParty(
  recording: RecordingView,
  party: string,
  changes: (recorded: RecordedView) => Partial<RecordedView>,
): RecordingView {
  const recorded = recording.parties[party] ?? NOTHING;
  const parties = { ...recording.parties, [party]: { ...recorded, ...changes(recorded) } };
  return { ...recording, parties };
}
