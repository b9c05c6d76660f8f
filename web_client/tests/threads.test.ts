import { describe, expect, it } from 'vitest';
import { EMPTY, fateOf, lastAsked, lastUnread, mostUrgent, threadsOf, type Mailbox } from '@/messages/threads';
import type { MessageView } from '@/protocol.gen';

const message = (number: number, sender: string, to: string): MessageView => ({
  message: number, sender, to, text: `${number}`, at: number * 1000, answers: null,
});

/** The accused wrote twice, counsel once and was answered; the accused's first has been read. */
const DESK: Mailbox = {
  ...EMPTY,
  messages: [
    message(1, 'accused', 'clerk'),
    message(2, 'defender', 'clerk'),
    message(3, 'clerk', 'defender'),
    message(4, 'accused', 'clerk'),
  ],
  read_up_to: { accused: 1, defender: 2 },
};

describe('the clerk’s desk', () => {
  const [technician, accused, defender] = threadsOf(DESK, 'clerk', ['technician', 'accused']);

  it('counts what is unread by correspondent', () => {
    expect([technician!.unread, accused!.unread, defender!.unread]).toEqual([0, 1, 0]);
    expect(lastUnread(accused!, 'clerk')).toBe(4);
    expect(lastUnread(defender!, 'clerk')).toBeNull();
  });

  it('knows who waits for an answer', () => {
    expect([accused!.waiting, defender!.waiting]).toEqual([true, false]);
    expect(lastAsked(accused!, 'clerk')).toBe(4);
    expect(mostUrgent([technician!, accused!, defender!])).toBe('accused');
  });
});

describe('a party', () => {
  it('sees what became of a message', () => {
    const box: Mailbox = {
      ...EMPTY,
      messages: [message(1, 'me', 'clerk'), message(5, 'me', 'technician'), message(7, 'me', 'clerk')],
      read_by: { technician: 5 },
    };
    const [clerk, technician] = threadsOf(box, 'me', ['clerk', 'technician']);
    expect(fateOf(box.messages[0]!, clerk!, box, 'me')).toBe('sent');
    expect(fateOf(box.messages[1]!, technician!, box, 'me')).toBe('read');
    const answered = { ...box, messages: [...box.messages, message(8, 'clerk', 'me')] };
    const [thread] = threadsOf(answered, 'me', ['clerk']);
    expect(fateOf(answered.messages[2]!, thread!, answered, 'me')).toBe('answered');
  });

  it('keeps the open chat apart from what is private', () => {
    const box = { ...EMPTY, chat: true, messages: [message(1, 'me', 'all'), message(2, 'other', 'all')] };
    const threads = threadsOf(box, 'me', ['clerk', 'all']);
    expect(threads.map((one) => [one.with, one.messages.length, one.waiting])).toEqual([
      ['clerk', 0, false],
      ['all', 2, false],
    ]);
  });
});
