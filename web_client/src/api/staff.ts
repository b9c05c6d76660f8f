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
