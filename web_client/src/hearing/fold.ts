/** The fold over the log as this browser may see it: the mirror of hearing_server/domain/hearing.py. */
import type {
  EventTold,
  FreezeView,
  HearingView,
  LineView,
  Phase,
  SeatView,
} from '@/protocol.gen';
import { recordingAfter } from './recording';

export type HearingEvent = EventTold['event'];

/** Every legal move. What is not here does not happen. */
const TRANSITIONS: Partial<Record<HearingEvent['type'], Partial<Record<Phase, Phase>>>> = {
  waiting_room_opened: { scheduled: 'waiting' },
  hearing_opened: { waiting: 'in_session' },
  hearing_paused: { in_session: 'paused' },
  hearing_resumed: { paused: 'in_session' },
  hearing_closed: { in_session: 'closed', paused: 'closed', suspended: 'closed' },
};

/** The state after one more event. Pure: neither argument is changed. */
export function applyEvent(view: HearingView, { event, at }: EventTold): HearingView {
  const next = { ...viewAfter(view, event, at), recording: recordingAfter(view.recording, event, at) };
  return { ...next, phase: TRANSITIONS[event.type]?.[view.phase] ?? view.phase };
}

/** The state after several events, in their order. */
export function applyAll(view: HearingView, missed: readonly EventTold[]): HearingView {
  return missed.reduce(applyEvent, view);
}

type Of<T extends HearingEvent['type']> = Extract<HearingEvent, { type: T }>;
type Step<T extends HearingEvent['type']> = (view: HearingView, event: Of<T>, at: number) => HearingView;

const STEPS: { [T in HearingEvent['type']]?: Step<T> } = {
  hearing_opened: (view, _, at) => ({ ...view, opened_at: at }),
  hearing_closed: (view, _, at) => ({ ...view, closed_at: at }),
  hearing_paused: (view, event) => ({ ...view, pause_reason: event.reason }),
  line_entered: (view, event) => changed({ ...view, lines: [...view.lines, lineOf(event)] }),
  line_corrected: (view, event) => changed({ ...view, lines: corrected(view.lines, event) }),
  transcript_frozen: (view, event, at) => ({ ...view, freeze: freezeOf(event, at) }),
  transcript_sealed: (view, { version, pages, sha256 }) =>
    withFreeze(view, version, () => ({ sealed: true, pages, sha256 })),
  transcript_signed: (view, { version, party, sha256 }, at) =>
    withFreeze(view, version, (freeze) => ({ signed: { ...freeze.signed, [party]: at }, sha256 })),
  signature_refused: (view, { version, party, reason }) =>
    withFreeze(view, version, (freeze) => ({ refused: { ...freeze.refused, [party]: reason } })),
  transcript_archived: (view, { version, sha256 }) =>
    withFreeze(view, version, () => ({ archived: true, sha256 })),
};

function viewAfter(view: HearingView, event: HearingEvent, at: number): HearingView {
  const apply = STEPS[event.type] as Step<typeof event.type> | undefined;
  if (apply) return apply(view, event as never, at);
  if (!('party' in event)) return view;
  const changes = seatChanges(event);
  if (!changes) return view;
  const seats = view.seats.map((seat) =>
    seat.party === event.party ? { ...seat, ...changes(seat) } : seat,
  );
  return { ...view, seats };
}

type SeatChange = (seat: SeatView) => Partial<SeatView>;

function seatChanges(event: HearingEvent): SeatChange | null {
  switch (event.type) {
    case 'party_arrived':
      return ({ admitted }) => ({ presence: admitted ? 'admitted' : 'waiting', left_by: null, sources: {} });
    case 'party_left':
      return () => ({ presence: 'away', left_by: event.cause, sources: {} });
    case 'party_admitted':
      return ({ presence }) => ({ admitted: true, presence: presence === 'waiting' ? 'admitted' : presence });
    case 'devices_reported':
      return ({ entry }) => ({ entry: entry && { ...entry, camera: event.camera, microphone: event.microphone } });
    case 'microphone_muted':
      return () => ({ muted: true });
    case 'microphone_unmuted':
      return () => ({ muted: false });
    case 'source_started':
    case 'source_resumed':
      return (seat) => ({ sources: { ...seat.sources, [event.source]: true } });
    case 'source_paused':
      return (seat) => ({ sources: { ...seat.sources, [event.source]: false } });
    case 'source_stopped':
      return (seat) => ({ sources: without(seat.sources, event.source) });
    default:
      return null;
  }
}

function without(sources: SeatView['sources'], gone: string): SeatView['sources'] {
  return Object.fromEntries(Object.entries(sources).filter(([source]) => source !== gone));
}

function lineOf(event: Of<'line_entered'>): LineView {
  const { line, speaker, text, started_at, ended_at } = event;
  return { line, revision: 1, speaker, text, started_at, ended_at };
}

function corrected(lines: LineView[], event: Of<'line_corrected'>): LineView[] {
  const { line: number, revision, speaker, text } = event;
  return lines.map((line) => (line.line === number ? { ...line, revision, speaker, text } : line));
}

/** A changed line leaves the freeze behind. */
function changed(view: HearingView): HearingView {
  return view.freeze ? { ...view, freeze: { ...view.freeze, changed_since: true } } : view;
}

function freezeOf(event: Of<'transcript_frozen'>, at: number): FreezeView {
  const { version, digest, signers } = event;
  return {
    version,
    digest,
    signers,
    frozen_at: at,
    sealed: false,
    pages: 0,
    sha256: '',
    signed: {},
    refused: {},
    archived: false,
    changed_since: false,
  };
}

/** About a version that a newer freeze has replaced, nothing changes. */
function withFreeze(
  view: HearingView,
  version: number,
  changes: (freeze: FreezeView) => Partial<FreezeView>,
): HearingView {
  const { freeze } = view;
  if (freeze?.version !== version) return view;
  return { ...view, freeze: { ...freeze, ...changes(freeze) } };
}
