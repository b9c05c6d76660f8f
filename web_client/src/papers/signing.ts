/** A paper signed: the key proves itself to be there before it is certified, then signs as for a transcript. */
import { finishPaper, preparePaper, type OwnPaper } from '@/api/papers';
import { fromBase64, toBase64 } from '@/signing/key';
import { signWith, type Progress } from '@/signing/sign';

/** What the key says about itself, base64: this paper, this person, this key. */
export async function claim(person: string, paper: string, publicKey: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', fromBase64(publicKey)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return toBase64(new TextEncoder().encode(`hearing paper key\n${paper}\n${person}\n${hex}`).buffer as ArrayBuffer);
}

export async function signPaper(person: string, paper: OwnPaper, nameImage: string, strokes: string, tell: (progress: Progress) => void): Promise<void> {
  await signWith(
    async (public_key, key) => {
      const possession = await key.sign(await claim(person, paper.id, public_key));
      return preparePaper(person, paper.id, { digest: paper.digest, public_key, possession, name_image: nameImage, strokes });
    },
    (preparation, signature) => finishPaper(person, paper.id, preparation, signature),
    tell,
  );
}
