/** What a desk does to lines, and how the record looks with it before the server has answered. Pure. */
import type {
  AcceptDraft, CorrectLine, DisputeLine, EnterLine, LineView, MergeLines, ReplaceText, RestoreLine, SplitLine, StrikeLine, UndoOperation,
} from '@/protocol.gen';
import type { FaultCode } from '@/api/http';
import { stands } from '@/hearing/lines';

export type Operation =
  | EnterLine | AcceptDraft | CorrectLine | SplitLine | MergeLines | StrikeLine | RestoreLine | DisputeLine | ReplaceText | UndoOperation;

type WithoutName<T> = T extends Operation ? Omit<T, 'operation'> : never;
/** An operation before the desk has given it its id. */
export type Act = WithoutName<Operation>;

/** `failed` is why the server did not take it; null while it waits. */
export interface Pending {
  act: Operation;
  failed: FaultCode | null;
  detail: string;
  saidAt?: number; // when what a draft has was said
}

export interface ShownLine extends LineView {
  waiting?: boolean; // as it will be when the server has taken what waits
}

/** The lines as they will be with everything that waits; an entered line has no number yet and is not among them. */
export function withPending(lines: readonly LineView[], pending: readonly Pending[]): ShownLine[] {
  return pending.filter(({ failed }) => !failed).reduce((shown, { act }) => after(shown, act), [...lines] as ShownLine[]);
}

function after(lines: ShownLine[], act: Operation): ShownLine[] {
  switch (act.type) {
    case 'correct_line':
      return changed(lines, act, () => ({ speaker: act.speaker, text: act.text }));
    case 'strike_line':
      return changed(lines, act, () => ({ struck: 'struck' }));
    case 'restore_line':
      return changed(lines, act, () => ({ struck: null }));
    case 'dispute_line':
      return changed(lines, act, () => ({ disputed: act.disputed }));
    case 'split_line':
      return changed(lines, act, ({ text }) => ({ text: parts(text, act.position ?? 0).join(' ¦ ') }));
    case 'replace_text':
      return act.lines.reduce((shown, at) => changed(shown, at, ({ text }) => ({ text: text.replaceAll(act.find, act.replacement) })), lines);
    case 'merge_lines': {
      const next = lines.find(({ line }) => line === act.following.line);
      const whole = changed(lines, act, ({ text }) => ({ text: `${text}${next?.text ?? ''}` }));
      return changed(whole, act.following, () => ({ struck: 'merged' }));
    }
    default:
      return lines;
  }
}

/** Against another revision the server would refuse it: then nothing is shown of it here either. */
function changed(lines: ShownLine[], at: { line: number; revision: number }, change: (line: ShownLine) => Partial<LineView>): ShownLine[] {
  return lines.map((line) =>
    line.line === at.line && line.revision === at.revision
      ? { ...line, ...change(line), revision: line.revision + 1, waiting: true }
      : line,
  );
}

/** The server counts characters, JavaScript halves of some. */
export const codePoints = (text: string, units: number): number => Array.from(text.slice(0, units)).length;

export function parts(text: string, position: number): [string, string] {
  const all = Array.from(text);
  return [all.slice(0, position).join('').trim(), all.slice(position).join('').trim()];
}

/** The next line that stands, which a line can be merged with. */
export function following(lines: readonly LineView[], line: number): LineView | null {
  const standing = lines.filter(stands);
  const place = standing.findIndex((one) => one.line === line);
  return place < 0 ? null : (standing[place + 1] ?? null);
}
