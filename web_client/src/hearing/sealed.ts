/** What is sealed by order: bench and clerk read it, marked; for everybody else its words are empty. */
import type { LineView, SpanView } from '@/protocol.gen';

/** Pure: whether any of what a line says was said in one of these spans; a line of no length is a moment. */
export function within(spans: SpanView[], line: LineView): boolean {
  const last = Math.max(line.ended_at, line.started_at + 1);
  return spans.some(({ started_at, ended_at }) => started_at < last && (ended_at === null || line.started_at < ended_at));
}
