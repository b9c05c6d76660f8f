/** Requests to the server, and the one place where a refused one becomes an error. */
import type { Code } from '@/protocol.gen';

/** `unreachable`: no answer came; `timeout`: none came in time. */
export type FaultCode = Code | 'unreachable' | 'timeout';

/** What may go well when it is tried again. */
export const PASSING: ReadonlySet<FaultCode> = new Set([
  'unreachable', 'timeout', 'internal', 'not_saved', 'too_many', 'busy', 'bad_token',
]);

export class Refused extends Error {
  constructor(
    readonly code: FaultCode,
    readonly detail = '',
    readonly more: Record<string, unknown> = {}, // what else the answer says: faults, clashes
  ) {
    super(detail ? `${code}: ${detail}` : code);
  }
}

/** The code of anything thrown; what is not ours is `internal`. */
export function codeOf(error: unknown): FaultCode {
  return error instanceof Refused ? error.code : 'internal';
}

export const detailOf = (error: unknown): string => (error instanceof Refused ? error.detail : '');

export async function get<T>(path: string, timeout = 8000): Promise<T> {
  return (await (await request(path, { method: 'GET' }, timeout)).json()) as T;
}

export async function post<T>(path: string, body: object, timeout = 8000): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return (await (await request(path, init, timeout)).json()) as T;
}

/** As `post`, by another method, or with a file as it is. */
export async function send<T>(method: 'PUT' | 'POST' | 'DELETE', path: string, body: object | Blob = {}, timeout = 20_000): Promise<T> {
  const init = body instanceof Blob
    ? { method, body }
    : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await request(path, init, timeout)).json()) as T;
}

export async function getBytes(path: string): Promise<ArrayBuffer> {
  return (await request(path, { method: 'GET' }, 60_000)).arrayBuffer();
}

/** The answer when it is one; `signal` ends the waiting, with an AbortError. */
export async function request(path: string, init: RequestInit, timeout: number, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  const late = AbortSignal.timeout(timeout);
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused((error as Error).name === 'TimeoutError' ? 'timeout' : 'unreachable');
  }
  if (response.ok) return response;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Refused> {
  try {
    const { code, detail, ...more } = (await response.json()) as { code: Code; detail?: string };
    return new Refused(code ?? 'internal', detail ?? '', more);
  } catch {
    return new Refused('internal', `HTTP ${response.status}`);
  }
}
