/** The server's pages of a recording: what there is to play, pieces of it, and its custody. */
import type { Phase, Role, SeatView } from '@/protocol.gen';
import { get, post, Refused, request, send } from './http';
import { seatPath } from './seats';

export type Level = 'public' | 'confidential' | 'sealed';
/** Start and end of a segment, Unix ms. */
export type Piece = [number, number];

export interface PlaybackSeat {
  party: string;
  role: Role;
  name: string;
  site: string;
  side: SeatView['side'];
}

export interface PlaybackTrack {
  party: string;
  source: string;
  segments: Piece[];
}

export interface PlaybackGap {
  party: string;
  source: string;
  started_at: number;
  ended_at: number;
  cause: string;
}

/** What of the timeline this reader may not play; without an end it goes on. */
export interface Masked {
  started_at: number;
  ended_at: number | null;
  level: Level;
}

export interface Turn {
  at: number;
  kind: 'phase' | 'stage' | 'deliberation' | 'read_back'; // then the name is the numbers of the lines
  name: string;
  reason: string;
}

/** `masked` says that its words are not shown to this reader, `struck` that it is not in the record. */
export interface PlaybackLine {
  line: number;
  revision: number;
  speaker: string;
  text: string;
  started_at: number;
  ended_at: number;
  masked: boolean;
  struck: boolean;
}

export interface PlaybackIndex {
  seq: number;
  since: number;
  scope: string;
  at: number;
  hearing: string;
  court: string;
  case_number: string;
  title: string;
  procedure: string;
  phase: Phase;
  running: boolean;
  opened_at: number | null;
  closed_at: number | null;
  began_at: number | null;
  ended_at: number | null;
  seats: PlaybackSeat[];
  masked: Masked[];
  tracks: PlaybackTrack[];
  gaps: PlaybackGap[];
  turns: Turn[];
  lines: PlaybackLine[];
}

export interface Access {
  access: number;
  level: Level;
  started_at: number;
  ended_at: number | null;
  reason: string;
}

export interface Note {
  note: number;
  at: number;
  text: string;
  private: boolean;
  by: string;
}

/** Before it is done it is for the court alone, as are who and why. */
export interface Deletion {
  deleted_at: number | null;
  segments: number;
  proposed_by?: string;
  proposed_at?: number;
  reason?: string;
  consented_by?: string;
}

export interface Custody {
  level: Level;
  access: Access[];
  notes: Note[];
  deletion: Deletion | null;
  may: { set_access: boolean; note: boolean; delete: boolean };
}

export interface Fragment {
  mime: string;
  data: ArrayBuffer;
}

const LOAD_WITHIN = 20_000; // ms

export const readIndex = (seat: string, since = 0, scope = '') =>
  get<PlaybackIndex>(seatPath(seat, `/playback?since=${since}&scope=${encodeURIComponent(scope)}`), 20_000);

/** One segment of a track; throws Refused, or AbortError when it is no longer wanted. */
export async function readFragment(seat: string, party: string, source: string, at: number, signal: AbortSignal): Promise<Fragment> {
  const path = seatPath(seat, `/playback/${encodeURIComponent(party)}/${source}/${at}`);
  const response = await request(path, { method: 'GET' }, LOAD_WITHIN, signal);
  const mime = response.headers.get('Content-Type');
  if (!mime) throw new Refused('internal');
  return { mime, data: await response.arrayBuffer() };
}

export const readCustody = (seat: string) => get<Custody>(seatPath(seat, '/custody'));
export const placeNote = (seat: string, note: { at: number; text: string; private: boolean }) =>
  post<{ note: number }>(seatPath(seat, '/custody/notes'), note);
export const removeNote = (seat: string, note: number) => send<object>('DELETE', seatPath(seat, `/custody/notes/${note}`));
export const setAccess = (seat: string, access: Omit<Access, 'access'>) =>
  post<{ access: number }>(seatPath(seat, '/custody/access'), access);
export const endAccess = (seat: string, access: number) => post<object>(seatPath(seat, `/custody/access/${access}/end`), {});
export const liftAccess = (seat: string, access: number, reason: string) =>
  post<object>(seatPath(seat, `/custody/access/${access}/lift`), { reason });
export const proposeDeletion = (seat: string, reason: string) => post<object>(seatPath(seat, '/custody/deletion'), { reason });
export const consentDeletion = (seat: string) => post<object>(seatPath(seat, '/custody/deletion/consent'), {});
export const dropDeletion = (seat: string) => send<object>('DELETE', seatPath(seat, '/custody/deletion'));
