/** Messages of a seat that is not taken yet: whoever cannot get in needs help most. */
import type { Mailbox } from '@/messages/threads';
import { get, post } from './http';

const path = (seat: string, rest = '') => `/api/seats/${encodeURIComponent(seat)}/messages${rest}`;

export const readMessages = (seat: string) => get<Mailbox>(path(seat));
export const sendMessage = (seat: string, body: { to: string; text: string; answers: number | null }) =>
  post<object>(path(seat), body);
export const markRead = (seat: string, body: { correspondent: string; up_to: number }) =>
  post<object>(path(seat, '/read'), body);
