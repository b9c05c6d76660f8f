/** Steps of who may speak, who asks to, and what is sent. */
import { seatStep, withSeat, without, type Steps } from './steps';

export const floor: Steps = {
  microphone_muted: (view, { party, locked }) =>
    withSeat(view, party, () => ({ muted: true, locked, locked_by: locked ? view.in_charge : '' })),
  microphone_unmuted: seatStep<'microphone_unmuted'>(() => ({ muted: false, locked: false, locked_by: '' })),
  word_given: (view, { party }) => ({ ...view, word: party }),
  word_withdrawn: (view) => ({ ...view, word: '' }),
  request_raised: (view, { request, party, kind, note }, { at }) => ({
    ...view,
    requests: [...view.requests, { request, party, kind, note, raised_at: at }],
  }),
  request_withdrawn: (view, event) => ({
    ...view,
    requests: view.requests.filter(({ request }) => request !== event.request),
  }),
  request_answered: (view, event) => ({
    ...view,
    requests: view.requests.filter(({ request }) => request !== event.request),
  }),
  source_started: seatStep<'source_started'>(({ source }, { sources }) => ({ sources: { ...sources, [source]: true } })),
  source_resumed: seatStep<'source_resumed'>(({ source }, { sources }) => ({ sources: { ...sources, [source]: true } })),
  source_paused: seatStep<'source_paused'>(({ source }, { sources }) => ({ sources: { ...sources, [source]: false } })),
  source_stopped: seatStep<'source_stopped'>(({ source }, { sources }) => ({ sources: without(sources, source) })),
  sharing_locked: (view, { party }) => withSeat(view, party, () => ({ share_locked: true, share_locked_by: view.in_charge })),
  sharing_allowed: seatStep<'sharing_allowed'>(() => ({ share_locked: false, share_locked_by: '' })),
  channel_set: seatStep<'channel_set'>(({ closed }) => ({ channel_closed: closed })),
};
