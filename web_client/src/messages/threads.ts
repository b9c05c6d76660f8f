/** Messages sorted into threads by who is at the other end. Pure. */
import type { HearingView, MessageView, Role } from '@/protocol.gen';

export const CLERK = 'clerk';
export const TECHNICIAN = 'technician';
export const EVERYBODY = 'all';

/** All that a mailbox needs of a view; before entering it comes from the seat's page. */
export type Mailbox = Pick<HearingView, 'messages' | 'read_up_to' | 'read_by' | 'chat'>;
export const EMPTY: Mailbox = { messages: [], read_up_to: {}, read_by: {}, chat: false };

/** `with`: a party, a desk or `all`. `waiting`: what they wrote last has no answer yet. */
export interface Thread {
  with: string;
  messages: MessageView[];
  unread: number;
  waiting: boolean;
}

export type Fate = 'sent' | 'read' | 'answered';

/** Under which name one writes and reads: the clerks share a desk. */
export const readerOf = (party: string, role: Role): string => (role === CLERK ? CLERK : party);

export function correspondent(message: MessageView, me: string): string {
  if (message.to === EVERYBODY) return EVERYBODY;
  return message.sender === me ? message.to : message.sender;
}

/** The threads of `partners`, in their order, and after them those of whoever else has written. */
export function threadsOf(box: Mailbox, me: string, partners: readonly string[]): Thread[] {
  const sorted = new Map<string, MessageView[]>(partners.map((one) => [one, []]));
  for (const message of box.messages) {
    const other = correspondent(message, me);
    sorted.set(other, [...(sorted.get(other) ?? []), message]);
  }
  return [...sorted].map(([other, messages]) => ({
    with: other,
    messages,
    unread: messages.filter((one) => incoming(one, me) && one.message > (box.read_up_to[other] ?? 0)).length,
    waiting: other !== EVERYBODY && !!lastAsked({ messages }, me),
  }));
}

const incoming = (message: MessageView, me: string): boolean => message.sender !== me;

/** The newest message of the other's that nothing has been sent after: what an answer replies to. */
export function lastAsked({ messages }: Pick<Thread, 'messages'>, me: string): number | null {
  const last = messages.at(-1);
  return last && incoming(last, me) ? last.message : null;
}

/** The number to mark as read, or null when there is nothing new. */
export function lastUnread(thread: Thread, me: string): number | null {
  if (!thread.unread) return null;
  return thread.messages.filter((one) => incoming(one, me)).at(-1)?.message ?? null;
}

/** What became of a message of one's own. */
export function fateOf(message: MessageView, thread: Thread, box: Mailbox, me: string): Fate {
  if (thread.messages.some((one) => incoming(one, me) && one.message > message.message)) return 'answered';
  return (box.read_by[thread.with] ?? 0) >= message.message ? 'read' : 'sent';
}

/** The thread to open first: who waits longest, then what is unread, then the first. */
export function mostUrgent(threads: readonly Thread[]): string | null {
  const oldest = (thread: Thread) => thread.messages.at(-1)?.message ?? 0;
  const byAge = (list: Thread[]) => list.sort((a, b) => oldest(a) - oldest(b))[0]?.with;
  const waiting = byAge(threads.filter((one) => one.waiting && one.unread));
  return waiting ?? byAge(threads.filter((one) => one.unread)) ?? threads[0]?.with ?? null;
}
