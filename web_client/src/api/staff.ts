/** The server's pages for the court's staff. Times are Unix milliseconds. */
import { get, post } from './http';

export const STAFF_ROLES = ['administrator', 'judge', 'clerk', 'technician', 'auditor'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export interface Me {
  id: string;
  login: string;
  name: string;
  roles: StaffRole[];
}

/** `second`: the password was right; `enrol`: a second factor must be set up before anything else. */
export type Stage = 'none' | 'second' | 'enrol' | 'full';

export interface SessionInfo {
  court: string;
  stage: Stage;
  account: Me | null;
  factors: { totp: boolean; passkey: boolean; recovery: boolean; password: boolean; provider: boolean };
  provider: string; // name of the court's identity provider, empty if there is none
}

export const readSession = () => get<SessionInfo>('/api/staff/session');
export const signIn = (login: string, password: string) =>
  post<SessionInfo>('/api/staff/login', { login, password }, 20_000);
export const signOut = () => post<object>('/api/staff/logout', {});

export interface Passkey {
  id: string;
  name: string;
  created_at: number;
  used_at: number | null;
}

export interface OpenSession {
  id: string;
  here: boolean;
  started_at: number;
  seen_at: number;
  address: string;
  browser: string;
}

export interface MyAccount {
  password: boolean;
  totp: boolean;
  recovery: number;
  provider: boolean;
  passkeys: Passkey[];
  sessions: OpenSession[];
}

export interface Account extends Me {
  active: boolean;
  email: string;
  phone: string;
  provider: boolean;
}

export interface AuditRow {
  id: number;
  at: number;
  actor: string;
  action: string;
  subject: string;
  detail: string;
  address: string;
}

export interface AuditPage {
  rows: AuditRow[];
  cursor: number | null;
}

export interface Verdict {
  rows: number;
  hash: string;
  broken: number | null;
}

export interface Ceremony {
  ticket: string;
  options: object;
}

/** What a browser gives back: new recovery codes, if these are the account's first. */
export interface Enrolled {
  recovery: string[];
}

const TRAIL = '/api/staff/audit';
export const auditPath = (query: URLSearchParams) => `${TRAIL}?${query}`;
export const exportPath = (kind: 'csv' | 'jsonl', query: URLSearchParams) => `${TRAIL}/export.${kind}?${query}`;
