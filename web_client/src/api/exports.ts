/** Exports of a recording, as bench and clerk ask for them. Times are Unix milliseconds. */
import { get, post, send } from './http';
import { seatPath } from './seats';

export type ExportKind = 'composite' | 'party' | 'span' | 'sound' | 'captions' | 'bundle' | 'bundle_hashes';
export type ExportState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface ExportWish {
  kind: ExportKind;
  party?: string;
  started_at?: number;
  ended_at?: number;
  sealed?: boolean;
}

/** `progress` from 0 to 1; `damaged` are the segments that the file shows as damaged. */
export interface ExportJob {
  id: string;
  kind: ExportKind;
  party: string;
  started_at: number | null;
  ended_at: number | null;
  sealed: boolean;
  state: ExportState;
  progress: number;
  asked_at: number;
  code: string;
  segment: string;
  size: number;
  damaged: string[];
}

export const listExports = (seat: string) =>
  get<{ exports: ExportJob[] }>(seatPath(seat, '/exports')).then(({ exports }) => exports);
export const askExport = (seat: string, wish: ExportWish) => post<ExportJob>(seatPath(seat, '/exports'), wish);
export const endExport = (seat: string, job: string) =>
  send<object>('DELETE', seatPath(seat, `/exports/${encodeURIComponent(job)}`));
export const exportPath = (seat: string, job: string) => seatPath(seat, `/exports/${encodeURIComponent(job)}/file`);
