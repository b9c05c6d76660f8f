/** The server's pages for coming in: check, code, document, observers, kiosks. Times are Unix ms. */
import type { ReportCheck } from '@/protocol.gen';
import { get, getBytes, post, send } from './http';

const seatPath = (seat: string, rest: string) => `/api/seats/${encodeURIComponent(seat)}${rest}`;
const partyPath = (seat: string, party: string, rest: string) =>
  seatPath(seat, `/parties/${encodeURIComponent(party)}${rest}`);

export const PROBE = 256 * 1024; // bytes

export type CheckResult = Omit<ReportCheck, 'type'>;
export const reportCheck = (seat: string, result: CheckResult) => post<object>(seatPath(seat, '/check'), result);
export const probeDown = (seat: string) => getBytes(seatPath(seat, '/probe'));
export const probeUp = (seat: string, noise: Blob) => send<{ size: number }>('POST', seatPath(seat, '/probe'), noise);

export interface MirrorMade {
  mirror: string;
  rtp_capabilities: object;
  send: object;
  receive: object;
}
export interface MirrorTrack {
  producer: string;
  consumer: string;
  kind: 'audio' | 'video';
  rtp_parameters: object;
}
export interface MirrorResult {
  protocol: 'udp' | 'tcp' | 'none';
  rtt_ms: number | null;
  loss_up: number;
  loss_down: number;
  packets_in: number;
  packets_out: number;
}
const mirrorPath = (seat: string, mirror: string, rest = '') => seatPath(seat, `/mirror/${mirror}${rest}`);
export const makeMirror = (seat: string) => post<MirrorMade>(seatPath(seat, '/mirror'), {});
export const connectMirror = (seat: string, mirror: string, direction: 'send' | 'receive', dtls_parameters: object) =>
  post<object>(mirrorPath(seat, mirror, '/connect'), { direction, dtls_parameters });
export const mirrorTrack = (
  seat: string, mirror: string, track: { kind: string; rtp_parameters: object; rtp_capabilities: object },
) => post<MirrorTrack>(mirrorPath(seat, mirror, '/track'), track);
export const resumeMirror = (seat: string, mirror: string) => post<object>(mirrorPath(seat, mirror, '/resume'), {});
export const readMirror = (seat: string, mirror: string) => get<MirrorResult>(mirrorPath(seat, mirror));
export const closeMirror = (seat: string, mirror: string) => send<object>('DELETE', mirrorPath(seat, mirror));

export interface CodeSent {
  channel: 'sms' | 'email' | 'clerk';
  to: string;
  expires_at: number;
  again_at: number;
}
/** `path` is of whoever is to prove themselves: a seat, or a person of a case. */
export const sendCode = (path: string) => post<CodeSent>(`${path}/code`, {});
export const confirmCode = (path: string, code: string) => post<object>(`${path}/code/confirm`, { code });
export const readCodeOut = (seat: string, party: string) => post<{ code: string }>(partyPath(seat, party, '/code'), {});

export const offerPicture = (seat: string, picture: Blob) => send<object>('POST', seatPath(seat, '/picture'), picture);
export const takePicture = (seat: string, party: string, picture: Blob) =>
  send<object>('POST', partyPath(seat, party, '/picture'), picture);
export const keepPicture = (seat: string, party: string) => post<object>(partyPath(seat, party, '/picture/keep'), {});
export const readPicture = (seat: string, party: string) => getBytes(partyPath(seat, party, '/picture'));

export interface Observed {
  court: string;
  case_number: string;
  title: string;
  courtroom: string;
  planned_at: number;
  phase: string;
  allowed: boolean;
}
export const makeObserversLink = (seat: string) => post<{ link: string }>(seatPath(seat, '/observers-link'), {});
export const revokeObserversLink = (seat: string) => send<object>('DELETE', seatPath(seat, '/observers-link'));
export const readObserved = (hearing: string, link: string) => post<Observed>('/api/observe', { hearing, link });
export const registerObserver = (body: { hearing: string; link: string; name: string; address: string }) =>
  post<{ seat: string }>('/api/observe/register', body);

export interface Kiosk {
  id: string;
  name: string;
  site: string;
  created_at: number;
  paired_at: number | null;
  revoked_at: number | null;
  usable: boolean;
  here: boolean;
  code_until: number | null;
  party: string | null;
}
export interface KioskNow {
  court: string;
  name: string;
  site: string;
  seat: string;
  server_time: number;
}
export const listKiosks = () => get<{ kiosks: Kiosk[] }>('/api/staff/kiosks');
export const addKiosk = (name: string, site: string) =>
  post<{ kiosk: Kiosk; code: string }>('/api/staff/kiosks', { name, site });
export const renewKiosk = (id: string) => post<{ code: string }>(`/api/staff/kiosks/${id}/code`, {});
export const revokeKiosk = (id: string) => post<object>(`/api/staff/kiosks/${id}/revoke`, {});
export const listSeatKiosks = (seat: string) => get<{ kiosks: Kiosk[] }>(seatPath(seat, '/kiosks'));
export const callKiosk = (seat: string, party: string, kiosk: string) =>
  post<object>(partyPath(seat, party, '/kiosk'), { kiosk });
export const releaseKiosk = (seat: string, party: string) => send<object>('DELETE', partyPath(seat, party, '/kiosk'));
export const pairKiosk = (code: string) => post<KioskNow>('/api/kiosk/pair', { code });
export const readKiosk = () => get<KioskNow>('/api/kiosk');
export const awaitCall = (known: string) => get<KioskNow>(`/api/kiosk?known=${encodeURIComponent(known)}`, 30_000);
export const takeKioskSeat = () => post<{ seat: string }>('/api/kiosk/seat', {});
export const endKiosk = () => post<object>('/api/kiosk/done', {});
