/** One signature from key to finish; `busy` is waited for, everything else is the caller's. */
import { codeOf } from '@/api/http';
import { finishSignature, prepareSignature, type Preparation } from '@/api/seats';
import { SigningKey } from './key';

const BUSY_TRIES = 12;
const HELD_TRIES = 4;
const BUSY_WAIT = 1500; // ms, and a little chance so that two do not meet again

export type Progress = { step: 'key' | 'prepare' | 'sign' } | { step: 'busy'; n: number };

/** Resolves with the hash of the signed file, hex. `nameImage`: PNG, base64; `strokes` as NamePad gives them. */
export async function signTranscript(
  seat: string,
  version: number,
  nameImage: string,
  strokes: string,
  tell: (progress: Progress) => void,
): Promise<string> {
  const ask = (public_key: string) => prepareSignature(seat, { version, public_key, name_image: nameImage, strokes });
  const { sha256 } = await signWith(ask, (preparation, signature) => finishSignature(seat, preparation, signature), tell);
  return sha256;
}

/** Any document: `ask` has it prepared for the key that is made here, `finish` hands the signature in.
 * `ask` is given the key besides, so that it can have it say something about itself. */
export async function signWith<T>(
  ask: (publicKey: string, key: SigningKey) => Promise<Preparation>,
  finish: (preparation: string, signature: string) => Promise<T>,
  tell: (progress: Progress) => void,
): Promise<T> {
  for (let n = 1; ; n += 1) {
    tell({ step: 'key' });
    const key = await SigningKey.make();
    const publicKey = await key.publicKey();
    const { preparation, to_be_signed } = await prepare(() => ask(publicKey, key), tell);
    tell({ step: 'sign' });
    try {
      return await finish(preparation, await key.sign(to_be_signed));
    } catch (error) {
      // The line was too slow while others waited: the document went to them, and we stand in line again.
      if (codeOf(error) !== 'not_found' || n >= HELD_TRIES) throw error;
    }
  }
}

async function prepare(ask: () => Promise<Preparation>, tell: (progress: Progress) => void): Promise<Preparation> {
  for (let n = 1; ; n += 1) {
    tell({ step: 'prepare' });
    try {
      return await ask();
    } catch (error) {
      if (codeOf(error) !== 'busy' || n >= BUSY_TRIES) throw error;
      tell({ step: 'busy', n });
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT + Math.random() * 500));
    }
  }
}
