"""What of a paper's log its people may have in a copy of their own: the rest stands as hashes alone. Pure.

What the file itself shows is for everybody who signed it: who was asked, who signed, that the court sealed it.
What somebody else did or was told, read, objected or refused is theirs and the court's.
"""

from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.events import PaperEvent
from hearing_server.domain.papers.paper import Paper, Phase

OVER = (Phase.COMPLETE, Phase.WITHDRAWN)

_OF_FILE = (
    ev.PaperMade,
    ev.PaperWithdrawn,
    ev.SigningOpened,
    ev.PaperSealed,
    ev.PaperSigned,
    ev.DeadlinePassed,
    ev.PaperCompleted,
    ev.PaperRootSigned,
)
_OF_LETTER = (ev.LetterDelivered, ev.LetterFailed, ev.LetterReadOut)
# Of one person, and for the desk: where the clerk's help is wanted.
_OF_COURT = (ev.PersonStuck, ev.SigningClosed)


def gives_copy(paper: Paper, person: str) -> bool:
    """Whether a person may have the bundle of a paper of their own: once it is over, whoever signed it."""
    signer = paper.signers.get(person)
    return paper.phase in OVER and signer is not None and signer.signed_at is not None


def visible(paper: Paper, event: PaperEvent, person: str) -> bool:
    """Whether a person has this entry in their copy."""
    if isinstance(event, _OF_FILE):
        return True
    if isinstance(event, _OF_COURT):
        return False
    if isinstance(event, _OF_LETTER):
        return paper.letters[event.message].post.person == person
    if isinstance(event, ev.LetterQueued):
        return event.post.person == person
    if isinstance(event, ev.ServiceBegun):
        return event.to.person == person
    return event.person == person
