/** The party's own key, made in this browser: the private part never leaves WebCrypto. */

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

export class SigningKey {
  private constructor(private readonly pair: CryptoKeyPair) {}

  static async make(): Promise<SigningKey> {
    return new SigningKey(await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']));
  }

  /** SubjectPublicKeyInfo, base64. */
  async publicKey(): Promise<string> {
    return toBase64(await crypto.subtle.exportKey('spki', this.pair.publicKey));
  }

  /** r and s, 64 bytes, over SHA-256 of the bytes; base64 in and out. */
  async sign(toBeSigned: string): Promise<string> {
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    return toBase64(await crypto.subtle.sign(algorithm, this.pair.privateKey, fromBase64(toBeSigned)));
  }
}

export function toBase64(bytes: ArrayBuffer): string {
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte));
  return btoa(text.join(''));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
