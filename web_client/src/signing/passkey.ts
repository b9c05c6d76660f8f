/** The device's own passkey over the digest of what is signed: made for it, used once, kept as evidence. */
import { codeOf, post } from '@/api/http';
import { seatPath } from '@/api/seats';
import { asked, canPasskeys } from '@/staff/passkey';

interface Step {
  ticket: string;
  options: object;
}

/** Whether this device can verify its user: finger, face, PIN. */
export const canAssert = async (): Promise<boolean> =>
  canPasskeys() && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable());

/** Once for a version: tried again after a fault that came later, it is done already. */
export async function assertDigest(seat: string, version: number): Promise<void> {
  try {
    await ceremony(seatPath(seat, '/signature/passkey'), { version });
  } catch (error) {
    if (codeOf(error) !== 'no_change') throw error;
  }
}

/** The same of any document that `path` asks it for. */
export async function ceremony(path: string, body: object): Promise<void> {
  const begun = await post<Step>(path, body);
  const creation = PublicKeyCredential.parseCreationOptionsFromJSON(begun.options as PublicKeyCredentialCreationOptionsJSON);
  const made = (await asked(navigator.credentials.create({ publicKey: creation }))) as PublicKeyCredential;
  const next = await post<Step>(`${path}/made`, { ticket: begun.ticket, credential: made.toJSON() });
  const request = PublicKeyCredential.parseRequestOptionsFromJSON(next.options as PublicKeyCredentialRequestOptionsJSON);
  const used = (await asked(navigator.credentials.get({ publicKey: request }))) as PublicKeyCredential;
  await post(`${path}/asserted`, { ticket: next.ticket, credential: used.toJSON() });
}
