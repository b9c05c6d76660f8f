/** Steps of messages. */
import { readerOf, type Steps } from './steps';

export const messages: Steps = {
  message_sent: (view, { message, sender, to, text, answers }, { at }) => ({
    ...view,
    messages: [...view.messages, { message, sender, to, text, at, answers }],
  }),
  messages_read: (view, { reader, correspondent, up_to }, { you }) =>
    reader === readerOf(view, you)
      ? { ...view, read_up_to: { ...view.read_up_to, [correspondent]: up_to } }
      : { ...view, read_by: { ...view.read_by, [reader]: up_to } },
  chat_opened: (view) => ({ ...view, chat: true }),
  chat_closed: (view) => ({ ...view, chat: false }),
};
