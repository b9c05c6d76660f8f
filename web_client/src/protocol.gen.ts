// Generated from protocol.schema.json by `npm run protocol`; not edited by hand.

export type Ask =
  | Enter
  | Leave
  | ReportDevices
  | Admit
  | OpenHearing
  | PauseHearing
  | ResumeHearing
  | CloseHearing
  | Mute
  | Unmute
  | EnterLine
  | CorrectLine
  | FreezeTranscript
  | RefuseSignature
  | CreateTransport
  | ConnectTransport
  | RestartIce
  | Produce
  | PauseProducer
  | ResumeProducer
  | CloseProducer
  | ResumeConsumer;
/**
 * What a party's browser said of a camera or microphone.
 */
export type Device = 'busy' | 'denied' | 'missing' | 'ready' | 'unknown';
/**
 * What a party sends.
 */
export type Source = 'camera' | 'microphone' | 'screen';
export type Answer = Done | Failed | Welcome | TransportCreated | IceRestarted | Produced;
/**
 * One code for each way of being refused. The text beside it is for people; the code is the contract.
 */
export type Code =
  | 'already_answered'
  | 'bad_credentials'
  | 'bad_message'
  | 'bad_origin'
  | 'bad_signature'
  | 'bad_token'
  | 'busy'
  | 'empty'
  | 'internal'
  | 'last_administrator'
  | 'last_factor'
  | 'locked'
  | 'login_taken'
  | 'media'
  | 'no_change'
  | 'no_session'
  | 'not_a_signer'
  | 'not_allowed'
  | 'not_found'
  | 'not_frozen'
  | 'not_present'
  | 'not_saved'
  | 'not_waiting'
  | 'not_your_turn'
  | 'nothing_to_freeze'
  | 'prove_again'
  | 'recording_damaged'
  | 'roles_conflict'
  | 'rules_not_accepted'
  | 'seat_taken'
  | 'stale_revision'
  | 'superseded'
  | 'too_many'
  | 'transcript_changed'
  | 'transcript_complete'
  | 'unknown_hearing'
  | 'unknown_line'
  | 'unknown_party'
  | 'unprintable_character'
  | 'weak_password'
  | 'wrong_phase';
export type Role =
  | 'assessor'
  | 'bailiff'
  | 'clerk'
  | 'counsel'
  | 'defendant'
  | 'detention_officer'
  | 'expert'
  | 'interpreter'
  | 'judge'
  | 'observer'
  | 'plaintiff'
  | 'presiding_judge'
  | 'prosecutor'
  | 'witness';
/**
 * Why a connection ended, as far as both ends can tell (法释〔2021〕12号 art. 25).
 */
export type Departure = 'closed_tab' | 'left' | 'network' | 'server' | 'superseded';
export type Phase = 'closed' | 'in_session' | 'paused' | 'scheduled' | 'suspended' | 'waiting';
export type Presence = 'admitted' | 'away' | 'expected' | 'waiting';
export type Tell =
  EventTold | ViewTold | ConsumerOpened | ConsumerClosed | Levels | Qualities | Superseded;

export interface Protocol {
  Ask: Ask;
  Answer: Answer;
  Tell: Tell;
}
/**
 * First ask of every connection: take the seat. `after` is the last number this tab has seen.
 */
export interface Enter {
  accepted_as?: string | null;
  after?: number | null;
  /**
   * What a party's browser said of a camera or microphone.
   */
  camera?: 'busy' | 'denied' | 'missing' | 'ready' | 'unknown';
  /**
   * What a party's browser said of a camera or microphone.
   */
  microphone?: 'busy' | 'denied' | 'missing' | 'ready' | 'unknown';
  take_over?: boolean;
  type: 'enter';
}
/**
 * The party leaves on purpose.
 */
export interface Leave {
  type: 'leave';
}
export interface ReportDevices {
  camera: Device;
  microphone: Device;
  type: 'report_devices';
}
export interface Admit {
  party: string;
  type: 'admit';
}
export interface OpenHearing {
  type: 'open_hearing';
}
export interface PauseHearing {
  reason?: string;
  type: 'pause_hearing';
}
export interface ResumeHearing {
  type: 'resume_hearing';
}
export interface CloseHearing {
  type: 'close_hearing';
}
/**
 * By the court: the party's microphone reaches nobody until Unmute.
 */
export interface Mute {
  party: string;
  type: 'mute';
}
export interface Unmute {
  party: string;
  type: 'unmute';
}
/**
 * `started_at`: when the speaker began, Unix ms; the server keeps it within the hearing.
 */
export interface EnterLine {
  speaker: string;
  started_at?: number | null;
  text: string;
  type: 'enter_line';
}
/**
 * `revision`: the one the correction was made against.
 */
export interface CorrectLine {
  line: number;
  revision: number;
  speaker: string;
  text: string;
  type: 'correct_line';
}
/**
 * Make the document that everybody signs from the lines as they stand.
 */
export interface FreezeTranscript {
  type: 'freeze_transcript';
}
export interface RefuseSignature {
  reason: string;
  type: 'refuse_signature';
  version: number;
}
/**
 * `rtp_capabilities` with the receiving one: what this browser can decode.
 */
export interface CreateTransport {
  direction: 'receive' | 'send';
  rtp_capabilities?: {
    [k: string]: unknown;
  } | null;
  type: 'create_transport';
}
export interface ConnectTransport {
  dtls_parameters: {
    [k: string]: unknown;
  };
  transport: string;
  type: 'connect_transport';
}
export interface RestartIce {
  transport: string;
  type: 'restart_ice';
}
export interface Produce {
  kind: 'audio' | 'video';
  rtp_parameters: {
    [k: string]: unknown;
  };
  source: Source;
  transport: string;
  type: 'produce';
}
/**
 * By the party itself: microphone or camera off.
 */
export interface PauseProducer {
  source: Source;
  type: 'pause_producer';
}
export interface ResumeProducer {
  source: Source;
  type: 'resume_producer';
}
export interface CloseProducer {
  source: Source;
  type: 'close_producer';
}
/**
 * The browser is ready for the packets of a consumer that it was told of.
 */
export interface ResumeConsumer {
  consumer: string;
  type: 'resume_consumer';
}
/**
 * It is done and saved; `seq` is the number of the last event that it made, 0 if none.
 */
export interface Done {
  seq?: number;
  type: 'done';
}
/**
 * It was refused, and nothing has changed. `code` is stable, `detail` is for people.
 */
export interface Failed {
  code: Code;
  detail?: string;
  type: 'failed';
}
/**
 * Answer to Enter. Either `view` is the whole, or `missed` is what came after the number asked.
 */
export interface Welcome {
  connection: string;
  missed: EventTold[];
  rtp_capabilities: {
    [k: string]: unknown;
  };
  seq: number;
  server_time: number;
  type: 'welcome';
  view: HearingView | null;
  you: string;
}
/**
 * One entry of the log that the reader may see. Numbers rise, with holes where they may not.
 */
export interface EventTold {
  at: number;
  by: string;
  event:
    | HearingPlanned
    | WaitingRoomOpened
    | RulesAccepted
    | PartyArrived
    | PartyLeft
    | DevicesReported
    | PartyAdmitted
    | HearingOpened
    | HearingPaused
    | HearingResumed
    | HearingClosed
    | MicrophoneMuted
    | MicrophoneUnmuted
    | SourceStarted
    | SourceStopped
    | SourcePaused
    | SourceResumed
    | LineEntered
    | LineCorrected
    | TranscriptFrozen
    | TranscriptSealed
    | TranscriptSigned
    | SignatureRefused
    | TranscriptArchived
    | SegmentRecorded
    | GapFound
    | RecordingFault;
  seq: number;
  type: 'event_told';
}
export interface HearingPlanned {
  case_number: string;
  court: string;
  courtroom: string;
  hearing: string;
  parties: Party[];
  planned_at: number;
  procedure: string;
  title: string;
  type: 'hearing_planned';
  [k: string]: unknown;
}
/**
 * A person in a hearing, in a seat; stays the same over every reconnect.
 */
export interface Party {
  id: string;
  name: string;
  role: Role;
  site?: string;
  [k: string]: unknown;
}
export interface WaitingRoomOpened {
  type: 'waiting_room_opened';
  [k: string]: unknown;
}
export interface RulesAccepted {
  name: string;
  party: string;
  type: 'rules_accepted';
  [k: string]: unknown;
}
export interface PartyArrived {
  connection: string;
  party: string;
  type: 'party_arrived';
  [k: string]: unknown;
}
export interface PartyLeft {
  cause: Departure;
  connection: string;
  party: string;
  type: 'party_left';
  [k: string]: unknown;
}
export interface DevicesReported {
  camera: Device;
  microphone: Device;
  party: string;
  type: 'devices_reported';
  [k: string]: unknown;
}
export interface PartyAdmitted {
  party: string;
  type: 'party_admitted';
  [k: string]: unknown;
}
export interface HearingOpened {
  type: 'hearing_opened';
  [k: string]: unknown;
}
export interface HearingPaused {
  reason: string;
  type: 'hearing_paused';
  [k: string]: unknown;
}
export interface HearingResumed {
  type: 'hearing_resumed';
  [k: string]: unknown;
}
export interface HearingClosed {
  type: 'hearing_closed';
  [k: string]: unknown;
}
export interface MicrophoneMuted {
  party: string;
  type: 'microphone_muted';
  [k: string]: unknown;
}
export interface MicrophoneUnmuted {
  party: string;
  type: 'microphone_unmuted';
  [k: string]: unknown;
}
export interface SourceStarted {
  party: string;
  source: Source;
  type: 'source_started';
  [k: string]: unknown;
}
export interface SourceStopped {
  party: string;
  source: Source;
  type: 'source_stopped';
  [k: string]: unknown;
}
export interface SourcePaused {
  party: string;
  source: Source;
  type: 'source_paused';
  [k: string]: unknown;
}
export interface SourceResumed {
  party: string;
  source: Source;
  type: 'source_resumed';
  [k: string]: unknown;
}
export interface LineEntered {
  ended_at: number;
  line: number;
  speaker: string;
  started_at: number;
  text: string;
  type: 'line_entered';
  [k: string]: unknown;
}
export interface LineCorrected {
  line: number;
  revision: number;
  speaker: string;
  text: string;
  type: 'line_corrected';
  [k: string]: unknown;
}
export interface TranscriptFrozen {
  digest: string;
  lines: number;
  signers: string[];
  type: 'transcript_frozen';
  version: number;
  [k: string]: unknown;
}
export interface TranscriptSealed {
  pages: number;
  sha256: string;
  type: 'transcript_sealed';
  version: number;
  [k: string]: unknown;
}
export interface TranscriptSigned {
  certificate_sha256: string;
  name_image_sha256: string;
  party: string;
  sha256: string;
  type: 'transcript_signed';
  version: number;
  [k: string]: unknown;
}
export interface SignatureRefused {
  party: string;
  reason: string;
  type: 'signature_refused';
  version: number;
  [k: string]: unknown;
}
export interface TranscriptArchived {
  sha256: string;
  type: 'transcript_archived';
  version: number;
  [k: string]: unknown;
}
export interface SegmentRecorded {
  codec: string;
  ended_at: number;
  frames: number;
  name: string;
  party: string;
  recovered: boolean;
  sha256: string;
  size: number;
  source: string;
  started_at: number;
  type: 'segment_recorded';
  [k: string]: unknown;
}
export interface GapFound {
  cause: string;
  ended_at: number;
  party: string;
  source: string;
  started_at: number;
  type: 'gap_found';
  [k: string]: unknown;
}
export interface RecordingFault {
  code: string;
  detail: string;
  type: 'recording_fault';
  [k: string]: unknown;
}
/**
 * The hearing as the reader may see it, after the number that comes with it.
 */
export interface HearingView {
  case_number: string;
  closed_at: number | null;
  court: string;
  courtroom: string;
  freeze: FreezeView | null;
  hearing: string;
  lines: LineView[];
  opened_at: number | null;
  pause_reason: string;
  phase: Phase;
  planned_at: number;
  procedure: string;
  recording: RecordingView | null;
  seats: SeatView[];
  title: string;
}
/**
 * `signers` in the order of signing; `signed` is party to time, `refused` party to reason.
 */
export interface FreezeView {
  archived: boolean;
  changed_since: boolean;
  digest: string;
  frozen_at: number;
  pages: number;
  refused: {
    [k: string]: string;
  };
  sealed: boolean;
  sha256: string;
  signed: {
    [k: string]: number;
  };
  signers: string[];
  version: number;
}
export interface LineView {
  ended_at: number;
  line: number;
  revision: number;
  speaker: string;
  started_at: number;
  text: string;
}
/**
 * How the recording goes: by party, and the last faults.
 */
export interface RecordingView {
  faults: FaultView[];
  parties: {
    [k: string]: RecordedView;
  };
}
export interface FaultView {
  at: number;
  code: string;
  detail: string;
}
/**
 * `last_at`: the end of the party's newest segment; `gaps`: the last fifty.
 */
export interface RecordedView {
  gaps: GapView[];
  last_at: number | null;
  segments: number;
}
export interface GapView {
  cause: string;
  ended_at: number;
  source: string;
  started_at: number;
}
/**
 * One seat as the reader may see it. `sources`: what is sent, and whether it is running.
 */
export interface SeatView {
  admitted: boolean;
  camera: Device | null;
  left_by: Departure | null;
  microphone: Device | null;
  muted: boolean;
  name: string;
  party: string;
  presence: Presence;
  role: Role;
  site: string;
  sources: {
    [k: string]: boolean;
  };
}
export interface TransportCreated {
  dtls_parameters: {
    [k: string]: unknown;
  };
  ice_candidates: {
    [k: string]: unknown;
  }[];
  ice_parameters: {
    [k: string]: unknown;
  };
  transport: string;
  type: 'transport_created';
}
export interface IceRestarted {
  ice_parameters: {
    [k: string]: unknown;
  };
  type: 'ice_restarted';
}
export interface Produced {
  producer: string;
  type: 'produced';
}
/**
 * What the reader may see has changed: forget the old view and take this one.
 */
export interface ViewTold {
  seq: number;
  type: 'view_told';
  view: HearingView;
}
/**
 * A track of another party may be received: consume it, then ask ResumeConsumer.
 */
export interface ConsumerOpened {
  consumer: string;
  kind: 'audio' | 'video';
  party: string;
  producer: string;
  rtp_parameters: {
    [k: string]: unknown;
  };
  source: Source;
  type: 'consumer_opened';
}
export interface ConsumerClosed {
  consumer: string;
  type: 'consumer_closed';
}
/**
 * Who is speaking: party to -dBov, 0 loudest to 127 silent (RFC 6464). Not kept.
 */
export interface Levels {
  levels: {
    [k: string]: number;
  };
  type: 'levels';
}
/**
 * How each party's line is. Not kept.
 */
export interface Qualities {
  qualities: {
    [k: string]: Quality;
  };
  type: 'qualities';
}
export interface Quality {
  loss: number;
  rtt_ms: number | null;
}
/**
 * Another tab took the seat over; this one is done.
 */
export interface Superseded {
  type: 'superseded';
}
