/** One upload, from the file to the exhibit: it goes on where a lost line broke it. */
import { codeOf, detailOf, type FaultCode } from '@/api/http';
import type { Uploaded, UploadServer } from '@/api/exhibits';

export interface UploadState {
  key: number;
  name: string;
  size: number;
  sent: number;
  stage: 'sending' | 'waiting' | 'checking' | 'done' | 'failed';
  code: FaultCode | '';
  detail: string;
  exhibit: number | null;
  notes: string[];
}

const RETRY = [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000]; // ms after each failure
const PASSING: ReadonlySet<FaultCode> = new Set(['unreachable', 'timeout', 'busy', 'internal', 'superseded']);

type Change = (change: Partial<UploadState>) => void;
export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Send `file` until it is an exhibit or refused; `change` is told what happens. */
export async function upload(
  file: File,
  server: UploadServer,
  change: Change,
  signal: AbortSignal,
  wait: (ms: number) => Promise<void> = pause,
): Promise<void> {
  let id = '';
  let failures = 0;
  while (!signal.aborted) {
    try {
      const from = id ? (await server.progress(id)).received : 0;
      id ||= await server.announce(file.name, file.size);
      const answer = await send(file, server, id, from, change, signal);
      if (answer.exhibit === null) continue;
      return change({ stage: 'done', sent: file.size, exhibit: answer.exhibit, notes: answer.notes });
    } catch (error) {
      const code = codeOf(error);
      if (signal.aborted) return;
      const delay = RETRY[failures++];
      const forgotten = code === 'not_found' && !!id; // the server has restarted: from the beginning
      if (forgotten) id = '';
      if ((!forgotten && !PASSING.has(code)) || delay === undefined) return change({ stage: 'failed', code, detail: detailOf(error) });
      change({ stage: 'waiting' });
      await wait(delay);
    }
  }
}

function send(file: File, server: UploadServer, id: string, from: number, change: Change, signal: AbortSignal): Promise<Uploaded> {
  const tell = (bytes: number) => {
    const sent = Math.min(file.size, from + bytes);
    change({ sent, stage: sent === file.size ? 'checking' : 'sending' });
  };
  tell(0);
  return server.send(id, from, file.slice(from), tell, signal);
}
