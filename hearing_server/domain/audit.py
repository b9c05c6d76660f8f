"""The audit trail as a chain: each row holds the hash of the row before it, so none can be changed,
left out or moved without breaking every later one."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FIRST = bytes(32)  # what stands before the first row
BOUNDS = {"actor": 64, "subject": 128, "detail": 500, "address": 64}  # characters


class Action(StrEnum):
    """What was done. Others add theirs here, with a word for it in both languages (audit.action)."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOCKED = "locked"  # too many wrong tries
    LOGOUT = "logout"
    PROVED_AGAIN = "proved_again"  # a second factor before an act of administration
    DENIED = "denied"
    VIEW = "view"
    DOWNLOAD = "download"
    EXPORT = "export"
    EXPORT_ENDED = "export_ended"  # cancelled, or taken away with its file
    OVERRIDE = "override"
    SEAT_ENTERED = "seat_entered"  # from an account, without a link
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_MADE = "recovery_made"
    RECOVERY_USED = "recovery_used"
    PASSWORD_SET = "password_set"  # noqa: S105 - an action, not a secret
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_RESET = "account_reset"
    TRAIL_CHECKED = "trail_checked"
    CASE_CREATED = "case_created"
    CASE_CHANGED = "case_changed"
    CASE_CLOSED = "case_closed"
    CASE_REOPENED = "case_reopened"
    CASE_DELETED = "case_deleted"
    CASES_IMPORTED = "cases_imported"
    COURTROOM_CHANGED = "courtroom_changed"
    PAPER_MADE = "paper_made"  # from a template, or from a file
    PAPER_SENT = "paper_sent"  # round for signatures
    PAPER_REMINDED = "paper_reminded"
    PAPER_ANSWERED = "paper_answered"  # an objection
    PAPER_KEY = "paper_key"  # a key of the court's is permitted
    PAPER_CLOSED = "paper_closed"  # before everybody had answered
    PAPER_WITHDRAWN = "paper_withdrawn"
    PAPER_SERVED = "paper_served"
    CONSENT_RECORDED = "consent_recorded"  # to electronic service, given or revoked
    HEARING_PLANNED = "hearing_planned"
    HEARING_POSTPONED = "hearing_postponed"
    HEARING_CANCELLED = "hearing_cancelled"
    PARTY_ADDED = "party_added"
    SEAT_HANDED_OVER = "seat_handed_over"
    INVITED = "invited"
    LINK_SHOWN = "link_shown"  # of a party's seat, to a clerk
    READ_OUT = "read_out"  # a message, by a clerk
    CODE_READ = "code_read"  # a one-time code, by a clerk to a party without a contact
    FAULT_EXPLAINED = "fault_explained"  # a note of the recording, signed
    PICTURE_SEEN = "picture_seen"  # of a document, by bench or clerk
    PICTURES_REMOVED = "pictures_removed"  # of documents, by the server, when their time is over
    KIOSK_ADDED = "kiosk_added"
    KIOSK_PAIRED = "kiosk_paired"  # the machine has entered its code
    KIOSK_REVOKED = "kiosk_revoked"
    ACCESS_SET = "access_set"  # who may play a recording, or a span of it
    ACCESS_ENDED = "access_ended"
    ACCESS_LIFTED = "access_lifted"
    NOTE_PLACED = "note_placed"  # beside a recording
    NOTE_REMOVED = "note_removed"
    DELETION_PROPOSED = "deletion_proposed"  # of a recording, by the first of two
    DELETION_CONSENTED = "deletion_consented"
    DELETION_DROPPED = "deletion_dropped"
    RECORDING_DELETED = "recording_deleted"  # by the server, as two persons ordered
    OBSERVERS_LINK = "observers_link"  # made or revoked


@dataclass(frozen=True, kw_only=True)
class Row:
    """One act. `at` is Unix milliseconds, `id` counts from 1 without a gap.

    `actor` is a login, a party's id or "server"; `subject` is what it was done to.
    """

    id: int
    at: int
    actor: str
    action: str
    subject: str = ""
    detail: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A row as it stands in the chain."""

    row: Row
    previous: bytes
    hash: bytes


def link(row: Row, previous: bytes) -> Link:
    """SHA-256 over the previous hash and the row as JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(row.__dict__, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(previous + text.encode("utf-8", "backslashreplace")).digest()
    return Link(row=row, previous=previous, hash=digest)


def first_broken(links: Iterable[Link], after: int = 0, previous: bytes = FIRST) -> int | None:
    """The number of the first row that is not what was written, not in its place or missing."""
    for number, one in enumerate(links, start=after + 1):
        if one.row.id != number or one != link(one.row, previous):
            return number
        previous = one.hash
    return None


def bounded(text: str, field: str) -> str:
    """The text as a row may hold it: printable, in one line, of limited length."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    limit = BOUNDS[field]
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
