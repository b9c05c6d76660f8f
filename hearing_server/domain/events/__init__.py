"""The facts of a hearing. Each is one frozen type; together they are the log.

Times are Unix milliseconds of the calendar clock, ids are opaque strings, hashes are lower-case hex of SHA-256.
This is the index of all of them, and so over 400 lines; facts.py has their plain form.
"""

import typing

from hearing_server.domain.events.course import (
    ChargeReturned,
    ChargeTaken,
    ChecklistMarked,
    DeliberationBegan,
    DeliberationEnded,
    HearingCancelled,
    HearingClosed,
    HearingOpened,
    HearingPaused,
    HearingPlanned,
    HearingPostponed,
    HearingResumed,
    HearingSuspended,
    ObserversAllowed,
    OpeningAnnounced,
    PublicAdmitted,
    PublicExcluded,
    StageEntered,
    WaitingRoomOpened,
)
from hearing_server.domain.events.custody import (
    AccessEnded,
    AccessLifted,
    AccessSet,
    DeletionConsented,
    DeletionDropped,
    DeletionProposed,
    NotePlaced,
    NoteRemoved,
    RecordingDeleted,
)
from hearing_server.domain.events.exhibits import (
    ExhibitHidden,
    ExhibitHighlighted,
    ExhibitPlayed,
    ExhibitShown,
    ExhibitSubmitted,
    ExhibitWithdrawn,
    HighlightsCleared,
    OpinionGiven,
    PageTurned,
)
from hearing_server.domain.events.floor import (
    ChannelSet,
    ListeningSet,
    MicrophoneMuted,
    MicrophoneUnmuted,
    RequestAnswered,
    RequestRaised,
    RequestWithdrawn,
    SharingAllowed,
    SharingLocked,
    SourcePaused,
    SourceResumed,
    SourceStarted,
    SourceStopped,
    WordGiven,
    WordWithdrawn,
)
from hearing_server.domain.events.lines import (
    LineCorrected,
    LineDisputed,
    LineEntered,
    LineRestored,
    LineStruck,
    OperationUndone,
    StrikeCause,
)
from hearing_server.domain.events.messages import (
    ChatClosed,
    ChatOpened,
    MessageSent,
    MessagesRead,
)
from hearing_server.domain.events.objections import (
    ObjectionAccepted,
    ObjectionMade,
    ObjectionRefused,
    ObjectionWithdrawn,
    PassagesConfirmed,
    TranscriptRead,
)
from hearing_server.domain.events.people import (
    CodeConfirmed,
    CodeLocked,
    ConsentGiven,
    ConsentWithdrawn,
    DevicesReported,
    DocumentPictureKept,
    IdentityCheckBegan,
    IdentityCheckEnded,
    IdentityConfirmed,
    KioskCalled,
    NoRecordingPromised,
    ObserverRegistered,
    OfficerStepDone,
    PartyAdded,
    PartyAdmitted,
    PartyArrived,
    PartyCalled,
    PartyDismissed,
    PartyLeft,
    PartyReady,
    PartyRemoved,
    RulesAccepted,
    SeatGiven,
    SelfCheckReported,
)
from hearing_server.domain.events.private import (
    ConsultationAccepted,
    ConsultationAsked,
    ConsultationAwaitsLeave,
    ConsultationBegan,
    ConsultationDeclined,
    ConsultationEnded,
    ConsultationJoined,
    ConsultationLeaveDropped,
    ConsultationLeft,
    ConsultationLocked,
    ConsultationPermitted,
    ScreeningLifted,
    ScreeningSet,
)
from hearing_server.domain.events.read_back import (
    ReadBackBegan,
    ReadBackEnd,
    ReadBackEnded,
    ReadLine,
)
from hearing_server.domain.events.record import (
    FaultExplained,
    GapFound,
    HeldKeyPermitted,
    RecordingBegan,
    RecordingEnded,
    RecordingFault,
    RecordingRecovered,
    RefusalSealed,
    RootSigned,
    SegmentRecorded,
    SignatureRefused,
    SignerAsserted,
    SignerIdentified,
    TranscriptArchived,
    TranscriptFrozen,
    TranscriptSealed,
    TranscriptSigned,
)
from hearing_server.domain.events.values import (
    HEARD,
    SEEN,
    SHARE,
    ChecklistItem,
    Demands,
    Departure,
    Device,
    Level,
    OfficerStep,
    RequestAnswer,
    RequestKind,
    RootCause,
    Screening,
    SigningKey,
    Source,
    Span,
    Stage,
    Stance,
    TalkEnd,
    Verdict,
)

Event = (
    HearingPlanned
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
    | FaultExplained
)

EVENT_TYPES: tuple[type, ...] = typing.get_args(Event)


__all__ = [
    "EVENT_TYPES",
    "HEARD",
    "SEEN",
    "SHARE",
    "AccessEnded",
    "AccessLifted",
    "AccessSet",
    "ChannelSet",
    "ChargeReturned",
    "ChargeTaken",
    "ChatClosed",
    "ChatOpened",
    "ChecklistItem",
    "ChecklistMarked",
    "CodeConfirmed",
    "CodeLocked",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ConsultationAccepted",
    "ConsultationAsked",
    "ConsultationAwaitsLeave",
    "ConsultationBegan",
    "ConsultationDeclined",
    "ConsultationEnded",
    "ConsultationJoined",
    "ConsultationLeaveDropped",
    "ConsultationLeft",
    "ConsultationLocked",
    "ConsultationPermitted",
    "DeletionConsented",
    "DeletionDropped",
    "DeletionProposed",
    "DeliberationBegan",
    "DeliberationEnded",
    "Demands",
    "Departure",
    "Device",
    "DevicesReported",
    "DocumentPictureKept",
    "Event",
    "ExhibitHidden",
    "ExhibitHighlighted",
    "ExhibitPlayed",
    "ExhibitShown",
    "ExhibitSubmitted",
    "ExhibitWithdrawn",
    "FaultExplained",
    "GapFound",
    "HearingCancelled",
    "HearingClosed",
    "HearingOpened",
    "HearingPaused",
    "HearingPlanned",
    "HearingPostponed",
    "HearingResumed",
    "HearingSuspended",
    "HeldKeyPermitted",
    "HighlightsCleared",
    "IdentityCheckBegan",
    "IdentityCheckEnded",
    "IdentityConfirmed",
    "KioskCalled",
    "Level",
    "LineCorrected",
    "LineDisputed",
    "LineEntered",
    "LineRestored",
    "LineStruck",
    "ListeningSet",
    "MessageSent",
    "MessagesRead",
    "MicrophoneMuted",
    "MicrophoneUnmuted",
    "NoRecordingPromised",
    "NotePlaced",
    "NoteRemoved",
    "ObjectionAccepted",
    "ObjectionMade",
    "ObjectionRefused",
    "ObjectionWithdrawn",
    "ObserverRegistered",
    "ObserversAllowed",
    "OfficerStep",
    "OfficerStepDone",
    "OpeningAnnounced",
    "OperationUndone",
    "OpinionGiven",
    "PageTurned",
    "PartyAdded",
    "PartyAdmitted",
    "PartyArrived",
    "PartyCalled",
    "PartyDismissed",
    "PartyLeft",
    "PartyReady",
    "PartyRemoved",
    "PassagesConfirmed",
    "PublicAdmitted",
    "PublicExcluded",
    "ReadBackBegan",
    "ReadBackEnd",
    "ReadBackEnded",
    "ReadLine",
    "RecordingBegan",
    "RecordingDeleted",
    "RecordingEnded",
    "RecordingFault",
    "RecordingRecovered",
    "RefusalSealed",
    "RequestAnswer",
    "RequestAnswered",
    "RequestKind",
    "RequestRaised",
    "RequestWithdrawn",
    "RootCause",
    "RootSigned",
    "RulesAccepted",
    "Screening",
    "ScreeningLifted",
    "ScreeningSet",
    "SeatGiven",
    "SegmentRecorded",
    "SelfCheckReported",
    "SharingAllowed",
    "SharingLocked",
    "SignatureRefused",
    "SignerAsserted",
    "SignerIdentified",
    "SigningKey",
    "Source",
    "SourcePaused",
    "SourceResumed",
    "SourceStarted",
    "SourceStopped",
    "Span",
    "Stage",
    "StageEntered",
    "Stance",
    "StrikeCause",
    "TalkEnd",
    "TranscriptArchived",
    "TranscriptFrozen",
    "TranscriptRead",
    "TranscriptSealed",
    "TranscriptSigned",
    "Verdict",
    "WaitingRoomOpened",
    "WordGiven",
    "WordWithdrawn",
]
