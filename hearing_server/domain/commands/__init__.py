"""What can be asked of a hearing: one frozen type each. Who may and when stands in decide/."""

from hearing_server.domain.commands.course import (
    AdmitPublic,
    AllowObservers,
    AnnounceOpening,
    BeginDeliberation,
    Cancel,
    CloseHearing,
    EndDeliberation,
    EnterStage,
    ExcludePublic,
    MarkChecklist,
    OpenHearing,
    PauseHearing,
    Plan,
    Postpone,
    ResumeHearing,
    ReturnCharge,
    SuspendHearing,
    TakeCharge,
)
from hearing_server.domain.commands.custody import (
    ConsentToDeletion,
    DropDeletion,
    EndAccess,
    EnterDeletion,
    LiftAccess,
    PlaceNote,
    ProposeDeletion,
    RemoveNote,
    SetAccess,
)
from hearing_server.domain.commands.exhibits import (
    ClearHighlights,
    GiveOpinion,
    HideExhibit,
    HighlightExhibit,
    PlayExhibit,
    ShowExhibit,
    SubmitExhibit,
    TurnPage,
    WithdrawExhibit,
)
from hearing_server.domain.commands.floor import (
    AllowShare,
    AnswerRequest,
    GiveWord,
    ListenTo,
    Mute,
    MuteAll,
    PauseSource,
    RaiseHand,
    RaiseObjection,
    ResumeSource,
    SetChannel,
    StartSource,
    StopShare,
    StopSource,
    Unmute,
    WithdrawRequest,
    WithdrawWord,
)
from hearing_server.domain.commands.lines import (
    CorrectLine,
    DisputeLine,
    EnterLine,
    LineAt,
    MergeLines,
    ReplaceText,
    RestoreLine,
    SplitLine,
    StrikeLine,
    UndoOperation,
)
from hearing_server.domain.commands.messages import (
    CloseChat,
    OpenChat,
    ReadAtDesk,
    ReadMessages,
    SendFromDesk,
    SendMessage,
)
from hearing_server.domain.commands.objections import (
    AcceptObjection,
    ConfirmPassages,
    ObjectToLine,
    ReadTranscript,
    RefuseObjection,
    WithdrawObjection,
)
from hearing_server.domain.commands.people import (
    AddParty,
    Admit,
    AdmitAll,
    Arrive,
    BeginIdentityCheck,
    Call,
    CallKiosk,
    ConfirmCode,
    ConfirmIdentity,
    Dismiss,
    EndIdentityCheck,
    HandOver,
    KeepDocumentPicture,
    Leave,
    LockCode,
    RegisterObserver,
    Remove,
    RemoveObservers,
    ReportCheck,
    ReportDevices,
    ReportReady,
    TakeOfficerStep,
    WithdrawConsent,
)
from hearing_server.domain.commands.private import (
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
from hearing_server.domain.commands.read_back import FinishReadBack, ReadBack, StopReadBack
from hearing_server.domain.commands.record import (
    EnterArchive,
    EnterAssertion,
    EnterRecording,
    EnterRefusal,
    EnterRoot,
    EnterSeal,
    ExplainFault,
    FreezeTranscript,
    IdentifySigner,
    PermitHeldKey,
    RefuseSignature,
    Sign,
)

Command = (
    Plan
    | Postpone
    | Cancel
    | AnnounceOpening
    | OpenHearing
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
    | AddParty
    | HandOver
    | RegisterObserver
    | WithdrawConsent
    | ReportCheck
    | ConfirmCode
    | LockCode
    | Arrive
    | Leave
    | ReportDevices
    | ReportReady
    | CallKiosk
    | TakeOfficerStep
    | BeginIdentityCheck
    | EndIdentityCheck
    | ConfirmIdentity
    | KeepDocumentPicture
    | Admit
    | AdmitAll
    | Call
    | Dismiss
    | Remove
    | RemoveObservers
    | Mute
    | Unmute
    | MuteAll
    | GiveWord
    | WithdrawWord
    | RaiseHand
    | RaiseObjection
    | WithdrawRequest
    | AnswerRequest
    | StartSource
    | StopSource
    | PauseSource
    | ResumeSource
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
    | SubmitExhibit
    | WithdrawExhibit
    | ShowExhibit
    | TurnPage
    | PlayExhibit
    | HighlightExhibit
    | ClearHighlights
    | HideExhibit
    | GiveOpinion
    | SendMessage
    | SendFromDesk
    | ReadMessages
    | ReadAtDesk
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
    | ReadBack
    | StopReadBack
    | FinishReadBack
    | FreezeTranscript
    | EnterSeal
    | Sign
    | RefuseSignature
    | IdentifySigner
    | PermitHeldKey
    | EnterAssertion
    | ReadTranscript
    | ConfirmPassages
    | ObjectToLine
    | AcceptObjection
    | RefuseObjection
    | WithdrawObjection
    | EnterRefusal
    | EnterArchive
    | EnterRecording
    | SetAccess
    | EndAccess
    | LiftAccess
    | PlaceNote
    | RemoveNote
    | ProposeDeletion
    | ConsentToDeletion
    | DropDeletion
    | EnterDeletion
    | EnterRoot
    | ExplainFault
)

__all__ = [
    "AcceptConsultation",
    "AcceptObjection",
    "AddParty",
    "Admit",
    "AdmitAll",
    "AdmitPublic",
    "AllowObservers",
    "AllowShare",
    "AnnounceOpening",
    "AnswerRequest",
    "Arrive",
    "AskConsultation",
    "BeginDeliberation",
    "BeginIdentityCheck",
    "Call",
    "CallKiosk",
    "Cancel",
    "ClearHighlights",
    "CloseChat",
    "CloseHearing",
    "Command",
    "ConfirmCode",
    "ConfirmIdentity",
    "ConfirmPassages",
    "ConsentToDeletion",
    "CorrectLine",
    "DeclineConsultation",
    "Dismiss",
    "DisputeLine",
    "DropDeletion",
    "EndAccess",
    "EndConsultation",
    "EndDeliberation",
    "EndIdentityCheck",
    "EnterArchive",
    "EnterAssertion",
    "EnterDeletion",
    "EnterLine",
    "EnterRecording",
    "EnterRefusal",
    "EnterRoot",
    "EnterSeal",
    "EnterStage",
    "ExcludePublic",
    "ExplainFault",
    "FinishReadBack",
    "FreezeTranscript",
    "GiveOpinion",
    "GiveWord",
    "HandOver",
    "HideExhibit",
    "HighlightExhibit",
    "IdentifySigner",
    "JoinConsultation",
    "KeepDocumentPicture",
    "Leave",
    "LeaveConsultation",
    "LiftAccess",
    "LineAt",
    "ListenTo",
    "LockCode",
    "LockConsultation",
    "MarkChecklist",
    "MergeLines",
    "Mute",
    "MuteAll",
    "ObjectToLine",
    "OpenChat",
    "OpenHearing",
    "PauseHearing",
    "PauseSource",
    "PermitConsultation",
    "PermitHeldKey",
    "PlaceNote",
    "Plan",
    "PlayExhibit",
    "Postpone",
    "ProposeDeletion",
    "RaiseHand",
    "RaiseObjection",
    "ReadAtDesk",
    "ReadBack",
    "ReadMessages",
    "ReadTranscript",
    "RefuseObjection",
    "RefuseSignature",
    "RegisterObserver",
    "Remove",
    "RemoveNote",
    "RemoveObservers",
    "ReplaceText",
    "ReportCheck",
    "ReportDevices",
    "ReportReady",
    "RestoreLine",
    "ResumeHearing",
    "ResumeSource",
    "ReturnCharge",
    "Screen",
    "SendFromDesk",
    "SendMessage",
    "SetAccess",
    "SetChannel",
    "ShowExhibit",
    "Sign",
    "SplitLine",
    "StartSource",
    "StopReadBack",
    "StopShare",
    "StopSource",
    "StrikeLine",
    "SubmitExhibit",
    "SuspendHearing",
    "TakeCharge",
    "TakeOfficerStep",
    "TurnPage",
    "UndoOperation",
    "Unmute",
    "Unscreen",
    "WithdrawConsent",
    "WithdrawExhibit",
    "WithdrawObjection",
    "WithdrawRequest",
    "WithdrawWord",
]
