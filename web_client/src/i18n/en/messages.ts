/** Messages to the clerk and the technician, and between parties. */
export default {
  messages: {
    title: 'Messages',
    technician: 'Technician',
    everybody: 'Everybody in the courtroom',
    somebody: 'A party',
    threads: 'Who to write to',
    unread: '{n} new',
    waiting: 'To answer',
    done: 'Answered',
    write: 'Write to {name}',
    send: 'Send',
    empty: 'If you cannot hear or see, or need anything else, write here. Only they can read it; it is kept in the hearing’s log.',
    empty_chat: 'The presiding judge has opened the chat: everybody in the courtroom reads this.',
    new_from: 'New message from {name}',
    keys: 'Alt+↓ next',
    inbox: 'Inbox',
    inbox_empty: 'Nobody has written to the clerk yet.',
    fate: { sent: 'Delivered', read: 'Read', answered: 'Answered' },
  },
};
