/** One signature from key to finish; `busy` is waited for, everything else is the caller's. */
import { codeOf } from '@/api/http';
import { finishSignature, prepareSignature, type Preparation } from '@/api/seats';
import { SigningKey } from './key';

const BUSY_TRIES = 12;
const BUSY_WAIT = 1500; // ms, and a little chance so that two do not meet again

export type Progress = { step: 'key' | 'prepare' | 'sign' } | { step: 'busy'; n: number };

/** Resolves with the hash of the signed file, hex. `nameImage`: PNG, base64. */
export async function signTranscript(
  seat: string,
  version: number,
  nameImage: string,
  tell: (progress: Progress) => void,
): Promise<string> {
  tell({ step: 'key' });
  const key = await SigningKey.make();
  const body = { version, public_key: await key.publicKey(), name_image: nameImage };
  const { preparation, to_be_signed } = await prepare(seat, body, tell);
  tell({ step: 'sign' });
  const { sha256 } = await finishSignature(seat, preparation, await key.sign(to_be_signed));
  return sha256;
}

async function prepare(
  seat: string,
  body: Parameters<typeof prepareSignature>[1],
  tell: (progress: Progress) => void,
): Promise<Preparation> {
  for (let n = 1; ; n += 1) {
    tell({ step: 'prepare' });
    try {
      return await prepareSignature(seat, body);
    } catch (error) {
      if (codeOf(error) !== 'busy' || n >= BUSY_TRIES) throw error;
      tell({ step: 'busy', n });
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT + Math.random() * 500));
    }
  }
}
