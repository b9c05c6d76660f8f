/** Lines on their way to the record: each stays, here and over a reload, until the server has saved it. */
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { codeOf, detailOf, type FaultCode } from '@/api/http';
import { useConnection } from '@/connection/store';
import { useHearing } from '@/hearing/store';
import { isSaved, type PendingLine } from './saved';

/** What passes by itself once the connection or the store is back. */
const PASSING: ReadonlySet<FaultCode> = new Set(['unreachable', 'timeout', 'superseded']);
const MAX_PENDING = 200;

export const usePending = defineStore('pending', () => {
  const connection = useConnection();
  const hearing = useHearing();
  const key = () => `hearing.pending.${hearing.view?.hearing}.${hearing.you}`;
  const lines = ref<PendingLine[]>(restore());
  let sending = false;

  function restore(): PendingLine[] {
    try {
      return JSON.parse(sessionStorage.getItem(key()) ?? '[]') as PendingLine[];
    } catch {
      return [];
    }
  }

  watch(lines, (now) => sessionStorage.setItem(key(), JSON.stringify(now)), { deep: true });
  watch(() => connection.state, (state) => state === 'entered' && void flush(), { immediate: true });

  /** False when too many are waiting already. */
  function add(speaker: string, text: string, startedAt: number): boolean {
    if (lines.value.length >= MAX_PENDING) return false;
    const id = Math.max(0, ...lines.value.map((line) => line.id)) + 1;
    const after = hearing.view?.lines.length ?? 0;
    lines.value.push({ id, speaker, text, startedAt, after, failed: null, detail: '' });
    void flush();
    return true;
  }

  function retry(id: number): void {
    const line = lines.value.find((pending) => pending.id === id);
    if (line) line.failed = null;
    void flush();
  }

  function discard(id: number): void {
    lines.value = lines.value.filter((line) => line.id !== id);
  }

  /** One after the other, so that the record keeps their order. */
  async function flush(): Promise<void> {
    if (sending) return;
    sending = true;
    try {
      for (let line = next(); line && connection.state === 'entered'; line = next()) {
        if (!(await send(line))) break;
      }
    } finally {
      sending = false;
    }
  }

  function next(): PendingLine | undefined {
    return lines.value.find((line) => !line.failed);
  }

  /** False when the connection is gone and the rest must wait. */
  async function send(line: PendingLine): Promise<boolean> {
    if (isSaved(line, hearing.view?.lines ?? [])) {
      discard(line.id);
      return true;
    }
    try {
      const { speaker, text, startedAt: started_at } = line;
      await connection.ask({ type: 'enter_line', speaker, text, started_at });
      discard(line.id);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (PASSING.has(code)) return false;
      line.failed = code;
      line.detail = detailOf(error);
      return true;
    }
  }

  return { lines, add, retry, discard };
});
