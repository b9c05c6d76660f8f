/** The fold over the log as this browser may see it: the mirror of hearing_server/domain/fold/. */
import type { EventTold, HearingView } from '@/protocol.gen';
import { course, TRANSITIONS } from './course';
import { exhibits } from './exhibits';
import { floor } from './floor';
import { lines } from './lines';
import { messages } from './messages';
import { people } from './people';
import { privately } from './private';
import { reading } from './reading';
import { record } from './record';
import { recordingAfter } from './recording';
import type { HearingEvent, Step, Steps } from './steps';

export type { HearingEvent } from './steps';

// What is missing here changes nothing that this browser shows.
const STEPS: Steps = { ...course, ...people, ...floor, ...privately, ...exhibits, ...messages, ...lines, ...reading, ...record };

/** The state after one more event, in the view of `you` (a party). Pure: no argument is changed. */
export function applyEvent(view: HearingView, { event, at, by }: EventTold, you: string): HearingView {
  const step = STEPS[event.type] as Step<HearingEvent['type']> | undefined;
  const next = step ? step(view, event as never, { you, at, by }) : view;
  const recording = recordingAfter(view.recording, event, at);
  return { ...next, recording, phase: TRANSITIONS[event.type]?.[view.phase] ?? view.phase };
}

/** The state after several events, in their order. */
export function applyAll(view: HearingView, missed: readonly EventTold[], you: string): HearingView {
  return missed.reduce((state, told) => applyEvent(state, told, you), view);
}
