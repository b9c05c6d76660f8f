"""Every message between browser and server, as types. PROTOCOL.md says the same in words.

A browser sends an Ask and gets exactly one Answer to it; the server sends a Tell whenever it has one.
One file a subject, as the events are; codec.py decodes and encodes them. This is the index of all of them, and
so over 400 lines.
"""

from signaling.protocol.answers import (
    Clash,
    Done,
    Failed,
    IceRestarted,
    Produced,
    TransportCreated,
    Welcome,
)
from signaling.protocol.base import Answer, Ask, Ortc, Tell
from signaling.protocol.course import (
    AdmitPublic,
    AllowObservers,
    AnnounceOpening,
    BeginDeliberation,
    CloseHearing,
    EndDeliberation,
    EnterStage,
    ExcludePublic,
    MarkChecklist,
    OpenHearing,
    PauseHearing,
    ResumeHearing,
    ReturnCharge,
    SuspendHearing,
    TakeCharge,
)
from signaling.protocol.exhibits import (
    ClearHighlights,
    GiveOpinion,
    HideExhibit,
    HighlightExhibit,
    PlayExhibit,
    Point,
    ShowExhibit,
    TurnPage,
    WithdrawExhibit,
)
from signaling.protocol.floor import (
    AllowShare,
    AnswerRequest,
    GiveWord,
    ListenTo,
    Mute,
    MuteAll,
    RaiseHand,
    RaiseObjection,
    SetChannel,
    StopShare,
    Unmute,
    WithdrawRequest,
    WithdrawWord,
)
from signaling.protocol.lines import (
    CorrectLine,
    DisputeLine,
    EnterLine,
    HoldLine,
    MergeLines,
    ReleaseLine,
    ReplaceText,
    RestoreLine,
    SplitLine,
    StrikeLine,
    TypeLine,
    UndoOperation,
)
from signaling.protocol.media import (
    CloseProducer,
    ConnectTransport,
    CreateTransport,
    PauseProducer,
    Produce,
    RestartIce,
    ResumeConsumer,
    ResumeProducer,
)
from signaling.protocol.messages import CloseChat, OpenChat, ReadMessages, SendMessage
from signaling.protocol.people import (
    Admit,
    AdmitAll,
    BeginIdentityCheck,
    Call,
    ConfirmIdentity,
    Dismiss,
    EndIdentityCheck,
    Enter,
    Leave,
    Remove,
    RemoveObservers,
    ReportCheck,
    ReportDevices,
    ReportReady,
    TakeOfficerStep,
    WithdrawConsent,
)
from signaling.protocol.private import (
    AcceptConsultation,
    AskConsultation,
    DeclineConsultation,
    EndConsultation,
    JoinConsultation,
    LeaveConsultation,
    LockConsultation,
    PermitConsultation,
    Screen,
    Unscreen,
)
from signaling.protocol.read_back import ReadBack, StopReadBack
from signaling.protocol.record import (
    AcceptObjection,
    ConfirmPassages,
    FreezeTranscript,
    IdentifySigner,
    ObjectToLine,
    PermitHeldKey,
    ReadTranscript,
    RefuseObjection,
    RefuseSignature,
    WithdrawObjection,
)
from signaling.protocol.speech import (
    AcceptDraft,
    Captioned,
    DraftGone,
    DraftTold,
    DropDraft,
    SpeechTold,
    SpokenWord,
    SwitchCaptions,
)
from signaling.protocol.tells import (
    AnyEvent,
    ConsumerClosed,
    ConsumerOpened,
    DirectoryChecked,
    EventTold,
    Held,
    Levels,
    LinesHeld,
    Pointed,
    ProducerClosed,
    Qualities,
    Quality,
    RecordingChecked,
    Removed,
    SourceChecked,
    Superseded,
    Typed,
    ViewTold,
)

AnyAsk = (
    OpenHearing
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
    | ResumeConsumer
)

AnyAnswer = Done | Failed | Welcome | TransportCreated | IceRestarted | Produced

AnyTell = (
    EventTold
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
    | Superseded
)


__all__ = [
    "AcceptConsultation",
    "AcceptDraft",
    "AcceptObjection",
    "Admit",
    "AdmitAll",
    "AdmitPublic",
    "AllowObservers",
    "AllowShare",
    "AnnounceOpening",
    "Answer",
    "AnswerRequest",
    "AnyAnswer",
    "AnyAsk",
    "AnyEvent",
    "AnyTell",
    "Ask",
    "AskConsultation",
    "BeginDeliberation",
    "BeginIdentityCheck",
    "Call",
    "Captioned",
    "Clash",
    "ClearHighlights",
    "CloseChat",
    "CloseHearing",
    "CloseProducer",
    "ConfirmIdentity",
    "ConfirmPassages",
    "ConnectTransport",
    "ConsumerClosed",
    "ConsumerOpened",
    "CorrectLine",
    "CreateTransport",
    "DeclineConsultation",
    "DirectoryChecked",
    "Dismiss",
    "DisputeLine",
    "Done",
    "DraftGone",
    "DraftTold",
    "DropDraft",
    "EndConsultation",
    "EndDeliberation",
    "EndIdentityCheck",
    "Enter",
    "EnterLine",
    "EnterStage",
    "EventTold",
    "ExcludePublic",
    "Failed",
    "FreezeTranscript",
    "GiveOpinion",
    "GiveWord",
    "Held",
    "HideExhibit",
    "HighlightExhibit",
    "HoldLine",
    "IceRestarted",
    "JoinConsultation",
    "Leave",
    "LeaveConsultation",
    "Levels",
    "LinesHeld",
    "ListenTo",
    "LockConsultation",
    "MarkChecklist",
    "MergeLines",
    "Mute",
    "MuteAll",
    "ObjectToLine",
    "OpenChat",
    "OpenHearing",
    "Ortc",
    "PauseHearing",
    "PauseProducer",
    "PermitConsultation",
    "PlayExhibit",
    "Point",
    "Pointed",
    "Produce",
    "Produced",
    "ProducerClosed",
    "Qualities",
    "Quality",
    "RaiseHand",
    "RaiseObjection",
    "ReadBack",
    "ReadMessages",
    "ReadTranscript",
    "RecordingChecked",
    "RefuseObjection",
    "RefuseSignature",
    "ReleaseLine",
    "Remove",
    "RemoveObservers",
    "Removed",
    "ReplaceText",
    "ReportCheck",
    "ReportDevices",
    "ReportReady",
    "RestartIce",
    "RestoreLine",
    "ResumeConsumer",
    "ResumeHearing",
    "ResumeProducer",
    "ReturnCharge",
    "Screen",
    "SendMessage",
    "SetChannel",
    "ShowExhibit",
    "SourceChecked",
    "SpeechTold",
    "SplitLine",
    "SpokenWord",
    "StopReadBack",
    "StopShare",
    "StrikeLine",
    "Superseded",
    "SuspendHearing",
    "SwitchCaptions",
    "TakeCharge",
    "TakeOfficerStep",
    "Tell",
    "TransportCreated",
    "TurnPage",
    "TypeLine",
    "Typed",
    "UndoOperation",
    "Unmute",
    "Unscreen",
    "ViewTold",
    "Welcome",
    "WithdrawConsent",
    "WithdrawExhibit",
    "WithdrawObjection",
    "WithdrawRequest",
    "WithdrawWord",
]
