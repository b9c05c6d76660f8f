/** Whether something went wrong with the recording that no signed note explains. Pure; as domain/explanation.py. */
import type { GapView, RecordingView } from '@/protocol.gen';

const MACHINE: ReadonlySet<string> = new Set(['disk', 'server', 'overrun']);
const LINE: ReadonlySet<string> = new Set(['network', 'device', 'malformed']);
const BESIDE: ReadonlySet<string> = new Set(['timestamp_authority', 'log_copy', 'document_unfinished']); // of the proof, not of sound or picture
const SHORT = 1000; // ms

const grave = ({ cause, started_at, ended_at }: GapView) =>
  MACHINE.has(cause) || (LINE.has(cause) && ended_at - started_at >= SHORT);

export function noteDue(recording: RecordingView | null): boolean {
  if (!recording) return false;
  const explained = recording.explanations.at(-1)?.ended_at ?? 0;
  const gaps = Object.values(recording.parties).flatMap((party) => party.gaps);
  return recording.faults.some(({ at, code }) => at > explained && !BESIDE.has(code)) || gaps.some((gap) => gap.ended_at > explained && grave(gap));
}
