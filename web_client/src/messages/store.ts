/** The messages of this seat: where they come from, what is open, what is being written. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { codeOf, type FaultCode } from '@/api/http';
import { markRead, readMessages, sendMessage } from '@/api/messages';
import { useConnection } from '@/connection/store';
import { useHearing } from '@/hearing/store';
import type { Role } from '@/protocol.gen';
import {
  CLERK, EMPTY, EVERYBODY, TECHNICIAN, lastAsked, lastUnread, mostUrgent, readerOf, threadsOf,
  type Mailbox, type Thread,
} from './threads';

export const useMessages = defineStore('messages', () => {
  const hearing = useHearing();
  const connection = useConnection();
  const seat = ref('');
  const role = ref<Role>('defendant');
  const before = shallowRef<Mailbox>(EMPTY); // before the seat is taken: from its page
  const open = ref(false);
  const current = ref('');
  const drafts = ref<Record<string, string>>({});
  const busy = ref(false);

  const entered = computed(() => connection.state === 'entered' && !!hearing.view);
  const box = computed<Mailbox>(() => hearing.view ?? before.value);
  const me = computed(() => readerOf(seat.value, role.value));
  const partners = computed(() => {
    const chat = box.value.chat ? [EVERYBODY] : [];
    if (role.value !== CLERK) return [CLERK, TECHNICIAN, ...chat];
    const others = hearing.seats.filter((one) => one.role !== CLERK && one.role !== 'observer');
    return [...chat, TECHNICIAN, ...others.map((one) => one.party)];
  });
  const threads = computed<Thread[]>(() => threadsOf(box.value, me.value, partners.value));
  const thread = computed(() => threads.value.find((one) => one.with === current.value) ?? threads.value[0]);
  const unread = computed(() => threads.value.reduce((sum, one) => sum + one.unread, 0));

  function sit(party: string, as: Role): void {
    if (seat.value !== party) before.value = EMPTY;
    seat.value = party;
    role.value = as;
  }

  function show(other?: string): void {
    current.value = other ?? mostUrgent(threads.value) ?? CLERK;
    open.value = true;
  }

  /** Fetch them while there is no connection that brings them. */
  async function refresh(): Promise<void> {
    if (entered.value || !seat.value) return;
    const asked = seat.value;
    const found = await readMessages(asked).catch(() => null);
    if (found && asked === seat.value) before.value = found;
  }

  /** Send what is written to the open thread; the code of a refusal, and the draft stays. */
  async function send(): Promise<FaultCode | null> {
    const to = thread.value;
    const text = to && (drafts.value[to.with] ?? '').trim();
    if (!to || !text || busy.value) return null;
    const answers = to.with === EVERYBODY ? null : lastAsked(to, me.value);
    busy.value = true;
    try {
      if (entered.value) await connection.ask({ type: 'send_message', to: to.with, text, answers });
      else await sendMessage(seat.value, { to: to.with, text, answers });
      drafts.value[to.with] = '';
      await refresh();
      return null;
    } catch (error) {
      return codeOf(error);
    } finally {
      busy.value = false;
    }
  }

  /** What is open before somebody's eyes has been read. Failing costs nothing: it stays unread. */
  async function read(): Promise<void> {
    const seen = thread.value;
    const up_to = seen && lastUnread(seen, me.value);
    if (!seen || !up_to) return;
    const mark = { correspondent: seen.with, up_to };
    const marked = entered.value ? connection.ask({ type: 'read_messages', ...mark }) : markRead(seat.value, mark);
    await marked.then(refresh, () => undefined);
  }

  /** Go on to the next thread, `step` 1 or -1; unread ones first if there are any. */
  function turn(step: number): void {
    const list = threads.value.some((one) => one.unread) ? threads.value.filter((one) => one.unread) : threads.value;
    const at = list.findIndex((one) => one.with === thread.value?.with);
    current.value = list.at((Math.max(at, step < 0 ? 0 : -1) + step) % list.length)?.with ?? current.value;
  }

  return {
    seat, role, box, me, open, current, drafts, busy, entered, threads, thread, unread,
    sit, show, refresh, send, read, turn,
  };
});
