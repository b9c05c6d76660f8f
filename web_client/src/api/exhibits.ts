/** The server's pages of exhibits, as PROTOCOL.md lists them. */
import type { Code } from '@/protocol.gen';
import { get, post, Refused } from './http';
import { seatPath } from './seats';

/** How far an upload came; `exhibit` is its number once it is submitted. */
export interface Uploaded {
  received: number;
  exhibit: number | null;
  notes: string[];
}

export interface UploadServer {
  announce(name: string, size: number): Promise<string>;
  progress(upload: string): Promise<Uploaded>;
  send(upload: string, offset: number, rest: Blob, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Uploaded>;
}

export const exhibitPath = (seat: string, exhibit: number, download = false) =>
  seatPath(seat, `/exhibits/${exhibit}/file${download ? '?download=1' : ''}`);

/** One page of a document, or a picture as browsers show it. */
export const pagePath = (seat: string, exhibit: number, page: number) =>
  seatPath(seat, `/exhibits/${exhibit}/pages/${page}`);

export const uploadServer = (seat: string): UploadServer => ({
  announce: async (name, size) =>
    (await post<{ upload: string }>(seatPath(seat, '/exhibits'), { name, size })).upload,
  progress: (upload) => get<Uploaded>(seatPath(seat, `/uploads/${upload}`)),
  send: (upload, offset, rest, onSent, signal) =>
    sendBytes(seatPath(seat, `/uploads/${upload}?offset=${offset}`), rest, onSent, signal),
});

/** fetch tells nothing of how much has gone, so this is the one place for XMLHttpRequest. */
function sendBytes(path: string, rest: Blob, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      if (request.status === 200) return resolve(request.response as Uploaded);
      const said = (request.response ?? {}) as { code?: Code; detail?: string };
      reject(new Refused(said.code ?? 'internal', said.detail ?? ''));
    };
    request.onerror = () => reject(new Refused('unreachable'));
    request.onabort = () => reject(new Refused('superseded'));
    signal.addEventListener('abort', () => request.abort());
    request.send(rest);
  });
}
