"""Commands about the people of a hearing."""

from dataclasses import dataclass

from hearing_server.domain import events as ev
from hearing_server.domain.parties import Party


@dataclass(frozen=True, kw_only=True)
class AddParty:
    """By the court's staff outside the hearing."""

    party: Party
    account: str


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """By the court's staff outside the hearing: the seat of one of its people goes to another."""

    party: str
    successor: Party
    reason: str
    account: str


@dataclass(frozen=True, kw_only=True)
class RegisterObserver:
    """Said by the server of somebody who came by the observers' link."""

    party: Party
    address: str
    origin: str = ""
    holds: tuple[str, ...] = ()  # the seats that their browser has the sessions of


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent:
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportCheck:
    """What the self-check found; also on a day before the hearing."""

    camera: ev.Verdict
    microphone: ev.Verdict
    loudspeaker: ev.Verdict
    line: ev.Verdict
    up_kbit: int | None = None
    down_kbit: int | None = None
    rtt_ms: int | None = None
    loss_permille: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmCode:
    party: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class LockCode:
    party: str
    until: int


@dataclass(frozen=True, kw_only=True)
class Arrive:
    """`accepted_as`: the name under which consent, rules and the no-recording declaration were accepted just now."""

    connection: str
    accepted_as: str | None = None
    camera: ev.Device = ev.Device.UNKNOWN
    microphone: ev.Device = ev.Device.UNKNOWN
    take_over: bool = False


@dataclass(frozen=True, kw_only=True)
class Leave:
    """Said by the server of a connection that has ended."""

    party: str
    connection: str
    cause: ev.Departure


@dataclass(frozen=True, kw_only=True)
class ReportDevices:
    camera: ev.Device
    microphone: ev.Device


@dataclass(frozen=True, kw_only=True)
class ReportReady:
    ready: bool


@dataclass(frozen=True, kw_only=True)
class CallKiosk:
    party: str
    kiosk: str


@dataclass(frozen=True, kw_only=True)
class TakeOfficerStep:
    """From the kiosk in whose seat the detained person sits."""

    step: ev.OfficerStep
    officer: str


@dataclass(frozen=True, kw_only=True)
class BeginIdentityCheck:
    party: str


@dataclass(frozen=True, kw_only=True)
class EndIdentityCheck:
    party: str


@dataclass(frozen=True, kw_only=True)
class ConfirmIdentity:
    """`number` is the whole number; only its masked form is kept."""

    party: str
    document: str
    number: str


@dataclass(frozen=True, kw_only=True)
class KeepDocumentPicture:
    party: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Admit:
    party: str


@dataclass(frozen=True, kw_only=True)
class AdmitAll:
    """Everybody who waits and may be admitted, the screened last."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """`together`: other witnesses stay in the courtroom (a confrontation)."""

    party: str
    together: bool = False


@dataclass(frozen=True, kw_only=True)
class Dismiss:
    party: str


@dataclass(frozen=True, kw_only=True)
class Remove:
    party: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RemoveObservers:
    """All of them, whoever watches now and whoever has registered."""

    reason: str
