/** Steps of lines: what is done to them, and where they stand. */
import type { HearingView, LineView } from '@/protocol.gen';
import { transcriptChanged, type Of, type Steps } from './steps';

function entered(view: HearingView, event: Of<'line_entered'>): HearingView {
  const { line, speaker, text, started_at, ended_at, after } = event;
  const made: LineView = { line, revision: 1, speaker, text, started_at, ended_at, disputed: false, struck: null };
  const place = after === null ? view.lines.length : after === 0 ? 0 : view.lines.findIndex((one) => one.line === after) + 1;
  return transcriptChanged({ ...view, lines: view.lines.toSpliced(place, 0, made) });
}

function changed(view: HearingView, number: number, change: (line: LineView) => Partial<LineView>): HearingView {
  const lines = view.lines.map((line) => (line.line === number ? { ...line, ...change(line) } : line));
  return transcriptChanged({ ...view, lines });
}

export const lines: Steps = {
  line_entered: entered,
  line_corrected: (view, { line, revision, speaker, text, started_at, ended_at }) =>
    changed(view, line, (old) => ({
      revision,
      speaker,
      text,
      started_at: started_at ?? old.started_at,
      ended_at: ended_at ?? old.ended_at,
    })),
  line_struck: (view, { line, revision, cause }) => changed(view, line, () => ({ revision, struck: cause })),
  line_restored: (view, { line, revision }) => changed(view, line, () => ({ revision, struck: null })),
  line_disputed: (view, { line, revision, disputed }) => changed(view, line, () => ({ revision, disputed })),
};
