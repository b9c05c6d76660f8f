// Generated from protocol.schema.json by `npm run protocol`; not edited by hand.

export type Ask =
  | OpenHearing
  | AnnounceOpening
  | EnterStage
  | MarkChecklist
  | PauseHearing
  | ResumeHearing
  | SuspendHearing
  | CloseHearing
  | ExcludePublic
  | AdmitPublic
  | AllowObservers
  | BeginDeliberation
  | EndDeliberation
  | TakeCharge
  | ReturnCharge
  | Enter
  | Leave
  | WithdrawConsent
  | ReportDevices
  | ReportCheck
  | ReportReady
  | TakeOfficerStep
  | BeginIdentityCheck
  | EndIdentityCheck
  | ConfirmIdentity
  | Admit
  | AdmitAll
  | Call
  | Dismiss
  | Remove
  | RemoveObservers
  | Mute
  | MuteAll
  | Unmute
  | GiveWord
  | WithdrawWord
  | RaiseHand
  | RaiseObjection
  | WithdrawRequest
  | AnswerRequest
  | StopShare
  | AllowShare
  | SetChannel
  | ListenTo
  | AskConsultation
  | AcceptConsultation
  | DeclineConsultation
  | PermitConsultation
  | JoinConsultation
  | LockConsultation
  | LeaveConsultation
  | EndConsultation
  | Screen
  | Unscreen
  | WithdrawExhibit
  | ShowExhibit
  | TurnPage
  | PlayExhibit
  | HighlightExhibit
  | ClearHighlights
  | HideExhibit
  | GiveOpinion
  | Point
  | SendMessage
  | ReadMessages
  | OpenChat
  | CloseChat
  | EnterLine
  | CorrectLine
  | SplitLine
  | MergeLines
  | StrikeLine
  | RestoreLine
  | DisputeLine
  | ReplaceText
  | UndoOperation
  | HoldLine
  | ReleaseLine
  | TypeLine
  | AcceptDraft
  | DropDraft
  | SwitchCaptions
  | ReadBack
  | StopReadBack
  | FreezeTranscript
  | RefuseSignature
  | IdentifySigner
  | PermitHeldKey
  | ReadTranscript
  | ConfirmPassages
  | ObjectToLine
  | AcceptObjection
  | RefuseObjection
  | WithdrawObjection
  | CreateTransport
  | ConnectTransport
  | RestartIce
  | Produce
  | PauseProducer
  | ResumeProducer
  | CloseProducer
  | ResumeConsumer;
/**
 * The steps of a hearing. A procedure's template says which, and in which order (procedures.py).
 */
export type Stage =
  | 'agreement'
  | 'debate'
  | 'deliberation'
  | 'evidence'
  | 'investigation'
  | 'judgment'
  | 'last_statement'
  | 'mediation'
  | 'preparation';
/**
 * What a party's browser said of a camera or microphone.
 */
export type Device = 'busy' | 'denied' | 'missing' | 'ready' | 'unknown';
/**
 * What the self-check found of one thing.
 */
export type Verdict = 'bad' | 'fair' | 'good' | 'untested';
/**
 * The four steps of the officer at a detention centre's kiosk, in their order.
 */
export type OfficerStep = 'connection' | 'devices' | 'handover' | 'person';
/**
 * What the presiding judge said to a raised hand or an objection.
 */
export type RequestAnswer = 'declined' | 'granted' | 'noted' | 'overruled' | 'sustained';
/**
 * What a side says of one quality of an exhibit.
 */
export type Stance = 'no' | 'none' | 'yes';
/**
 * What a party sends. `room` is a second camera on the whole room of a detention centre.
 */
export type Source = 'camera' | 'microphone' | 'room' | 'screen' | 'screen_sound';
export type Answer = Done | Failed | Welcome | TransportCreated | IceRestarted | Produced;
/**
 * What can be taken twice. Only a person's clash may be overridden, with a reason.
 */
export type Taken = 'courtroom' | 'person' | 'staff';
/**
 * One code for each way of being refused. The text beside it is for people; the code is the contract.
 */
export type Code =
  | 'already_answered'
  | 'bad_credentials'
  | 'bad_fields'
  | 'bad_file'
  | 'bad_message'
  | 'bad_origin'
  | 'bad_picture'
  | 'bad_signature'
  | 'bad_token'
  | 'busy'
  | 'chat_closed'
  | 'checklist_open'
  | 'clash'
  | 'code_needed'
  | 'code_wrong'
  | 'consultation_locked'
  | 'consulting'
  | 'deadline_passed'
  | 'deliberating'
  | 'empty'
  | 'identity_not_confirmed'
  | 'in_use'
  | 'internal'
  | 'judge_is_here'
  | 'last_administrator'
  | 'last_factor'
  | 'line_held'
  | 'line_struck'
  | 'locked'
  | 'login_taken'
  | 'media'
  | 'microphone_locked'
  | 'needs_leave'
  | 'no_change'
  | 'no_consent'
  | 'no_contact'
  | 'no_key_frame'
  | 'no_model'
  | 'no_session'
  | 'no_sound'
  | 'not_a_signer'
  | 'not_allowed'
  | 'not_found'
  | 'not_frozen'
  | 'not_linked'
  | 'not_present'
  | 'not_read'
  | 'not_saved'
  | 'not_waiting'
  | 'not_your_turn'
  | 'nothing_to_freeze'
  | 'objection_open'
  | 'observers_not_allowed'
  | 'other_digest'
  | 'prove_again'
  | 'public_excluded'
  | 'quota'
  | 'recording_damaged'
  | 'removed'
  | 'replaced'
  | 'retention'
  | 'roles_conflict'
  | 'rules_not_accepted'
  | 'sealed'
  | 'seat_taken'
  | 'second_person'
  | 'share_locked'
  | 'share_taken'
  | 'sound_not_ready'
  | 'stale_revision'
  | 'superseded'
  | 'too_large'
  | 'too_many'
  | 'transcript_changed'
  | 'transcript_complete'
  | 'unknown_draft'
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
export type Departure =
  'closed_tab' | 'left' | 'network' | 'removed' | 'replaced' | 'server' | 'superseded';
/**
 * Why somebody wants to be heard.
 */
export type RequestKind = 'hand' | 'objection';
/**
 * Why a private talk is over.
 */
export type TalkEnd = 'called_back' | 'cancelled' | 'left' | 'session';
/**
 * Why a line is no longer in the print: taken back, in the line before it, or never meant.
 */
export type StrikeCause = 'merged' | 'struck' | 'undone';
/**
 * Why it is over.
 */
export type ReadBackEnd = 'finished' | 'session' | 'stopped';
/**
 * Whose key made a signature: the browser's of the one who signs, or one that the server made for them.
 */
export type SigningKey = 'browser' | 'held';
/**
 * Who may play a recording, or a span of it (playable.py), from open to closed.
 */
export type Level = 'confidential' | 'public' | 'sealed';
/**
 * Why the log's root was signed just then.
 */
export type RootCause = 'closed' | 'hourly' | 'later' | 'paused' | 'suspended' | 'timestamped';
/**
 * What has become of an objection.
 */
export type Standing = 'accepted' | 'open' | 'refused' | 'withdrawn';
export type Phase = 'closed' | 'in_session' | 'paused' | 'scheduled' | 'suspended' | 'waiting';
export type Presence =
  'admitted' | 'away' | 'consulting' | 'expected' | 'outside' | 'removed' | 'waiting';
/**
 * Whose side a party is on: where they sit, and whose opinion on an exhibit they give.
 */
export type Side = 'claim' | 'defence' | 'neutral';
export type Tell =
  | EventTold
  | ViewTold
  | ConsumerOpened
  | ConsumerClosed
  | ProducerClosed
  | Levels
  | Qualities
  | RecordingChecked
  | Pointed
  | LinesHeld
  | Typed
  | Captioned
  | DraftTold
  | DraftGone
  | SpeechTold
  | Removed
  | Superseded;

export interface Protocol {
  Ask: Ask;
  Answer: Answer;
  Tell: Tell;
}
export interface OpenHearing {
  type: 'open_hearing';
}
/**
 * Begin the countdown before the opening.
 */
export interface AnnounceOpening {
  seconds: number;
  type: 'announce_opening';
}
export interface EnterStage {
  stage: Stage;
  type: 'enter_stage';
}
/**
 * A right was granted (`done`), or the mark is taken back.
 */
export interface MarkChecklist {
  done?: boolean;
  item: string;
  note?: string;
  type: 'mark_checklist';
}
export interface PauseHearing {
  reason?: string;
  type: 'pause_hearing';
}
export interface ResumeHearing {
  type: 'resume_hearing';
}
/**
 * Adjourn; `until`: when it goes on, Unix ms, if that is known.
 *
 *     Refused with `clash` where courtroom, bench, clerk or a party is elsewhere then; of parties alone the
 *     judge may say `anyway`.
 */
export interface SuspendHearing {
  anyway?: boolean;
  reason: string;
  type: 'suspend_hearing';
  until?: number | null;
}
/**
 * `override`: the reason to close although the checklist has open items.
 */
export interface CloseHearing {
  override?: string;
  type: 'close_hearing';
}
/**
 * `recorded`: pictures and sound too, sealed as the words are; otherwise nothing is recorded meanwhile.
 */
export interface ExcludePublic {
  reason: string;
  recorded?: boolean;
  type: 'exclude_public';
}
export interface AdmitPublic {
  type: 'admit_public';
}
/**
 * The judge's direction whether observers may register.
 */
export interface AllowObservers {
  allowed: boolean;
  type: 'allow_observers';
}
/**
 * The bench alone, not recorded.
 */
export interface BeginDeliberation {
  type: 'begin_deliberation';
}
export interface EndDeliberation {
  type: 'end_deliberation';
}
/**
 * The clerk keeps order while the presiding judge is not connected.
 */
export interface TakeCharge {
  type: 'take_charge';
}
export interface ReturnCharge {
  type: 'return_charge';
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
export interface WithdrawConsent {
  reason: string;
  type: 'withdraw_consent';
}
export interface ReportDevices {
  camera: Device;
  microphone: Device;
  type: 'report_devices';
}
/**
 * What the self-check found; rates in kbit/s, the round trip in ms, loss in thousandths.
 */
export interface ReportCheck {
  camera: Verdict;
  down_kbit?: number | null;
  line: Verdict;
  loss_permille?: number | null;
  loudspeaker: Verdict;
  microphone: Verdict;
  rtt_ms?: number | null;
  type: 'report_check';
  up_kbit?: number | null;
}
export interface ReportReady {
  ready: boolean;
  type: 'report_ready';
}
/**
 * One of the officer's four steps at a kiosk, in their order.
 */
export interface TakeOfficerStep {
  officer: string;
  step: OfficerStep;
  type: 'take_officer_step';
}
/**
 * The clerk and a waiting party see and hear each other, nobody else.
 */
export interface BeginIdentityCheck {
  party: string;
  type: 'begin_identity_check';
}
export interface EndIdentityCheck {
  party: string;
  type: 'end_identity_check';
}
/**
 * `number` is the whole number; the server keeps its masked form alone.
 */
export interface ConfirmIdentity {
  document: string;
  number: string;
  party: string;
  type: 'confirm_identity';
}
export interface Admit {
  party: string;
  type: 'admit';
}
/**
 * Everybody who waits and may be admitted, the screened last.
 */
export interface AdmitAll {
  type: 'admit_all';
}
/**
 * Into the courtroom. A witness comes alone, unless `together`.
 */
export interface Call {
  party: string;
  together?: boolean;
  type: 'call';
}
/**
 * Out of hearing and sight, to be called again.
 */
export interface Dismiss {
  party: string;
  type: 'dismiss';
}
/**
 * For good.
 */
export interface Remove {
  party: string;
  reason: string;
  type: 'remove';
}
/**
 * All of them, for good: whoever watches now, and whoever has registered.
 */
export interface RemoveObservers {
  reason: string;
  type: 'remove_observers';
}
/**
 * By the court: the microphone reaches nobody until Unmute; `locked`, until the court's Unmute.
 */
export interface Mute {
  locked?: boolean;
  party: string;
  type: 'mute';
}
/**
 * Everybody but the bench and the clerk.
 */
export interface MuteAll {
  locked?: boolean;
  type: 'mute_all';
}
export interface Unmute {
  party: string;
  type: 'unmute';
}
export interface GiveWord {
  party: string;
  type: 'give_word';
}
export interface WithdrawWord {
  type: 'withdraw_word';
}
export interface RaiseHand {
  type: 'raise_hand';
}
export interface RaiseObjection {
  reason?: string;
  type: 'raise_objection';
}
export interface WithdrawRequest {
  request: number;
  type: 'withdraw_request';
}
/**
 * To a hand: granted, declined, noted. To an objection: sustained, overruled, noted.
 */
export interface AnswerRequest {
  answer: RequestAnswer;
  note?: string;
  request: number;
  type: 'answer_request';
}
/**
 * End a party's share; it may not begin another until AllowShare.
 */
export interface StopShare {
  party: string;
  type: 'stop_share';
}
export interface AllowShare {
  party: string;
  type: 'allow_share';
}
/**
 * `closed`: the interpreter's voice goes only to those who need or choose it.
 */
export interface SetChannel {
  closed: boolean;
  party: string;
  type: 'set_channel';
}
/**
 * An interpreter's channel; empty for the floor.
 */
export interface ListenTo {
  interpreter?: string;
  type: 'listen_to';
}
/**
 * A private talk with these; all of them must accept.
 *
 *     `into`: a talk that goes on and the asker is in; `parties` is then the one further person, and all its
 *     members must accept too.
 */
export interface AskConsultation {
  into?: number;
  /**
   * @minItems 1
   * @maxItems 8
   */
  parties:
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string];
  type: 'ask_consultation';
}
export interface AcceptConsultation {
  consultation: number;
  type: 'accept_consultation';
}
export interface DeclineConsultation {
  consultation: number;
  type: 'decline_consultation';
}
/**
 * The judge's leave, which a talk in session needs.
 */
export interface PermitConsultation {
  consultation: number;
  type: 'permit_consultation';
}
export interface JoinConsultation {
  consultation: number;
  type: 'join_consultation';
}
export interface LockConsultation {
  consultation: number;
  locked?: boolean;
  type: 'lock_consultation';
}
export interface LeaveConsultation {
  consultation: number;
  type: 'leave_consultation';
}
/**
 * The presiding judge calls everybody back.
 */
export interface EndConsultation {
  consultation: number;
  type: 'end_consultation';
}
/**
 * Keep a party from being seen, heard or both by others; their name is kept too.
 */
export interface Screen {
  screening: Screening;
  type: 'screen';
}
/**
 * `party` is kept from being seen, heard or both by the parties of `hidden_from`.
 *
 *     Either way their name is kept too: those see `alias`, or the role alone when it is empty.
 */
export interface Screening {
  alias?: string;
  hidden_from: string[];
  party: string;
  sight?: boolean;
  sound?: boolean;
  [k: string]: unknown;
}
export interface Unscreen {
  party: string;
  type: 'unscreen';
}
export interface WithdrawExhibit {
  exhibit: number;
  type: 'withdraw_exhibit';
}
/**
 * Open an exhibit before the courtroom.
 */
export interface ShowExhibit {
  exhibit: number;
  page?: number;
  type: 'show_exhibit';
}
export interface TurnPage {
  page: number;
  type: 'turn_page';
}
/**
 * Play, pause or seek what is shown, for everybody; `position` in ms of the file.
 */
export interface PlayExhibit {
  playing: boolean;
  position: number;
  type: 'play_exhibit';
}
/**
 * A rectangle of the page that is shown, in ten-thousandths of its width and height.
 */
export interface HighlightExhibit {
  height: number;
  type: 'highlight_exhibit';
  width: number;
  x: number;
  y: number;
}
export interface ClearHighlights {
  type: 'clear_highlights';
}
export interface HideExhibit {
  type: 'hide_exhibit';
}
/**
 * What a side says of an exhibit; a later one replaces an earlier one.
 */
export interface GiveOpinion {
  authentic: Stance;
  exhibit: number;
  lawful: Stance;
  note?: string;
  relevant: Stance;
  type: 'give_opinion';
}
/**
 * The presenter's pointer on the page that is shown. Not kept.
 */
export interface Point {
  type: 'point';
  x: number;
  y: number;
}
/**
 * `to`: a party, `clerk`, `technician`, or `all` in an open chat. `answers`: what it replies to.
 */
export interface SendMessage {
  answers?: number | null;
  text: string;
  to: string;
  type: 'send_message';
}
/**
 * What passed with `correspondent` (a party, a desk, `all`) up to this number has been read.
 */
export interface ReadMessages {
  correspondent: string;
  type: 'read_messages';
  up_to: number;
}
/**
 * Parties may write to each other.
 */
export interface OpenChat {
  type: 'open_chat';
}
export interface CloseChat {
  type: 'close_chat';
}
/**
 * `started_at`: when the speaker began, Unix ms; the server keeps it within the hearing.
 *
 *     `after`: the number of the line that it follows, 0 before all; else it comes last.
 */
export interface EnterLine {
  after?: number | null;
  ended_at?: number | null;
  operation?: string;
  speaker: string;
  started_at?: number | null;
  text: string;
  type: 'enter_line';
}
export interface CorrectLine {
  line: number;
  operation?: string;
  revision: number;
  speaker: string;
  text: string;
  type: 'correct_line';
}
/**
 * After `position` characters (Unicode code points). What follows is a line of `speaker`, from `at` on.
 */
export interface SplitLine {
  at?: number | null;
  line: number;
  operation?: string;
  position: number;
  revision: number;
  speaker: string;
  type: 'split_line';
}
/**
 * The line takes in `following`, the next one that is not struck.
 */
export interface MergeLines {
  following: LineAt;
  line: number;
  operation?: string;
  revision: number;
  type: 'merge_lines';
}
/**
 * A line, at the revision that was read.
 */
export interface LineAt {
  line: number;
  revision: number;
  [k: string]: unknown;
}
/**
 * It stays in the log and in its place, and is not printed.
 */
export interface StrikeLine {
  line: number;
  operation?: string;
  revision: number;
  type: 'strike_line';
}
export interface RestoreLine {
  line: number;
  operation?: string;
  revision: number;
  type: 'restore_line';
}
export interface DisputeLine {
  disputed: boolean;
  line: number;
  operation?: string;
  revision: number;
  type: 'dispute_line';
}
/**
 * In all of `lines` or in none; a refusal names those that stand in the way.
 */
export interface ReplaceText {
  find: string;
  /**
   * @maxItems 1000
   */
  lines: LineAt[];
  operation?: string;
  replacement: string;
  type: 'replace_text';
}
/**
 * Takes back one's own operation `undone`; refused where somebody has touched its lines since.
 */
export interface UndoOperation {
  operation: string;
  type: 'undo_operation';
  undone: string;
}
/**
 * To edit it, and again every few seconds to keep it: meanwhile nobody else's act on it is taken. Not kept.
 */
export interface HoldLine {
  line: number;
  type: 'hold_line';
}
export interface ReleaseLine {
  line: number;
  type: 'release_line';
}
/**
 * What is being typed, for bench and clerks to see; empty when nothing is. Keeps the line that is
 *     corrected, None for a new one. A few times a second; never kept.
 */
export interface TypeLine {
  line: number | null;
  speaker: string;
  text: string;
  type: 'type_line';
}
/**
 * Enter a draft that is said to its end as a line of `speaker`, as it is or reworded.
 */
export interface AcceptDraft {
  draft: string;
  operation?: string;
  speaker: string;
  text: string;
  type: 'accept_draft';
}
export interface DropDraft {
  draft: string;
  type: 'drop_draft';
}
/**
 * Captions for this connection from now on, or no longer.
 */
export interface SwitchCaptions {
  on: boolean;
  type: 'switch_captions';
}
/**
 * Play the sound of these lines to everybody in the courtroom, in their order in the record; in the place
 *     of what is read back now. Refused with `no_sound`, `sound_not_ready`, `sealed`.
 */
export interface ReadBack {
  /**
   * @minItems 1
   * @maxItems 30
   */
  lines: [number, ...number[]];
  type: 'read_back';
}
/**
 * Every page falls silent.
 */
export interface StopReadBack {
  type: 'stop_read_back';
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
 * The clerk sees that it is this party who is about to sign: after the closing, or in an identity check.
 */
export interface IdentifySigner {
  party: string;
  type: 'identify_signer';
  version: number;
}
/**
 * A party who cannot make a key of their own may sign with the server's, beside a witness.
 */
export interface PermitHeldKey {
  party: string;
  reason: string;
  type: 'permit_held_key';
}
/**
 * Pages 1 to `page` have been on the screen, each to its foot; told in steps, not with every page.
 */
export interface ReadTranscript {
  page: number;
  type: 'read_transcript';
  version: number;
}
/**
 * The party has read these; none: all of the version but the lines that they object to.
 */
export interface ConfirmPassages {
  /**
   * @maxItems 1500
   */
  passages?: string[];
  type: 'confirm_passages';
  version: number;
}
/**
 * `wording` should stand instead of `quote`, or of the whole line; none: strike it. Says why or how.
 */
export interface ObjectToLine {
  line: number;
  quote?: string;
  reason?: string;
  type: 'object_to_line';
  version: number;
  wording?: string;
}
/**
 * The line says this from now on; no text: it is struck. As it stands, if a desk has corrected it.
 */
export interface AcceptObjection {
  objection: number;
  revision: number;
  speaker: string;
  text: string;
  type: 'accept_objection';
}
export interface RefuseObjection {
  objection: number;
  reason: string;
  type: 'refuse_objection';
}
/**
 * One's own, before it is answered.
 */
export interface WithdrawObjection {
  objection: number;
  type: 'withdraw_objection';
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
 *
 *     `clashes`: all that is in the way, with the code `clash`.
 */
export interface Failed {
  clashes?: Clash[];
  code: Code;
  detail?: string;
  type: 'failed';
}
/**
 * Who or what is elsewhere then, and in which hearing; times in Unix ms.
 */
export interface Clash {
  courtroom: string;
  ends_at: number;
  kind: Taken;
  name: string;
  number: string;
  planned_at: number;
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
    | HearingPostponed
    | HearingCancelled
    | WaitingRoomOpened
    | OpeningAnnounced
    | HearingOpened
    | StageEntered
    | ChecklistMarked
    | HearingPaused
    | HearingResumed
    | HearingSuspended
    | HearingClosed
    | PublicExcluded
    | PublicAdmitted
    | ObserversAllowed
    | DeliberationBegan
    | DeliberationEnded
    | ChargeTaken
    | ChargeReturned
    | PartyAdded
    | SeatGiven
    | ObserverRegistered
    | ConsentGiven
    | ConsentWithdrawn
    | RulesAccepted
    | NoRecordingPromised
    | SelfCheckReported
    | CodeConfirmed
    | CodeLocked
    | PartyArrived
    | PartyLeft
    | DevicesReported
    | PartyReady
    | KioskCalled
    | OfficerStepDone
    | IdentityCheckBegan
    | IdentityCheckEnded
    | IdentityConfirmed
    | DocumentPictureKept
    | PartyAdmitted
    | PartyCalled
    | PartyDismissed
    | PartyRemoved
    | MicrophoneMuted
    | MicrophoneUnmuted
    | WordGiven
    | WordWithdrawn
    | RequestRaised
    | RequestWithdrawn
    | RequestAnswered
    | SourceStarted
    | SourceStopped
    | SourcePaused
    | SourceResumed
    | SharingLocked
    | SharingAllowed
    | ChannelSet
    | ListeningSet
    | ConsultationAsked
    | ConsultationAccepted
    | ConsultationDeclined
    | ConsultationAwaitsLeave
    | ConsultationLeaveDropped
    | ConsultationPermitted
    | ConsultationBegan
    | ConsultationJoined
    | ConsultationLocked
    | ConsultationLeft
    | ConsultationEnded
    | ScreeningSet
    | ScreeningLifted
    | ExhibitSubmitted
    | ExhibitWithdrawn
    | ExhibitShown
    | PageTurned
    | ExhibitPlayed
    | ExhibitHighlighted
    | HighlightsCleared
    | ExhibitHidden
    | OpinionGiven
    | MessageSent
    | MessagesRead
    | ChatOpened
    | ChatClosed
    | LineEntered
    | LineCorrected
    | LineStruck
    | LineRestored
    | LineDisputed
    | OperationUndone
    | ReadBackBegan
    | ReadBackEnded
    | TranscriptFrozen
    | TranscriptSealed
    | TranscriptSigned
    | SignatureRefused
    | SignerIdentified
    | SignerAsserted
    | HeldKeyPermitted
    | RefusalSealed
    | TranscriptArchived
    | TranscriptRead
    | PassagesConfirmed
    | ObjectionMade
    | ObjectionAccepted
    | ObjectionRefused
    | ObjectionWithdrawn
    | RecordingBegan
    | RecordingEnded
    | SegmentRecorded
    | GapFound
    | RecordingFault
    | RecordingRecovered
    | AccessSet
    | AccessEnded
    | AccessLifted
    | NotePlaced
    | NoteRemoved
    | DeletionProposed
    | DeletionConsented
    | DeletionDropped
    | RecordingDeleted
    | RootSigned
    | FaultExplained;
  seq: number;
  type: 'event_told';
}
export interface HearingPlanned {
  case: string;
  case_number: string;
  checklist: ChecklistItem[];
  court: string;
  courtroom: string;
  demands: Demands;
  hearing: string;
  minutes: number;
  parties: Party[];
  planned_at: number;
  procedure: string;
  screenings: Screening[];
  stages: Stage[];
  title: string;
  type: 'hearing_planned';
  [k: string]: unknown;
}
/**
 * A right to be granted, in a stage. `text` is empty for the known ids, which pages have words for.
 */
export interface ChecklistItem {
  id: string;
  stage: Stage;
  text?: string;
  [k: string]: unknown;
}
/**
 * What a party must show before admission: a one-time code, a document confirmed by the clerk.
 *
 *     And once more before they sign: a code sent anew, or that the clerk knows them on camera.
 */
export interface Demands {
  code?: boolean;
  identity?: boolean;
  sign_code?: boolean;
  sign_identity?: boolean;
  [k: string]: unknown;
}
/**
 * A person in a hearing, in a seat; stays the same over every reconnect.
 *
 *     `counsel_for` and `interpreter_for` name other parties of the hearing. `account` is the staff account
 *     that sits here, empty for everybody who comes by a link.
 */
export interface Party {
  account?: string;
  counsel_for?: string[];
  id: string;
  interpreter_for?: string[];
  name: string;
  role: Role;
  /**
   * Whose side a party is on: where they sit, and whose opinion on an exhibit they give.
   */
  side?: 'claim' | 'defence' | 'neutral';
  sign_language?: boolean;
  site?: string;
  [k: string]: unknown;
}
export interface HearingPostponed {
  account: string;
  minutes: number;
  planned_at: number;
  reason: string;
  type: 'hearing_postponed';
  [k: string]: unknown;
}
export interface HearingCancelled {
  account: string;
  reason: string;
  type: 'hearing_cancelled';
  [k: string]: unknown;
}
export interface WaitingRoomOpened {
  type: 'waiting_room_opened';
  [k: string]: unknown;
}
export interface OpeningAnnounced {
  opens_at: number;
  type: 'opening_announced';
  [k: string]: unknown;
}
export interface HearingOpened {
  type: 'hearing_opened';
  [k: string]: unknown;
}
export interface StageEntered {
  stage: Stage;
  type: 'stage_entered';
  [k: string]: unknown;
}
export interface ChecklistMarked {
  done: boolean;
  item: string;
  note: string;
  type: 'checklist_marked';
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
export interface HearingSuspended {
  anyway: boolean;
  reason: string;
  type: 'hearing_suspended';
  until: number | null;
  [k: string]: unknown;
}
export interface HearingClosed {
  overridden: string[];
  reason: string;
  type: 'hearing_closed';
  [k: string]: unknown;
}
export interface PublicExcluded {
  reason: string;
  recorded: boolean;
  type: 'public_excluded';
  [k: string]: unknown;
}
export interface PublicAdmitted {
  type: 'public_admitted';
  [k: string]: unknown;
}
export interface ObserversAllowed {
  allowed: boolean;
  type: 'observers_allowed';
  [k: string]: unknown;
}
export interface DeliberationBegan {
  type: 'deliberation_began';
  [k: string]: unknown;
}
export interface DeliberationEnded {
  type: 'deliberation_ended';
  [k: string]: unknown;
}
export interface ChargeTaken {
  party: string;
  type: 'charge_taken';
  [k: string]: unknown;
}
export interface ChargeReturned {
  party: string;
  type: 'charge_returned';
  [k: string]: unknown;
}
export interface PartyAdded {
  account: string;
  party: Party;
  type: 'party_added';
  [k: string]: unknown;
}
export interface SeatGiven {
  account: string;
  by: string;
  instead_of: string;
  party: string;
  role: Role;
  type: 'seat_given';
  [k: string]: unknown;
}
export interface ObserverRegistered {
  address: string;
  origin: string;
  party: Party;
  resembles: string;
  type: 'observer_registered';
  [k: string]: unknown;
}
export interface ConsentGiven {
  name: string;
  party: string;
  type: 'consent_given';
  [k: string]: unknown;
}
export interface ConsentWithdrawn {
  party: string;
  reason: string;
  type: 'consent_withdrawn';
  [k: string]: unknown;
}
export interface RulesAccepted {
  name: string;
  party: string;
  type: 'rules_accepted';
  [k: string]: unknown;
}
export interface NoRecordingPromised {
  name: string;
  party: string;
  type: 'no_recording_promised';
  [k: string]: unknown;
}
export interface SelfCheckReported {
  camera: Verdict;
  down_kbit: number | null;
  line: Verdict;
  loss_permille: number | null;
  loudspeaker: Verdict;
  microphone: Verdict;
  party: string;
  rtt_ms: number | null;
  type: 'self_check_reported';
  up_kbit: number | null;
  [k: string]: unknown;
}
export interface CodeConfirmed {
  channel: string;
  party: string;
  type: 'code_confirmed';
  [k: string]: unknown;
}
export interface CodeLocked {
  party: string;
  type: 'code_locked';
  until: number;
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
export interface PartyReady {
  party: string;
  ready: boolean;
  type: 'party_ready';
  [k: string]: unknown;
}
export interface KioskCalled {
  kiosk: string;
  party: string;
  type: 'kiosk_called';
  [k: string]: unknown;
}
export interface OfficerStepDone {
  officer: string;
  party: string;
  step: OfficerStep;
  type: 'officer_step_done';
  [k: string]: unknown;
}
export interface IdentityCheckBegan {
  clerk: string;
  party: string;
  type: 'identity_check_began';
  [k: string]: unknown;
}
export interface IdentityCheckEnded {
  party: string;
  type: 'identity_check_ended';
  [k: string]: unknown;
}
export interface IdentityConfirmed {
  document: string;
  number: string;
  party: string;
  type: 'identity_confirmed';
  [k: string]: unknown;
}
export interface DocumentPictureKept {
  party: string;
  sha256: string;
  type: 'document_picture_kept';
  [k: string]: unknown;
}
export interface PartyAdmitted {
  party: string;
  type: 'party_admitted';
  [k: string]: unknown;
}
export interface PartyCalled {
  party: string;
  type: 'party_called';
  [k: string]: unknown;
}
export interface PartyDismissed {
  party: string;
  type: 'party_dismissed';
  [k: string]: unknown;
}
export interface PartyRemoved {
  party: string;
  reason: string;
  successor: string;
  type: 'party_removed';
  [k: string]: unknown;
}
export interface MicrophoneMuted {
  locked: boolean;
  party: string;
  type: 'microphone_muted';
  within: string[];
  [k: string]: unknown;
}
export interface MicrophoneUnmuted {
  party: string;
  type: 'microphone_unmuted';
  within: string[];
  [k: string]: unknown;
}
export interface WordGiven {
  party: string;
  type: 'word_given';
  [k: string]: unknown;
}
export interface WordWithdrawn {
  party: string;
  type: 'word_withdrawn';
  [k: string]: unknown;
}
export interface RequestRaised {
  kind: RequestKind;
  note: string;
  party: string;
  request: number;
  type: 'request_raised';
  [k: string]: unknown;
}
export interface RequestWithdrawn {
  request: number;
  type: 'request_withdrawn';
  [k: string]: unknown;
}
export interface RequestAnswered {
  answer: RequestAnswer;
  note: string;
  request: number;
  type: 'request_answered';
  [k: string]: unknown;
}
export interface SourceStarted {
  party: string;
  source: Source;
  type: 'source_started';
  within: string[];
  [k: string]: unknown;
}
export interface SourceStopped {
  party: string;
  source: Source;
  type: 'source_stopped';
  within: string[];
  [k: string]: unknown;
}
export interface SourcePaused {
  party: string;
  source: Source;
  type: 'source_paused';
  within: string[];
  [k: string]: unknown;
}
export interface SourceResumed {
  party: string;
  source: Source;
  type: 'source_resumed';
  within: string[];
  [k: string]: unknown;
}
export interface SharingLocked {
  party: string;
  type: 'sharing_locked';
  [k: string]: unknown;
}
export interface SharingAllowed {
  party: string;
  type: 'sharing_allowed';
  [k: string]: unknown;
}
export interface ChannelSet {
  closed: boolean;
  party: string;
  type: 'channel_set';
  [k: string]: unknown;
}
export interface ListeningSet {
  interpreter: string;
  party: string;
  type: 'listening_set';
  [k: string]: unknown;
}
export interface ConsultationAsked {
  consultation: number;
  into: number;
  parties: string[];
  party: string;
  type: 'consultation_asked';
  [k: string]: unknown;
}
export interface ConsultationAccepted {
  consultation: number;
  party: string;
  type: 'consultation_accepted';
  [k: string]: unknown;
}
export interface ConsultationDeclined {
  consultation: number;
  parties: string[];
  party: string;
  type: 'consultation_declined';
  [k: string]: unknown;
}
export interface ConsultationAwaitsLeave {
  consultation: number;
  into: number;
  parties: string[];
  type: 'consultation_awaits_leave';
  [k: string]: unknown;
}
export interface ConsultationLeaveDropped {
  consultation: number;
  parties: string[];
  type: 'consultation_leave_dropped';
  [k: string]: unknown;
}
export interface ConsultationPermitted {
  consultation: number;
  type: 'consultation_permitted';
  [k: string]: unknown;
}
export interface ConsultationBegan {
  consultation: number;
  parties: string[];
  permitted: boolean;
  type: 'consultation_began';
  [k: string]: unknown;
}
export interface ConsultationJoined {
  consultation: number;
  party: string;
  permitted: boolean | null;
  type: 'consultation_joined';
  [k: string]: unknown;
}
export interface ConsultationLocked {
  consultation: number;
  locked: boolean;
  type: 'consultation_locked';
  [k: string]: unknown;
}
export interface ConsultationLeft {
  consultation: number;
  party: string;
  type: 'consultation_left';
  [k: string]: unknown;
}
export interface ConsultationEnded {
  cause: TalkEnd;
  consultation: number;
  type: 'consultation_ended';
  [k: string]: unknown;
}
export interface ScreeningSet {
  screening: Screening;
  type: 'screening_set';
  [k: string]: unknown;
}
export interface ScreeningLifted {
  party: string;
  type: 'screening_lifted';
  [k: string]: unknown;
}
export interface ExhibitSubmitted {
  exhibit: number;
  media_type: string;
  name: string;
  pages: number;
  party: string;
  sha256: string;
  size: number;
  type: 'exhibit_submitted';
  [k: string]: unknown;
}
export interface ExhibitWithdrawn {
  exhibit: number;
  type: 'exhibit_withdrawn';
  [k: string]: unknown;
}
export interface ExhibitShown {
  exhibit: number;
  media_type: string;
  name: string;
  page: number;
  pages: number;
  party: string;
  sha256: string;
  type: 'exhibit_shown';
  [k: string]: unknown;
}
export interface PageTurned {
  exhibit: number;
  page: number;
  type: 'page_turned';
  [k: string]: unknown;
}
export interface ExhibitPlayed {
  exhibit: number;
  playing: boolean;
  position: number;
  type: 'exhibit_played';
  [k: string]: unknown;
}
export interface ExhibitHighlighted {
  exhibit: number;
  height: number;
  page: number;
  type: 'exhibit_highlighted';
  width: number;
  x: number;
  y: number;
  [k: string]: unknown;
}
export interface HighlightsCleared {
  exhibit: number;
  type: 'highlights_cleared';
  [k: string]: unknown;
}
export interface ExhibitHidden {
  exhibit: number;
  type: 'exhibit_hidden';
  [k: string]: unknown;
}
export interface OpinionGiven {
  authentic: Stance;
  exhibit: number;
  lawful: Stance;
  note: string;
  party: string;
  relevant: Stance;
  type: 'opinion_given';
  [k: string]: unknown;
}
export interface MessageSent {
  account: string;
  answers: number | null;
  message: number;
  sender: string;
  text: string;
  to: string;
  type: 'message_sent';
  [k: string]: unknown;
}
export interface MessagesRead {
  correspondent: string;
  reader: string;
  type: 'messages_read';
  up_to: number;
  [k: string]: unknown;
}
export interface ChatOpened {
  type: 'chat_opened';
  [k: string]: unknown;
}
export interface ChatClosed {
  type: 'chat_closed';
  [k: string]: unknown;
}
export interface LineEntered {
  after: number | null;
  ended_at: number;
  line: number;
  operation: string;
  speaker: string;
  started_at: number;
  text: string;
  type: 'line_entered';
  [k: string]: unknown;
}
export interface LineCorrected {
  ended_at: number | null;
  line: number;
  operation: string;
  revision: number;
  speaker: string;
  started_at: number | null;
  text: string;
  type: 'line_corrected';
  [k: string]: unknown;
}
export interface LineStruck {
  cause: StrikeCause;
  line: number;
  operation: string;
  revision: number;
  type: 'line_struck';
  [k: string]: unknown;
}
export interface LineRestored {
  line: number;
  operation: string;
  revision: number;
  type: 'line_restored';
  [k: string]: unknown;
}
export interface LineDisputed {
  disputed: boolean;
  line: number;
  operation: string;
  revision: number;
  type: 'line_disputed';
  [k: string]: unknown;
}
export interface OperationUndone {
  operation: string;
  type: 'operation_undone';
  undone: string;
  [k: string]: unknown;
}
export interface ReadBackBegan {
  ends_at: number;
  lines: ReadLine[];
  read_back: number;
  type: 'read_back_began';
  [k: string]: unknown;
}
/**
 * A line that is read back: whose voice, which span of it (Unix ms, with what leads in), where it stands in
 *     the record (`place`), and how long (ms) after the beginning of the read-back it is heard.
 */
export interface ReadLine {
  after: number;
  ended_at: number;
  line: number;
  place: number;
  speaker: string;
  started_at: number;
  [k: string]: unknown;
}
export interface ReadBackEnded {
  cause: ReadBackEnd;
  read_back: number;
  type: 'read_back_ended';
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
  key: SigningKey;
  name_image_sha256: string;
  party: string;
  sha256: string;
  strokes_sha256: string;
  type: 'transcript_signed';
  version: number;
  witness: string;
  [k: string]: unknown;
}
export interface SignatureRefused {
  party: string;
  reason: string;
  type: 'signature_refused';
  version: number;
  [k: string]: unknown;
}
export interface SignerIdentified {
  party: string;
  type: 'signer_identified';
  version: number;
  [k: string]: unknown;
}
export interface SignerAsserted {
  party: string;
  sha256: string;
  type: 'signer_asserted';
  version: number;
  [k: string]: unknown;
}
export interface HeldKeyPermitted {
  party: string;
  reason: string;
  type: 'held_key_permitted';
  [k: string]: unknown;
}
export interface RefusalSealed {
  party: string;
  sealed: boolean;
  sha256: string;
  type: 'refusal_sealed';
  version: number;
  [k: string]: unknown;
}
export interface TranscriptArchived {
  sha256: string;
  type: 'transcript_archived';
  version: number;
  [k: string]: unknown;
}
export interface TranscriptRead {
  page: number;
  party: string;
  type: 'transcript_read';
  version: number;
  [k: string]: unknown;
}
export interface PassagesConfirmed {
  party: string;
  passages: string[];
  type: 'passages_confirmed';
  version: number;
  [k: string]: unknown;
}
export interface ObjectionMade {
  ended_at: number;
  line: number;
  objection: number;
  party: string;
  place: number;
  quote: string;
  reason: string;
  started_at: number;
  type: 'objection_made';
  version: number;
  wording: string;
  [k: string]: unknown;
}
export interface ObjectionAccepted {
  objection: number;
  revision: number;
  type: 'objection_accepted';
  [k: string]: unknown;
}
export interface ObjectionRefused {
  objection: number;
  reason: string;
  type: 'objection_refused';
  [k: string]: unknown;
}
export interface ObjectionWithdrawn {
  objection: number;
  type: 'objection_withdrawn';
  [k: string]: unknown;
}
export interface RecordingBegan {
  at: number;
  party: string;
  source: string;
  type: 'recording_began';
  [k: string]: unknown;
}
export interface RecordingEnded {
  at: number;
  cause: string;
  party: string;
  source: string;
  type: 'recording_ended';
  [k: string]: unknown;
}
export interface SegmentRecorded {
  clean: boolean | null;
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
export interface RecordingRecovered {
  code: string;
  detail: string;
  type: 'recording_recovered';
  [k: string]: unknown;
}
export interface AccessSet {
  access: number;
  ended_at: number | null;
  level: Level;
  reason: string;
  started_at: number;
  type: 'access_set';
  [k: string]: unknown;
}
export interface AccessEnded {
  access: number;
  ended_at: number;
  type: 'access_ended';
  [k: string]: unknown;
}
export interface AccessLifted {
  access: number;
  reason: string;
  type: 'access_lifted';
  [k: string]: unknown;
}
export interface NotePlaced {
  at: number;
  note: number;
  private: boolean;
  text: string;
  type: 'note_placed';
  [k: string]: unknown;
}
export interface NoteRemoved {
  note: number;
  type: 'note_removed';
  [k: string]: unknown;
}
export interface DeletionProposed {
  reason: string;
  type: 'deletion_proposed';
  [k: string]: unknown;
}
export interface DeletionConsented {
  type: 'deletion_consented';
  [k: string]: unknown;
}
export interface DeletionDropped {
  type: 'deletion_dropped';
  [k: string]: unknown;
}
export interface RecordingDeleted {
  segments: number;
  size: number;
  type: 'recording_deleted';
  [k: string]: unknown;
}
export interface RootSigned {
  cause: RootCause;
  certificate: string;
  root: string;
  signature: string;
  signed_at: number;
  size: number;
  timestamp: string;
  type: 'root_signed';
  [k: string]: unknown;
}
export interface FaultExplained {
  certificate_sha256: string;
  ended_at: number;
  english: string;
  explanation: number;
  name_image_sha256: string;
  pages: number;
  sha256: string;
  started_at: number;
  text: string;
  type: 'fault_explained';
  [k: string]: unknown;
}
/**
 * The hearing as the reader may see it, after the number that comes with it.
 */
export interface HearingView {
  cancelled: boolean;
  case_number: string;
  chat: boolean;
  checklist: ChecklistItem[];
  closed_at: number | null;
  consultations: ConsultationView[];
  court: string;
  courtroom: string;
  deliberating: boolean;
  demands: Demands;
  exhibits: ExhibitView[];
  freeze: FreezeView | null;
  hearing: string;
  identity_checks: {
    [k: string]: string;
  };
  in_charge: string;
  lines: LineView[];
  marked: {
    [k: string]: number;
  };
  messages: MessageView[];
  minutes: number;
  objections: ObjectionView[];
  observers_allowed: boolean;
  off_record: boolean;
  opened_at: number | null;
  opens_at: number | null;
  pause_reason: string;
  phase: Phase;
  planned_at: number;
  procedure: string;
  public_excluded: boolean;
  read_by: {
    [k: string]: number;
  };
  read_up_to: {
    [k: string]: number;
  };
  reading: ReadingView | null;
  recording: RecordingView | null;
  requests: RequestView[];
  screenings: Screening[];
  sealed: SpanView[];
  seats: SeatView[];
  shown: ShownView | null;
  stage: Stage | null;
  stages: Stage[];
  suspended_until: number | null;
  title: string;
  word: string;
}
/**
 * A talk asked for (`began_at` None) or going on, of those the reader may know.
 *
 *     `into`: the talk that goes on into which one of its parties is asked.
 */
export interface ConsultationView {
  accepted: string[];
  asked_by: string;
  began_at: number | null;
  consultation: number;
  into: number;
  locked: boolean;
  members: string[];
  parties: string[];
  permitted: boolean;
}
/**
 * `size` in bytes; `pages` is 0 for what has none.
 */
export interface ExhibitView {
  exhibit: number;
  media_type: string;
  name: string;
  opinions: OpinionView[];
  original: boolean;
  pages: number;
  party: string;
  sha256: string;
  shown_at: number | null;
  size: number;
  submitted_at: number;
  was_shown: boolean;
  withdrawn: boolean;
}
/**
 * No note also where its words are sealed by order.
 */
export interface OpinionView {
  at: number;
  authentic: Stance;
  lawful: Stance;
  note: string;
  party: string;
  relevant: Stance;
}
/**
 * `signers` in the order of signing; `signed` is party to time, `refused` party to reason.
 *
 *     `identified`: whom the clerk knew on camera, since it was frozen; to bench, clerk and themselves.
 *     `earlier`: the versions before it that everybody had answered; their files stay. `read`: up to which
 *     page, `confirmed`: when they confirmed passages of it last; of everybody for the court, else one's own.
 */
export interface FreezeView {
  archived: boolean;
  changed_since: boolean;
  confirmed: {
    [k: string]: number;
  };
  digest: string;
  earlier: number[];
  frozen_at: number;
  identified: string[];
  pages: number;
  read: {
    [k: string]: number;
  };
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
/**
 * In the order of the record. No text: sealed by order, and not the reader's to know.
 *
 *     What is `struck` is not printed, and says why.
 */
export interface LineView {
  disputed: boolean;
  ended_at: number;
  line: number;
  revision: number;
  speaker: string;
  started_at: number;
  struck: StrikeCause | null;
  text: string;
}
/**
 * `sender` and `to`: a party, the desk `clerk` or `technician`; `to` may be `all`.
 */
export interface MessageView {
  answers: number | null;
  at: number;
  message: number;
  sender: string;
  text: string;
  to: string;
}
/**
 * A party asks that a line of a frozen version be corrected; no words where they are sealed.
 *
 *     `place`: the number that the version prints before it. `wording` instead of `quote`, or of the whole
 *     line. `answer` is why it was refused.
 */
export interface ObjectionView {
  answer: string;
  answered_at: number | null;
  answered_by: string;
  line: number;
  made_at: number;
  objection: number;
  party: string;
  place: number;
  quote: string;
  reason: string;
  standing: Standing;
  version: number;
  wording: string;
}
/**
 * What is read back to the courtroom now; of its lines those that this reader hears.
 */
export interface ReadingView {
  began_at: number;
  by: string;
  ends_at: number;
  lines: ReadLine[];
  read_back: number;
}
/**
 * How the recording goes: by party, the last faults, and the notes that explain them.
 */
export interface RecordingView {
  explanations: ExplanationView[];
  faults: FaultView[];
  parties: {
    [k: string]: RecordedView;
  };
}
/**
 * A signed note of what went wrong with the recording, up to `ended_at`.
 */
export interface ExplanationView {
  ended_at: number;
  explanation: number;
  pages: number;
  sha256: string;
  started_at: number;
}
export interface FaultView {
  at: number;
  code: string;
  detail: string;
  over_at: number | null;
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
export interface RequestView {
  kind: RequestKind;
  note: string;
  party: string;
  raised_at: number;
  request: number;
}
/**
 * A part of the timeline; `ended_at` None: it goes on.
 */
export interface SpanView {
  ended_at: number | null;
  started_at: number;
}
/**
 * One seat as the reader may see it. `sources`: what is sent, and whether it is running.
 */
export interface SeatView {
  admitted: boolean;
  channel_closed: boolean;
  consultation: number | null;
  counsel_for: string[];
  entry: EntryView | null;
  identified: boolean;
  inside: boolean;
  interpreter_for: string[];
  left_by: Departure | null;
  locked: boolean;
  locked_by: string;
  muted: boolean;
  name: string;
  party: string;
  presence: Presence;
  ready: boolean;
  role: Role;
  share_locked: boolean;
  share_locked_by: string;
  side: Side;
  sign_language: boolean;
  site: string;
  sources: {
    [k: string]: boolean;
  };
}
/**
 * How a party came in, for the court and themselves. `officer_steps` to the officer's name.
 */
export interface EntryView {
  accepted_as: string | null;
  camera: Device;
  check: CheckView | null;
  code_confirmed: boolean;
  code_confirmed_at: number;
  code_locked_until: number;
  consent_withdrawn: boolean;
  held_key: boolean;
  identity: IdentityView | null;
  kiosk: string;
  listens_to: string;
  microphone: Device;
  officer_steps: {
    [k: string]: string;
  };
  resembles: string;
}
/**
 * What the self-check found; rates in kbit/s, the round trip in ms, loss in thousandths.
 */
export interface CheckView {
  at: number;
  camera: Verdict;
  down_kbit: number | null;
  line: Verdict;
  loss_permille: number | null;
  loudspeaker: Verdict;
  microphone: Verdict;
  rtt_ms: number | null;
  up_kbit: number | null;
}
/**
 * `number` is masked.
 */
export interface IdentityView {
  confirmed_at: number;
  document: string;
  number: string;
  picture: boolean;
}
/**
 * The exhibit before the courtroom, on the presenter's page.
 */
export interface ShownView {
  exhibit: number;
  highlights: HighlightView[];
  media_type: string;
  moved_at: number;
  name: string;
  page: number;
  pages: number;
  party: string;
  playing: boolean;
  position: number;
  sha256: string;
}
/**
 * In ten-thousandths of the page's width and height.
 */
export interface HighlightView {
  height: number;
  page: number;
  width: number;
  x: number;
  y: number;
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
 * The server has closed one of the reader's own tracks: close `producer` too.
 *
 *     `stopped`: the court ended the share; `went_out`: it was for the room that the party has left.
 */
export interface ProducerClosed {
  producer: string;
  reason: 'stopped' | 'went_out';
  source: Source;
  type: 'producer_closed';
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
 * How the lines are of those whom the reader meets; the court is told of all. Not kept.
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
 * How the recording stands, for bench and clerk, once a second: `sources` by party. Not kept; what
 *     began to be wrong or is over is an event. `recorder`: it answers; `clock_off`: ms that the server's
 *     clock is ahead of the hearing's.
 */
export interface RecordingChecked {
  clock_off: number | null;
  directories: DirectoryChecked[];
  recorder: boolean;
  sources: {
    [k: string]: {
      [k: string]: SourceChecked;
    };
  };
  type: 'recording_checked';
}
/**
 * A place where recordings lie: bytes free, `minutes` at the present rate.
 */
export interface DirectoryChecked {
  code: string;
  free: number;
  minutes: number | null;
}
/**
 * How one source is recorded now. ms, None where there is nothing to measure.
 *
 *     `heard`: sound comes at the server; `in_file`: what comes is in the file; `behind`: the file behind
 *     the clock; `saved`: since it was made to survive a power cut; `code` of what is wrong, as of a fault.
 */
export interface SourceChecked {
  behind: number | null;
  code: string;
  flowing: boolean;
  heard: boolean | null;
  in_file: boolean;
  saved: number | null;
}
/**
 * Where the presenter points, in ten-thousandths of the page. Not kept.
 */
export interface Pointed {
  type: 'pointed';
  x: number;
  y: number;
}
/**
 * All lines that are being edited now, and by whom; for bench and clerks. Not kept.
 */
export interface LinesHeld {
  held: Held[];
  type: 'lines_held';
}
export interface Held {
  line: number;
  party: string;
}
/**
 * What a desk is typing, as far as it has come; for bench and clerks. `line` None: a new one. Not kept.
 */
export interface Typed {
  line: number | null;
  party: string;
  speaker: string;
  text: string;
  type: 'typed';
}
/**
 * What a party says, so far or `final`; to whoever has captions on and hears them. Not kept.
 */
export interface Captioned {
  final: boolean;
  party: string;
  text: string;
  type: 'captioned';
  utterance: string;
}
/**
 * The same for the clerks' desks: with its words and their times on the recording's clock.
 */
export interface DraftTold {
  draft: string;
  ended_at: number;
  final: boolean;
  party: string;
  started_at: number;
  text: string;
  type: 'draft_told';
  words: SpokenWord[];
}
export interface SpokenWord {
  at: number;
  text: string;
}
/**
 * Accepted, dropped, or given up.
 */
export interface DraftGone {
  draft: string;
  type: 'draft_gone';
}
/**
 * Whether there are captions; `without`: those whom one hears and has none of, as it is too much.
 */
export interface SpeechTold {
  state: 'down' | 'failed' | 'off' | 'on' | 'starting';
  type: 'speech_told';
  without: string[];
}
/**
 * The presiding judge has removed this party for good; the connection ends.
 */
export interface Removed {
  reason: string;
  type: 'removed';
}
/**
 * Another tab took the seat over; this one is done.
 */
export interface Superseded {
  type: 'superseded';
}
