/** The server's pages of papers: the clerk's, and those of the person a paper is addressed to. Times are Unix ms. */
import type { Role } from '@/protocol.gen';
import type { Procedure } from './cases';
import { get, getBytes, post, send } from './http';
import type { Preparation } from './seats';

export type Way = 'email' | 'sms' | 'portal';
export const WAYS: Way[] = ['email', 'sms', 'portal'];
export type SignerState = 'waiting' | 'sent' | 'opened' | 'objected' | 'stuck' | 'signed' | 'refused';
export const STATES: SignerState[] = ['waiting', 'sent', 'opened', 'objected', 'stuck', 'signed', 'refused'];

export interface Said {
  text: string;
  at: number;
}

export interface PaperObjection extends Said {
  answer: { accepted: boolean; reason: string; at: number } | null;
}

export interface ListedPaper {
  id: string;
  title: string;
  template: string;
  phase: string;
  made_at: number;
  deadline: number | null;
  signers: number;
  signed: number;
  refused: number;
  stuck: number;
}

export interface Template {
  id: string;
  title: Record<string, string>;
  fields: { name: string; lines: boolean; required: boolean; own: string }[];
}

export interface Consent {
  given_at: number | null;
  revoked_at: number | null;
  how: string;
  through: string;
  ways: Way[];
  confirmed: Way[];
}

export interface CasePerson {
  id: string;
  role: Role;
  name: string;
  contacts: { email: string; sms: string };
  consent: Consent;
}

export interface CasePapers {
  number: string;
  title: string;
  procedure: Procedure;
  closed: boolean;
  ways: Way[]; // that the court has
  papers: ListedPaper[];
  templates: Template[];
  defaults: Record<string, Record<string, string>>;
  people: CasePerson[];
}

export interface Letter {
  letter: string;
  way: string;
  queued_at: number;
  delivered_at: number | null;
  failed_at: number | null;
  fault: string;
}

export interface SignerRow {
  person: string;
  role: Role;
  name: string;
  state: SignerState;
  letters: Letter[];
  opened_at: number | null;
  read_to: number;
  objections: PaperObjection[];
  asserted_at: number | null;
  permitted: Said | null;
  held: boolean;
  witness: string;
  signed_at: number | null;
  refused: Said | null;
  stuck: { cause: string; at: number } | null;
  reminders: number;
}

export interface OwnService {
  ways: Way[];
  begun_at: number;
  delivered: Partial<Record<Way, number>>;
  opened_at: number | null;
  downloaded_at: number | null;
  confirmed_at: number | null;
}

export interface ServiceRow extends OwnService {
  person: string;
  role: Role;
  name: string;
  letters: Letter[];
  confirmed_ways: Way[];
  effect: { at: number; rule: string; way: Way | null } | null;
}

interface Head {
  id: string;
  court: string;
  number: string;
  case_title: string;
  title: string;
  language: string;
  phase: string;
  pages: number;
  sha256: string;
  digest: string;
}

export interface Board extends Head {
  procedure: Procedure;
  case: string;
  template: string;
  values: Record<string, string>;
  replaces: string;
  made_at: number;
  completed_at: number | null;
  withdrawn: Said | null;
  deadline: number | null;
  code: boolean;
  late: boolean;
  closed: Said | null;
  signers: SignerRow[];
  services: ServiceRow[];
}

export interface OwnPaper extends Head {
  signing: {
    opened_at: number | null;
    read_to: number;
    shown: number[];
    objections: PaperObjection[];
    asserted_at: number | null;
    permitted: Said | null;
    held: boolean;
    signed_at: number | null;
    refused: Said | null;
    deadline: number;
  } | null;
  service: OwnService | null;
  withdrawn: Said | null;
}

/** Before the code that a paper demands: nothing of the person and the case. */
export interface PersonDoor {
  code_needed: true;
  court: string;
}

export interface PersonInfo {
  code_needed: false;
  court: string;
  name: string;
  role: Role;
  procedure: Procedure;
  contacts: { email: string; sms: string };
  consent: Consent;
  papers: OwnPaper[];
}

export const personPath = (person: string, rest = '') => `/api/persons/${encodeURIComponent(person)}${rest}`;
export const ownPath = (person: string, paper: string, rest = '') => personPath(person, `/papers/${encodeURIComponent(paper)}${rest}`);

export const enterPapers = (link: string) => post<{ person: string }>('/api/papers/enter', { link });
export const readPerson = (person: string) => get<PersonInfo | PersonDoor>(personPath(person));
export const readOwn = (person: string, paper: string) => get<OwnPaper>(ownPath(person, paper));
export const readFile = (person: string, paper: string) => getBytes(ownPath(person, paper, '/file'));
export const tell = (person: string, paper: string, what: string, body: object) => post<OwnPaper>(ownPath(person, paper, `/${what}`), body, 20_000);
export const consentTo = (person: string, ways: Way[]) => post<Consent>(personPath(person, '/consent'), { ways });
export const revokeConsent = (person: string) => send<Consent>('DELETE', personPath(person, '/consent'));
export const preparePaper = (person: string, paper: string, body: object) => post<Preparation>(ownPath(person, paper, '/signature'), body, 70_000);
export const signHeld = (person: string, paper: string, body: object) => post<{ sha256: string }>(ownPath(person, paper, '/held'), body, 70_000);
export const finishPaper = (person: string, paper: string, preparation: string, signature: string) =>
  post<{ sha256: string }>(ownPath(person, paper, `/signature/${encodeURIComponent(preparation)}`), { signature }, 30_000);
