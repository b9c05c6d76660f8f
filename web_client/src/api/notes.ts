/** The notes that explain a fault of the recording. Times are Unix milliseconds. */
import { get, post } from './http';
import { seatPath, type Preparation } from './seats';

export interface NoteRow {
  span: string;
  seconds: string;
  chinese: string;
  english: string;
}

export interface NoteDraft {
  number: number;
  due: boolean;
  started_at: number;
  ended_at: number;
  text: string;
  english: string;
  rows: NoteRow[];
}

export const readDraft = (seat: string) => get<NoteDraft>(seatPath(seat, '/explanations/draft'));

export const prepareNote = (
  seat: string,
  body: { number: number; text: string; english: string; public_key: string; name_image: string },
) => post<Preparation>(seatPath(seat, '/explanations'), body, 30_000);

export const finishNote = (seat: string, preparation: string, signature: string) =>
  post<{ number: number }>(seatPath(seat, `/explanations/signature/${encodeURIComponent(preparation)}`), { signature }, 30_000);

export const notePath = (seat: string, number: number, download = false) =>
  seatPath(seat, `/explanations/${number}.pdf${download ? '?download=1' : ''}`);
