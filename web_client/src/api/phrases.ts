/** What a clerk's desk writes with. */
import { get, send } from './http';
import { seatPath } from './seats';
import type { Stage } from '@/protocol.gen';

export interface Filled {
  speaker: string;
  text: string;
}
export interface Phrases {
  abbreviations: Record<string, string>;
  own: Record<string, string>;
  kept: boolean; // the own ones, by account
  terms: string[];
  templates: { id: string; stage: Stage; lines: Filled[] }[];
}

export const readPhrases = (seat: string) => get<Phrases>(seatPath(seat, '/phrases'));
export const keepOwn = (seat: string, own: Record<string, string>) =>
  send<object>('PUT', seatPath(seat, '/phrases'), { own: Object.entries(own) });
