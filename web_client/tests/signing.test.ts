import { afterEach, expect, it, vi } from 'vitest';
import { fromBase64, SigningKey, toBase64 } from '@/signing/key';
import { signTranscript, type Progress } from '@/signing/sign';

const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function verifies(publicKey: string, signature: string, signed: string): Promise<boolean> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('spki', fromBase64(publicKey), curve, true, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, fromBase64(signature), fromBase64(signed));
}

it('signs 64 bytes of r and s that the public key verifies', async () => {
  const key = await SigningKey.make();
  const toBeSigned = toBase64(new TextEncoder().encode('笔录').buffer);
  const signature = await key.sign(toBeSigned);
  expect(fromBase64(signature)).toHaveLength(64);
  expect(await verifies(await key.publicKey(), signature, toBeSigned)).toBe(true);
});

it('waits while another signature is placed, then signs what it was given', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const asked: { path: string; body: Record<string, string> }[] = [];
  const answers = [
    json(503, { code: 'busy', detail: '' }),
    json(200, { preparation: 'p1', to_be_signed: 'AQID' }),
    json(200, { sha256: 'ab' }),
  ];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, body: JSON.parse(init.body as string) as Record<string, string> });
    return answers.shift();
  });
  const steps: Progress['step'][] = [];
  const done = signTranscript('s1', 1, 'PNG', '', ({ step }) => {
    steps.push(step);
    if (step === 'busy') setTimeout(() => undefined, 0);
  });
  await vi.waitFor(() => expect(steps).toContain('busy'));
  await vi.advanceTimersByTimeAsync(3000);
  expect(await done).toBe('ab');
  expect(steps).toEqual(['key', 'prepare', 'busy', 'prepare', 'sign']);
  expect(asked.map(({ path }) => path)).toEqual([
    '/api/seats/s1/signature', '/api/seats/s1/signature', '/api/seats/s1/signature/p1',
  ]);
  const [, prepared, finished] = asked;
  expect(await verifies(prepared?.body.public_key ?? '', finished?.body.signature ?? '', 'AQID')).toBe(true);
});

it('stands in line again with another key when the document went to the next one', async () => {
  const asked: Record<string, string>[] = [];
  const answers = [
    json(200, { preparation: 'p1', to_be_signed: 'AQID' }),
    json(404, { code: 'not_found', detail: '' }),
    json(200, { preparation: 'p2', to_be_signed: 'AQIE' }),
    json(200, { sha256: 'ab' }),
  ];
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    asked.push(JSON.parse(init.body as string) as Record<string, string>);
    return answers.shift();
  });
  expect(await signTranscript('s1', 1, 'PNG', '', () => undefined)).toBe('ab');
  const [first, , again, finished] = asked;
  expect(again?.public_key).not.toBe(first?.public_key);
  expect(await verifies(again?.public_key ?? '', finished?.signature ?? '', 'AQIE')).toBe(true);
});

it('passes any other refusal on by its code', async () => {
  vi.stubGlobal('fetch', async () => json(409, { code: 'not_your_turn', detail: '' }));
  await expect(signTranscript('s1', 1, 'PNG', '', () => undefined)).rejects.toMatchObject({ code: 'not_your_turn' });
});
