/** Steps of the course of a hearing. */
import type { HearingView, Phase } from '@/protocol.gen';
import { answered, transcriptChanged, without, type HearingEvent, type Steps } from './steps';

/** Every legal move. What is not here does not happen. */
export const TRANSITIONS: Partial<Record<HearingEvent['type'], Partial<Record<Phase, Phase>>>> = {
  waiting_room_opened: { scheduled: 'waiting' },
  hearing_cancelled: { scheduled: 'closed', waiting: 'closed' },
  hearing_opened: { waiting: 'in_session' },
  hearing_paused: { in_session: 'paused' },
  hearing_suspended: { in_session: 'suspended', paused: 'suspended' },
  hearing_resumed: { paused: 'in_session', suspended: 'in_session' },
  hearing_closed: { in_session: 'closed', paused: 'closed', suspended: 'closed' },
};

const marked = (view: HearingView, item: string, at: number | null): HearingView['marked'] =>
  at === null ? without(view.marked, item) : { ...view.marked, [item]: at };

export const course: Steps = {
  hearing_postponed: (view, { planned_at, minutes }) => ({
    ...view,
    planned_at,
    minutes,
    opens_at: null,
    suspended_until: view.phase === 'suspended' ? planned_at : view.suspended_until,
  }),
  hearing_cancelled: (view, _, { at }) => ({
    ...view,
    cancelled: true,
    closed_at: at,
    consultations: view.consultations.filter(({ began_at }) => began_at !== null),
  }),
  opening_announced: (view, { opens_at }) => ({ ...view, opens_at }),
  hearing_opened: (view, _, { at }) => ({ ...view, opened_at: at, opens_at: null }),
  stage_entered: (view, { stage }) => ({ ...view, stage }),
  checklist_marked: (view, { item, done }, { at }) => ({ ...view, marked: marked(view, item, done ? at : null) }),
  hearing_paused: (view, { reason }) => ({ ...view, pause_reason: reason }),
  hearing_resumed: (view) => {
    const resumed = { ...view, suspended_until: null };
    return view.freeze && answered(view.freeze) ? transcriptChanged(resumed) : resumed;
  },
  hearing_suspended: (view, { reason, until }) => ({
    ...view,
    pause_reason: reason,
    suspended_until: until,
    planned_at: until ?? view.planned_at,
  }),
  hearing_closed: (view, _, { at }) => ({ ...view, closed_at: at, word: '', requests: [] }),
  public_excluded: (view, { recorded }) => ({ ...view, public_excluded: true, off_record: !recorded }),
  public_admitted: (view) => ({ ...view, public_excluded: false, off_record: false }),
  observers_allowed: (view, { allowed }) => ({ ...view, observers_allowed: allowed }),
  deliberation_began: (view) => ({ ...view, deliberating: true }),
  deliberation_ended: (view) => ({ ...view, deliberating: false }),
  charge_taken: (view, { party }) => ({ ...view, in_charge: party }),
  charge_returned: (view) => ({ ...view, in_charge: '' }),
};
