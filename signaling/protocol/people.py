"""Asks about the people of a hearing: entering, proving who one is, being admitted."""

from typing import Annotated

from msgspec import Meta

from hearing_server.domain.events import Device, OfficerStep, Verdict
from signaling.protocol.base import Ask, Count, Id, Name, Reason


class Enter(Ask, frozen=True, kw_only=True):
    """First ask of every connection: take the seat. `after` is the last number this tab has seen."""

    after: Count | None = None
    accepted_as: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    camera: Device = Device.UNKNOWN
    microphone: Device = Device.UNKNOWN
    take_over: bool = False


class Leave(Ask, frozen=True, kw_only=True):
    """The party leaves on purpose."""


class WithdrawConsent(Ask, frozen=True, kw_only=True):
    reason: Reason


class ReportDevices(Ask, frozen=True, kw_only=True):
    camera: Device
    microphone: Device


class ReportCheck(Ask, frozen=True, kw_only=True):
    """What the self-check found; rates in kbit/s, the round trip in ms, loss in thousandths."""

    camera: Verdict
    microphone: Verdict
    loudspeaker: Verdict
    line: Verdict
    up_kbit: Count | None = None
    down_kbit: Count | None = None
    rtt_ms: Count | None = None
    loss_permille: Count | None = None


class ReportReady(Ask, frozen=True, kw_only=True):
    ready: bool


class TakeOfficerStep(Ask, frozen=True, kw_only=True):
    """One of the officer's four steps at a kiosk, in their order."""

    step: OfficerStep
    officer: Name


class BeginIdentityCheck(Ask, frozen=True, kw_only=True):
    """The clerk and a waiting party see and hear each other, nobody else."""

    party: Id


class EndIdentityCheck(Ask, frozen=True, kw_only=True):
    party: Id


class ConfirmIdentity(Ask, frozen=True, kw_only=True):
    """`number` is the whole number; the server keeps its masked form alone."""

    party: Id
    document: Name
    number: Name


class Admit(Ask, frozen=True, kw_only=True):
    party: Id


class AdmitAll(Ask, frozen=True, kw_only=True):
    """Everybody who waits and may be admitted, the screened last."""


class Call(Ask, frozen=True, kw_only=True):
    """Into the courtroom. A witness comes alone, unless `together`."""

    party: Id
    together: bool = False


class Dismiss(Ask, frozen=True, kw_only=True):
    """Out of hearing and sight, to be called again."""

    party: Id


class Remove(Ask, frozen=True, kw_only=True):
    """For good."""

    party: Id
    reason: Reason


class RemoveObservers(Ask, frozen=True, kw_only=True):
    """All of them, for good: whoever watches now, and whoever has registered."""

    reason: Reason
