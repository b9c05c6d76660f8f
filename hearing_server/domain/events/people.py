"""The people of a hearing: who consented, arrived, proved who they are, was admitted, called, dismissed."""

from dataclasses import dataclass

from hearing_server.domain.events.values import Departure, Device, OfficerStep, Verdict
from hearing_server.domain.parties import Party, Role


@dataclass(frozen=True, kw_only=True)
class PartyAdded:
    """Somebody who was not planned. `account` stands only in logs from before there was SeatGiven."""

    party: Party
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class SeatGiven:
    """What the court keeps to itself of a seat: the staff `account` that sits there, empty for who comes by a
    link, and the one `by` which it was added after the planning; `instead_of` is whose place it takes.
    """

    party: str
    role: Role
    account: str
    by: str = ""
    instead_of: str = ""


@dataclass(frozen=True, kw_only=True)
class ObserverRegistered:
    """`address` is for the court alone, and so is `resembles`: the removed observer whom this may be again.

    `origin` tells, by a keyed digest, whether two came from the same network address; it is told to nobody.
    """

    party: Party
    address: str
    origin: str = ""
    resembles: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """To the online hearing (法释〔2021〕12号 art. 2), by name."""

    party: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn:
    party: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RulesAccepted:
    """The party accepted the rules of the court, by name."""

    party: str
    name: str


@dataclass(frozen=True, kw_only=True)
class NoRecordingPromised:
    """The declaration not to record or spread the hearing (art. 27), by name."""

    party: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SelfCheckReported:
    """Rates in kbit/s, the round trip in ms, loss in thousandths; None where it was not measured."""

    party: str
    camera: Verdict
    microphone: Verdict
    loudspeaker: Verdict
    line: Verdict
    up_kbit: int | None
    down_kbit: int | None
    rtt_ms: int | None
    loss_permille: int | None


@dataclass(frozen=True, kw_only=True)
class CodeConfirmed:
    """The one-time code sent over `channel` (mail, sms, clerk) was entered."""

    party: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class CodeLocked:
    """Wrong codes too often: none is taken until then."""

    party: str
    until: int


@dataclass(frozen=True, kw_only=True)
class PartyArrived:
    party: str
    connection: str


@dataclass(frozen=True, kw_only=True)
class PartyLeft:
    party: str
    connection: str
    cause: Departure


@dataclass(frozen=True, kw_only=True)
class DevicesReported:
    party: str
    camera: Device
    microphone: Device


@dataclass(frozen=True, kw_only=True)
class PartyReady:
    """What the party says of itself in the waiting room."""

    party: str
    ready: bool


@dataclass(frozen=True, kw_only=True)
class KioskCalled:
    """A detention centre's machine was told to take this seat."""

    party: str
    kiosk: str


@dataclass(frozen=True, kw_only=True)
class OfficerStepDone:
    party: str
    step: OfficerStep
    officer: str


@dataclass(frozen=True, kw_only=True)
class IdentityCheckBegan:
    """The clerk and the waiting party see and hear each other, nobody else."""

    party: str
    clerk: str


@dataclass(frozen=True, kw_only=True)
class IdentityCheckEnded:
    party: str


@dataclass(frozen=True, kw_only=True)
class IdentityConfirmed:
    """On camera against the document; only a masked number is ever kept."""

    party: str
    document: str
    number: str


@dataclass(frozen=True, kw_only=True)
class DocumentPictureKept:
    """`sha256` is of the picture before it was encrypted."""

    party: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PartyAdmitted:
    party: str


@dataclass(frozen=True, kw_only=True)
class PartyCalled:
    """Into the courtroom: a witness, or somebody who was dismissed."""

    party: str


@dataclass(frozen=True, kw_only=True)
class PartyDismissed:
    """Out of hearing and sight, to be called again."""

    party: str


@dataclass(frozen=True, kw_only=True)
class PartyRemoved:
    """For good. `successor` is who sits for the court instead, in a seat of their own."""

    party: str
    reason: str
    successor: str = ""
