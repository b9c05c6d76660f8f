"""What the child says of a file. `Bad` carries the reason; pages have words for each."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Besides these there is `other_type`: the name says another type (domain/exhibit_names.py)."""

    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"  # neither PDF, picture, sound nor film
    UNPLAYABLE = "unplayable"  # a codec that browsers do not play; the detail names it
    DAMAGED = "damaged"  # it does not open, or breaks off
    ENCRYPTED = "encrypted"
    ACTIVE = "active"  # it would do something; the detail names what
    TWO_IN_ONE = "two_in_one"  # another file stands behind its end
    BOMB = "bomb"  # it unpacks to, or draws, far more than it is
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_LONG = "too_long"  # it plays for more than half a day
    ATTACHMENTS = "attachments"  # of papers alone, as the next two: another file inside
    FORM = "form"  # fields that can be filled in
    SIGNED = "signed"  # it has signatures of its own
    TOO_HEAVY = "too_heavy"  # it could not be examined within the limits


class Bad(Exception):
    """The file is refused."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`pages` is 0 for what has none. `notes` name what the owner should know: attachments, links."""

    media_type: str
    pages: int
    notes: tuple[str, ...] = ()
