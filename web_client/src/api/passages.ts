/** The newest version passage by passage, as PROTOCOL.md has it. */
import { get } from './http';
import { seatPath } from './seats';

export interface Wording {
  speaker: string;
  text: string;
  span: [started_at: number, ended_at: number | null];
  disputed: boolean;
  sealed: boolean;
}

/** `line` and `place` (the printed number) are 0 for what is no line; `parts` of a changed line. */
export interface Passage {
  name: string;
  change: 'same' | 'new' | 'changed' | 'gone';
  line: number;
  place: number;
  now: Wording | null;
  before: Wording | null;
  parts: [mark: 'same' | 'gone' | 'new', text: string][];
  objections: number[]; // accepted for it; in the changes of a version alone
}

/** Against what this reader has confirmed, or against the version before. */
export const readPassages = (seat: string, version: number, against: 'confirmed' | 'before' = 'confirmed') =>
  get<{ passages: Passage[] }>(
    seatPath(seat, `/transcript/${version}/passages${against === 'before' ? '?since=before' : ''}`),
  ).then(({ passages }) => passages);
