/** Passkeys: the browser's own dialog, between what the server asks and what it is answered. */
import { get, post, Refused } from '@/api/http';
import type { Ceremony, Enrolled, SessionInfo } from '@/api/staff';

export const canPasskeys = (): boolean =>
  window.isSecureContext && 'PublicKeyCredential' in window && 'parseCreationOptionsFromJSON' in PublicKeyCredential;

/** Whoever closed the browser's dialog is told so, and nothing worse. */
export async function asked<T>(dialog: Promise<T | null>): Promise<T> {
  let answer: T | null;
  try {
    answer = await dialog;
  } catch (error) {
    const name = (error as Error).name;
    throw new Refused(name === 'InvalidStateError' ? 'no_change' : 'bad_credentials', name);
  }
  if (!answer) throw new Refused('bad_credentials');
  return answer;
}

/** Alone, as the second factor, or once more; without a session the browser offers what it has. */
export async function usePasskey(): Promise<SessionInfo> {
  const { ticket, options } = await post<Ceremony>('/api/staff/passkey/options', {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const credential = (await asked(navigator.credentials.get({ publicKey }))) as PublicKeyCredential;
  return post<SessionInfo>('/api/staff/passkey', { ticket, credential: credential.toJSON() });
}

export async function addPasskey(name: string): Promise<Enrolled> {
  const { ticket, options } = await post<Ceremony>('/api/staff/me/passkeys/new', {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  const credential = (await asked(navigator.credentials.create({ publicKey }))) as PublicKeyCredential;
  return post<Enrolled>('/api/staff/me/passkeys', { ticket, credential: credential.toJSON(), name });
}

export const newTotp = () => post<{ key: string; picture: string }>('/api/staff/me/totp/new', {});
export const confirmTotp = (code: string) => post<Enrolled>('/api/staff/me/totp/confirm', { code });
export const mySession = () => get<SessionInfo>('/api/staff/session');
