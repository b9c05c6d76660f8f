/** The server's pages about one seat, as PROTOCOL.md lists them. Times are Unix milliseconds. */
import type { Phase, Role } from '@/protocol.gen';
import { get, getBytes, post } from './http';

/** Until the one-time code is proved: nothing of the case and its people. */
export interface SeatDoor {
  code_needed: true;
  court: string;
  planned_at: number;
  phase: Phase;
  server_time: number;
}

export interface SeatInfo {
  hearing: string;
  court: string;
  case_number: string;
  procedure: string;
  courtroom: string;
  title: string;
  planned_at: number;
  phase: Phase;
  server_time: number;
  party: { id: string; role: Role; name: string; site: string };
  accepted_as: string | null;
  rules_needed: boolean; // has still to accept them
  kiosk: boolean;
  plays: boolean; // the recording, now
  code_needed: false;
  identity: { needed: boolean; done: boolean };
  signer: object | null;
}

export interface Preparation {
  preparation: string;
  to_be_signed: string;
}

export interface RecordedTrack {
  source: string;
  segments: number;
  seconds: number;
  size: number;
}

export interface RecordedParty {
  party: string;
  tracks: RecordedTrack[];
  gaps: { source: string; started_at: number; ended_at: number; cause: string }[];
}

export const seatPath = (seat: string, rest = '') => `/api/seats/${encodeURIComponent(seat)}${rest}`;

export const enterByLink = (link: string) => post<{ seat: string }>('/api/enter', { link });
export const readSeat = (seat: string) => get<SeatInfo | SeatDoor>(seatPath(seat));
export const takeTicket = (seat: string) =>
  post<{ ticket: string }>(seatPath(seat, '/ticket'), {}).then(({ ticket }) => ticket);

export const transcriptPath = (seat: string, version: number, download = false) =>
  seatPath(seat, `/transcript/${version}.pdf${download ? '?download=1' : ''}`);
export const readTranscript = (seat: string, version: number) =>
  getBytes(transcriptPath(seat, version));

export const prepareSignature = (
  seat: string,
  body: { version: number; public_key: string; name_image: string; strokes?: string },
) => post<Preparation>(seatPath(seat, '/signature'), body, 20_000);
export const finishSignature = (seat: string, preparation: string, signature: string) =>
  post<{ sha256: string }>(
    seatPath(seat, `/signature/${encodeURIComponent(preparation)}`),
    { signature },
    30_000,
  );

/** With a key that the server makes for it: where the clerk has permitted that. */
export const signHeld = (seat: string, body: { version: number; witness: string; name_image: string; strokes: string }) =>
  post<{ sha256: string }>(seatPath(seat, '/signature/held'), body, 60_000);

export const listRecordings = (seat: string) =>
  get<{ parties: RecordedParty[]; deleted_at: number | null }>(seatPath(seat, '/recordings'));
