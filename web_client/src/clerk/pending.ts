/**
 * Operations on their way to the record: each stays, here and over a reload, until the server has answered.
 * Each has its own id, so what is sent again after a lost answer happens once.
 */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { codeOf, detailOf, type FaultCode } from '@/api/http';
import { useConnection } from '@/connection/store';
import { useHearing } from '@/hearing/store';
import { withPending, type Act, type Operation, type Pending } from './operations';

/** What passes by itself once the connection or the store is back. */
const PASSING: ReadonlySet<FaultCode> = new Set(['unreachable', 'timeout', 'superseded', 'too_many']);
const AGAIN = 1500; // ms until what passes is tried again
const MAX_PENDING = 200;
const MAX_DONE = 200; // that can be undone

/** What became of the operations that waited while the connection was lost. */
export interface Merged {
  saved: number;
  refused: number;
}

export const usePending = defineStore('pending', () => {
  const connection = useConnection();
  const hearing = useHearing();
  const key = (what: string) => `hearing.${what}.${hearing.view?.hearing}.${hearing.you}`;
  const queue = ref<Pending[]>(restore<Pending>('operations'));
  const done = ref<string[]>(restore<string>('done')); // ids, the newest last
  const undone = ref<string[]>([]); // ids of undoings, the newest last: until something else is done
  const merged = shallowRef<Merged | null>(null);
  const waiters = new Map<string, (code: FaultCode | null) => void>();
  let sending = '';
  let lastUndoing = ''; // its id, once the server has carried it out
  let flushing: Promise<void> = Promise.resolve();
  let undoing: Promise<FaultCode | null> = Promise.resolve(null);
  let apart: Set<string> | null = null; // what was made while the connection was lost

  const offline = computed(() => connection.state !== 'entered');
  const waiting = computed(() => queue.value.filter(({ failed }) => !failed));
  const refused = computed(() => queue.value.filter(({ failed }) => failed));
  const lines = computed(() => withPending(hearing.view?.lines ?? [], queue.value));
  const undoable = computed(() => waiting.value.length > 0 || done.value.length > 0);
  const redoable = computed(() => undone.value.length > 0 && !waiting.value.length);

  function restore<T>(what: string): T[] {
    try {
      return JSON.parse(sessionStorage.getItem(key(what)) ?? '[]') as T[];
    } catch {
      return [];
    }
  }

  watch(queue, (now) => sessionStorage.setItem(key('operations'), JSON.stringify(now)), { deep: true });
  watch(done, (now) => sessionStorage.setItem(key('done'), JSON.stringify(now)), { deep: true });
  watch(() => connection.state, (state) => (state === 'entered' ? void flush() : (apart ??= new Set(names()))), { immediate: true });

  const names = () => waiting.value.map(({ act }) => act.operation ?? '');

  /** What becomes of it: null when it is saved, a code when it is refused, `unreachable` when it waits. */
  function run(act: Act, saidAt = 0): Promise<FaultCode | null> {
    if (queue.value.length >= MAX_PENDING) return Promise.resolve('too_many');
    const operation = crypto.randomUUID();
    queue.value.push({ act: { ...act, operation } as Operation, failed: null, detail: '', saidAt });
    merged.value = null;
    if (offline.value) {
      apart?.add(operation);
      return Promise.resolve('unreachable');
    }
    const outcome = new Promise<FaultCode | null>((resolve) => waiters.set(operation, resolve));
    void flush();
    return outcome;
  }

  function retry(operation: string): void {
    const one = find(operation);
    if (one) one.failed = null;
    void flush();
  }

  function discard(operation: string): void {
    queue.value = queue.value.filter(({ act }) => act.operation !== operation);
  }

  /** The refused one as it should be now: against another revision, or somewhere else. */
  function instead(operation: string, act: Act): Promise<FaultCode | null> {
    discard(operation);
    return run(act);
  }

  /** Take back the newest: what waits is not sent at all, what is saved is undone by the server. One after the other. */
  function undo(): Promise<FaultCode | null> {
    undoing = undoing.then(undoNewest);
    return undoing;
  }

  async function undoNewest(): Promise<FaultCode | null> {
    if (!offline.value) await flushing;
    const last = waiting.value.at(-1);
    if (last && last.act.operation !== sending) {
      discard(last.act.operation ?? '');
      return null;
    }
    const newest = last ? undefined : done.value.pop();
    return newest ? takeBack(newest) : null;
  }

  /** The newest undoing taken back in its turn. */
  function redo(): Promise<FaultCode | null> {
    undoing = undoing.then(async () => {
      if (!offline.value) await flushing;
      const newest = waiting.value.length ? undefined : undone.value.pop();
      return newest ? takeBack(newest, true) : null;
    });
    return undoing;
  }

  async function takeBack(operation: string, again = false): Promise<FaultCode | null> {
    const kept = undone.value; // done as an operation, this would clear it
    const code = await run({ type: 'undo_operation', undone: operation });
    const failed = refused.value.find(({ act }) => act.type === 'undo_operation' && act.undone === operation);
    if (failed) discard(failed.act.operation ?? ''); // it is said, and nothing is lost
    if (code) return code; // refused, or it waits: what it is called is not known yet
    if (again) [done.value, undone.value] = [[...done.value, lastUndoing].slice(-MAX_DONE), kept];
    else undone.value = [...kept, lastUndoing].slice(-MAX_DONE);
    return code;
  }

  const find = (operation: string) => queue.value.find(({ act }) => act.operation === operation);

  /** One after the other, so that the record keeps their order. */
  function flush(): Promise<void> {
    if (!sending) flushing = flushAll();
    return flushing;
  }

  async function flushAll(): Promise<void> {
    for (let one = waiting.value[0]; one && !offline.value; one = waiting.value[0]) {
      sending = one.act.operation ?? '';
      const went = await send(one.act);
      sending = '';
      if (!went) {
        setTimeout(() => void flush(), AGAIN);
        return;
      }
    }
    if (!offline.value) sum();
  }

  /** False when the connection is gone, or all must wait. */
  async function send(act: Operation): Promise<boolean> {
    const operation = act.operation ?? '';
    try {
      await connection.ask(act);
      discard(operation);
      if (act.type === 'undo_operation') lastUndoing = operation;
      else [done.value, undone.value] = [[...done.value, operation].slice(-MAX_DONE), []];
      settle(operation, null);
    } catch (error) {
      const code = codeOf(error);
      if (PASSING.has(code)) {
        settle(operation, 'unreachable');
        return false;
      }
      if (code === 'no_change') discard(operation); // it is so already
      const one = find(operation);
      if (one) Object.assign(one, { failed: code, detail: detailOf(error) });
      settle(operation, code);
    }
    return true;
  }

  function settle(operation: string, code: FaultCode | null): void {
    waiters.get(operation)?.(code);
    waiters.delete(operation);
  }

  /** Say once what became of what was made meanwhile. */
  function sum(): void {
    if (apart?.size) {
      const failed = refused.value.filter(({ act }) => apart?.has(act.operation ?? '')).length;
      merged.value = { saved: apart.size - failed, refused: failed };
    }
    apart = null;
  }

  return { queue, waiting, refused, lines, offline, merged, undoable, run, retry, discard, instead, undo, redo, redoable };
});
