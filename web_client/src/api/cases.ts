/** The server's pages of cases, planning and the outbox. Times are Unix milliseconds. */
import type { Role } from '@/protocol.gen';
import type { StaffRole } from './staff';

export const PROCEDURES = ['criminal', 'civil', 'administrative', 'mediation'] as const;
export type Procedure = (typeof PROCEDURES)[number];
export const SIDES = ['claim', 'defence', 'neutral'] as const;
export const CASE_ROLES = [
  'prosecutor', 'plaintiff', 'defendant', 'counsel', 'witness', 'expert', 'interpreter', 'bailiff', 'detention_officer',
] as const;

export interface Fault {
  field: string; // such as parties.2.email
  problem: string;
  value: string;
}

export interface CaseParty {
  id: string;
  role: Role;
  name: string;
  side: (typeof SIDES)[number];
  email: string;
  telephone: string;
  language: string;
  interpreter_for: string[];
  counsel_for: string[];
  sign_language: boolean;
  notes: string;
  detained_at: string;
}

export interface Case {
  id: string;
  number: string;
  procedure: Procedure;
  title: string;
  closed: boolean;
  version: number;
  parties: CaseParty[];
  hearings: Sitting[];
}

export interface ListedCase {
  id: string;
  number: string;
  procedure: Procedure;
  title: string;
  closed: boolean;
  parties: { role: Role; name: string }[];
  hearing: { id: string; planned_at: number } | null;
}

export interface RowFault {
  row: number;
  column: string;
  problem: string;
  value: string;
}

export interface ImportResult {
  made: boolean;
  rows: number;
  cases: number;
  shown: ListedCase[];
  faults: RowFault[];
}

export interface Sitting {
  hearing: string;
  case: string;
  number: string;
  title: string;
  procedure: Procedure;
  courtroom: string;
  judge: string;
  planned_at: number;
  ends_at: number;
  phase: string;
  opened_at: number | null;
  closed_at: number | null;
  parties: number;
}

/** A hearing of one's own whose time is over, and why it is still open. */
export interface LeftOver extends Sitting {
  left: 'not_opened' | 'not_closed' | 'no_date';
}

export interface SeatInfo {
  party: string;
  person: string;
  role: Role;
  name: string;
  staff: boolean;
  presence: string;
  account: string;
}

export interface HearingInfo extends Sitting {
  minutes: number;
  seats: SeatInfo[];
  others: { id: string; role: Role; name: string }[]; // of the case, without a seat
  mine: string; // the seat of whoever asks, if they have one
}

export interface Clash {
  kind: 'courtroom' | 'staff' | 'person';
  name: string;
  hearing: string;
  number: string;
  title: string;
  courtroom: string;
  planned_at: number;
  ends_at: number;
}

export interface ChecklistItem {
  id: string;
  stage: string;
  text: string;
}

export interface Choices {
  staff: { id: string; name: string; roles: StaffRole[] }[];
  templates: Record<Procedure, { stages: string[]; checklist: ChecklistItem[] }>;
  channels: string[];
}

export interface Courtroom {
  name: string;
  site: string;
  active: boolean;
}

export interface Message {
  id: string;
  hearing: string;
  party: string;
  kind: string;
  channel: string;
  state: string;
  created_at: number;
  due_at: number;
  done_at: number | null;
  attempts: number;
  uncertain: boolean;
  error: string;
  name: string;
  to: string;
  number: string;
  planned_at: number;
}

export const STAFF = '/api/staff';
