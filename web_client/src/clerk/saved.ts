/** Whether a line on its way is in the record already, when the connection went before the answer came. */
import type { FaultCode } from '@/api/http';
import type { LineView } from '@/protocol.gen';

export interface PendingLine {
  id: number;
  speaker: string;
  text: string;
  startedAt: number; // Unix ms of the server's clock
  after: number; // lines that the record had when it was first sent
  failed: FaultCode | null;
  detail: string;
}

const NEAR = 2000; // ms; the server keeps a beginning within the hearing, so it may shift a little

export function isSaved(pending: PendingLine, lines: readonly LineView[]): boolean {
  return lines.some(
    (line) =>
      line.line > pending.after &&
      line.speaker === pending.speaker &&
      line.text === pending.text &&
      Math.abs(line.started_at - pending.startedAt) < NEAR,
  );
}
