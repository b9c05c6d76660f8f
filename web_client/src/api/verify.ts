/** The server's public check of a bundle or a signed PDF. */
import { get } from './http';

export type Level = 'error' | 'warning' | 'masked' | 'gap' | 'ok';

export interface Line {
  level: Level;
  code: string;
  zh: string;
  en: string;
  text: string;
}

export interface Verdict {
  kind: 'bundle' | 'pdf';
  ok: boolean;
  findings: Line[];
}

export interface VerifyAbout {
  court: string;
  fingerprint: string;
  most_bytes: number;
}

export class CannotVerify extends Error {}

export const aboutVerifying = () => get<VerifyAbout>('/api/verify');

/** `told` hears how much has been sent, from 0 to 1; fetch does not say. Throws CannotVerify with a code. */
export function verifyFile(file: File, told: (share: number) => void, signal: AbortSignal): Promise<Verdict> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/verify');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 0);
    request.upload.onload = () => told(1);
    request.onload = () => {
      if (request.status === 200 && request.response) return done(request.response as Verdict);
      const said = request.response as { code?: string; detail?: string } | null;
      failed(new CannotVerify(said?.code === 'bad_file' ? said.detail : (said?.code ?? 'internal')));
    };
    request.onerror = () => failed(new CannotVerify('unreachable'));
    request.onabort = () => failed(new CannotVerify('aborted'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
