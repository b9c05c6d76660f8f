/** A small hearing to test with; its people are plainly invented. */
import type { EventTold, HearingView, SeatView } from '@/protocol.gen';
import type { HearingEvent } from '@/hearing/fold';

export function seat(party: string, role: SeatView['role'], changes: Partial<SeatView> = {}): SeatView {
  return {
    party,
    role,
    name: `${party}（虚构）`,
    site: '',
    presence: 'expected',
    side: 'neutral',
    counsel_for: [],
    interpreter_for: [],
    sign_language: false,
    admitted: false,
    identified: false,
    inside: true,
    ready: false,
    consultation: null,
    muted: false,
    locked: false,
    locked_by: '',
    share_locked: false,
    share_locked_by: '',
    channel_closed: false,
    sources: {},
    left_by: null,
    entry: null,
    ...changes,
  };
}

export function hearing(changes: Partial<HearingView> = {}): HearingView {
  return {
    hearing: 'h1',
    court: '示范人民法院',
    case_number: '（2026）川0104刑初123号',
    procedure: 'criminal',
    courtroom: '第一法庭',
    title: '演示',
    planned_at: 0,
    phase: 'waiting',
    opened_at: null,
    closed_at: null,
    pause_reason: '',
    minutes: 60,
    demands: { code: false, identity: false },
    cancelled: false,
    opens_at: null,
    suspended_until: null,
    stages: [],
    stage: null,
    checklist: [],
    marked: {},
    public_excluded: false,
    off_record: false,
    sealed: [],
    observers_allowed: false,
    deliberating: false,
    in_charge: '',
    word: '',
    chat: false,
    requests: [],
    consultations: [],
    screenings: [],
    identity_checks: {},
    exhibits: [],
    shown: null,
    reading: null,
    messages: [],
    read_up_to: {},
    read_by: {},
    seats: [
      seat('judge', 'presiding_judge', { presence: 'admitted', admitted: true }),
      seat('accused', 'defendant', { presence: 'waiting' }),
      seat('defender', 'counsel'),
      seat('state', 'prosecutor'),
      seat('writer', 'clerk', { presence: 'admitted', admitted: true }),
    ],
    lines: [],
    freeze: null,
    objections: [],
    recording: null,
    ...changes,
  };
}

let last = 0;
export function told(event: HearingEvent, at = 1000, by = 'judge'): EventTold {
  return { type: 'event_told', seq: (last += 1), at, by, event };
}
