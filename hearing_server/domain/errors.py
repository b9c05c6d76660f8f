"""What can be refused, each with a stable code that clients, logs and tests rely on."""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """One code for each way of being refused. The text beside it is for people; the code is the contract."""

    BAD_MESSAGE = "bad_message"  # not a message of the protocol, or a field out of its bounds
    NOT_ALLOWED = "not_allowed"  # this role never may
    WRONG_PHASE = "wrong_phase"  # this role may, but not now
    UNKNOWN_HEARING = "unknown_hearing"
    UNKNOWN_PARTY = "unknown_party"
    UNKNOWN_LINE = "unknown_line"
    NOT_PRESENT = "not_present"  # the party has not entered or has left
    NOT_WAITING = "not_waiting"  # admitted already, or not arrived
    RULES_NOT_ACCEPTED = "rules_not_accepted"
    SEAT_TAKEN = "seat_taken"  # another tab holds the seat; ask to take over
    SUPERSEDED = "superseded"  # this tab has been taken over
    NO_CHANGE = "no_change"  # it is so already
    STALE_REVISION = (
        "stale_revision"  # the line has changed since it was read; or the detail names the lines
    )
    LINE_STRUCK = "line_struck"  # the detail says why: struck, merged, undone
    LINE_HELD = "line_held"  # somebody else is editing it; the detail is who
    EMPTY = "empty"  # a text that says nothing
    NOTHING_TO_FREEZE = "nothing_to_freeze"
    TRANSCRIPT_CHANGED = (
        "transcript_changed"  # lines changed since the freeze, or a newer version exists
    )
    TRANSCRIPT_COMPLETE = (
        "transcript_complete"  # the hearing is closed and everybody has signed or refused
    )
    NOT_FROZEN = "not_frozen"
    NOT_A_SIGNER = "not_a_signer"
    ALREADY_ANSWERED = "already_answered"  # this party has signed or refused this version
    OBJECTION_OPEN = "objection_open"  # one's own, or for the last signature anybody's
    NOT_YOUR_TURN = "not_your_turn"  # clerk after the parties, presiding judge last
    UNPRINTABLE_CHARACTER = "unprintable_character"
    UNKNOWN_DRAFT = "unknown_draft"  # accepted or dropped at another desk, or not said to its end
    REMOVED = "removed"  # by the presiding judge, for good
    REPLACED = "replaced"  # of the court: somebody else has the seat
    IDENTITY_NOT_CONFIRMED = "identity_not_confirmed"  # demanded before admission
    CHECKLIST_OPEN = "checklist_open"  # the detail names the items; a reason closes over them
    OBSERVERS_NOT_ALLOWED = "observers_not_allowed"  # no direction of the judge, or no public
    JUDGE_IS_HERE = "judge_is_here"  # the clerk takes charge only in the judge's absence
    MICROPHONE_LOCKED = "microphone_locked"  # by the court
    SHARE_LOCKED = "share_locked"  # the court stopped this party's share
    SHARE_TAKEN = "share_taken"  # somebody else's screen or exhibit is before the courtroom
    DELIBERATING = (
        "deliberating"  # the courtroom would see what the bench looks at while it deliberates
    )
    NOT_LINKED = "not_linked"  # a private talk is among counsel, client and their interpreter
    NEEDS_LEAVE = "needs_leave"  # of the judge, in session
    CONSULTING = "consulting"  # in another private talk
    CONSULTATION_LOCKED = "consultation_locked"
    CHAT_CLOSED = "chat_closed"
    BAD_FILE = "bad_file"  # the detail begins with the reason (adapters/examining/verdict.py)
    TOO_LARGE = "too_large"  # the detail is the most, in MB
    QUOTA = "quota"  # of a party or the whole hearing; the detail is the most, in MB
    BAD_TOKEN = "bad_token"  # wrong, expired or used  # noqa: S105 - a code, not a secret
    NO_SESSION = "no_session"
    CODE_NEEDED = "code_needed"  # the one-time code was not entered in this session
    CODE_WRONG = "code_wrong"  # or older than ten minutes, or sent to another browser
    NO_CONTACT = "no_contact"  # nothing on file to send the code to: the clerk reads one out
    BAD_PICTURE = "bad_picture"  # no JPEG or PNG of a sensible size
    BAD_ORIGIN = "bad_origin"
    TOO_MANY = "too_many"  # a rate or a cap
    BAD_SIGNATURE = "bad_signature"
    BUSY = "busy"  # another signature is being placed, or the store is locked: try again
    NOT_SAVED = "not_saved"  # the store did not take it: nothing has happened
    NOT_FOUND = "not_found"
    NO_MODEL = "no_model"  # for speech: none is configured
    NO_SOUND = "no_sound"  # nothing was recorded of these lines
    SOUND_NOT_READY = "sound_not_ready"  # it is recorded, and not yet written: in some seconds
    BAD_FIELDS = "bad_fields"  # the answer's `faults` say which, and what is wrong with each
    CLASH = "clash"  # courtroom, staff or a person is elsewhere then; `clashes` say where
    IN_USE = "in_use"  # a case with a hearing is closed, never deleted; who sits in one stays in it
    NOT_READ = "not_read"  # a page was not shown to this signer; the detail is which
    OTHER_DIGEST = "other_digest"  # the statement is of another document than the one to be signed
    DEADLINE_PASSED = "deadline_passed"  # for signing
    NO_CONSENT = "no_consent"  # to electronic service, or not by the ways that the detail names
    SEALED = "sealed"  # it was printed or copied before words or pictures in it were sealed
    PUBLIC_EXCLUDED = "public_excluded"  # what is sealed by that stays so until the public is back
    RETENTION = (
        "retention"  # the recording must still be kept; the detail says until when (Unix ms)
    )
    SECOND_PERSON = "second_person"  # deleting takes two, one of them the presiding judge
    RECORDING_DAMAGED = "recording_damaged"  # a segment is missing or not what the log says
    NO_KEY_FRAME = (
        "no_key_frame"  # a camera sent none for so long that its pictures cannot be played
    )
    BAD_CREDENTIALS = "bad_credentials"  # login, password or code: never said which
    LOCKED = "locked"  # too many wrong tries: after a while again
    PROVE_AGAIN = "prove_again"  # the second factor once more, before an act of administration
    WEAK_PASSWORD = "weak_password"  # the detail says why  # noqa: S105 - a code, not a secret
    LOGIN_TAKEN = "login_taken"
    ROLES_CONFLICT = "roles_conflict"  # nobody is both administrator and auditor
    LAST_ADMINISTRATOR = "last_administrator"  # nobody would be left to administer accounts
    LAST_FACTOR = "last_factor"  # the only second factor of an account that needs one
    MEDIA = "media"  # the media plane refused; the detail carries its own code
    INTERNAL = "internal"


PASSING = frozenset({Code.NOT_SAVED, Code.BUSY})  # trying the same again later may succeed


class Refused(Exception):
    """A command or request that is not carried out. Nothing has changed when this is raised.

    `more` are plain JSON values that an HTTP answer carries beside code and detail.
    """

    def __init__(
        self, code: Code, detail: str = "", more: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.more = more or {}
