/** The command centre: what is pushed, and what can be done. Times are Unix milliseconds. */
import type { Departure, Device, MessageView, Presence, Role, Source, Verdict } from '@/protocol.gen';
import { get, post } from './http';

export const CENTRE = '/api/staff/centre';

export type CentrePhase =
  | 'scheduled' | 'waiting' | 'in_session' | 'paused' | 'suspended' | 'closed' | 'cancelled';
export type TaskKind =
  | 'disconnected' | 'media_blocked' | 'media_silent' | 'line_poor' | 'check_failed' | 'recording_fault'
  | 'code_locked' | 'consent_withdrawn' | 'late' | 'left_open' | 'judge_absent' | 'message';
export type RecordingHealth = 'off' | 'fault' | 'late' | 'none' | 'good' | 'unknown';

export interface Who {
  party: string;
  role: Role;
  name: string;
}

/** `ended_at`: the alarm went by itself; `done_at`: somebody has seen to it. */
export interface CentreTask {
  id: string;
  kind: TaskKind;
  grave: boolean;
  party: string;
  who: Who | null;
  detail: string;
  since: number;
  ended_at: number | null;
  done_at: number | null;
  done_by: string;
}

/** `people` is null while the server has not read the hearing in. */
export interface CentreRow {
  hearing: string;
  number: string;
  title: string;
  procedure: string;
  courtroom: string;
  judge: string;
  planned_at: number;
  ends_at: number;
  phase: CentrePhase;
  opened_at: number | null;
  closed_at: number | null;
  expected: number;
  people: { present: number; missing: Who[] } | null;
  worst: (Who & { loss: number; rtt_ms: number | null; poor: boolean; silent: boolean }) | null;
  recording: RecordingHealth;
  unread: number;
  tasks: CentreTask[];
}

export interface NodeHealth {
  loop_ms: number;
  disk_free: number;
  disk_total: number;
  recorder: boolean;
  speech: 'off' | 'starting' | 'on' | 'down' | 'failed';
  speech_detail: string;
  database_ms: number | null;
  media_port: number;
  connections: number;
  started_at: number;
}

/** Losses are fractions of the last second. */
export interface LineNow {
  loss: number;
  loss_up: number;
  loss_down: number;
  jitter_ms: number;
  rtt_ms: number | null;
  kbit_up: number;
  codecs: string;
  browser: string;
  silent: boolean;
  poor: boolean;
}

export interface PersonNow extends Who {
  site: string;
  presence: Presence;
  left_by: Departure | null;
  camera: Device;
  microphone: Device;
  check: Record<'camera' | 'microphone' | 'loudspeaker' | 'line', Verdict> | null;
  checked_at: number | null;
  sources: Partial<Record<Source, boolean>>;
  asks: boolean;
  line: LineNow | null;
}

export interface HearingDetail {
  hearing: string;
  in_charge: string;
  requests: number;
  people: PersonNow[];
  faults: { at: number; code: string; detail: string; over_at: number | null }[];
  messages: MessageView[];
  read_up_to: Record<string, number>;
  read_by: Record<string, number>;
}

/** One minute of a line, its worst; losses in thousandths. */
export interface Beat {
  at: number;
  loss_up: number;
  loss_down: number;
  rtt_ms: number | null;
  jitter_ms: number;
  kbit_up: number;
  codecs: string;
  browser: string;
  silent: boolean;
}

const one = (hearing: string, rest: string) => `${CENTRE}/hearings/${encodeURIComponent(hearing)}/${rest}`;

export const boardPath = `${CENTRE}/stream`;
export const detailPath = (hearing: string) => one(hearing, 'stream');
export const readBeats = (hearing: string, party: string) =>
  get<{ beats: Beat[] }>(one(hearing, `heartbeats/${encodeURIComponent(party)}`)).then(({ beats }) => beats);
export const writeFromDesk = (hearing: string, to: string, text: string) =>
  post<object>(one(hearing, 'messages'), { to, text });
export const readAtDesk = (hearing: string, party: string, up_to: number) =>
  post<object>(one(hearing, 'read'), { party, up_to });
export const tickTask = (hearing: string, task: string) =>
  post<object>(one(hearing, `tasks/${encodeURIComponent(task)}`), {});
export const askToClose = (hearing: string, text: string) =>
  post<{ told: number }>(one(hearing, 'close-request'), { text });
