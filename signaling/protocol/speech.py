"""Captions and drafts: what the recogniser heard. None of it is in the log."""

from typing import Annotated

from msgspec import Meta

from hearing_server.services.speech import SpeechState
from signaling.protocol.base import Ask, Id, Tell
from signaling.protocol.lines import Operation, Text
from signaling.view_types import Message

Draft = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9-]+$")]


class SwitchCaptions(Ask, frozen=True, kw_only=True):
    """Captions for this connection from now on, or no longer."""

    on: bool


class AcceptDraft(Ask, frozen=True, kw_only=True):
    """Enter a draft that is said to its end as a line of `speaker`, as it is or reworded."""

    draft: Draft
    speaker: Id
    text: Text
    operation: Operation = ""


class DropDraft(Ask, frozen=True, kw_only=True):
    draft: Draft


class SpokenWord(Message, frozen=True, kw_only=True):
    text: str
    at: int


class Captioned(Tell, frozen=True, kw_only=True):
    """What a party says, so far or `final`; to whoever has captions on and hears them. Not kept."""

    party: str
    utterance: str
    text: str
    final: bool


class DraftTold(Tell, frozen=True, kw_only=True):
    """The same for the clerks' desks: with its words and their times on the recording's clock."""

    draft: str
    party: str
    text: str
    words: list[SpokenWord]
    started_at: int
    ended_at: int
    final: bool


class DraftGone(Tell, frozen=True, kw_only=True):
    """Accepted, dropped, or given up."""

    draft: str


class SpeechTold(Tell, frozen=True, kw_only=True):
    """Whether there are captions; `without`: those whom one hears and has none of, as it is too much."""

    state: SpeechState
    without: list[str]
