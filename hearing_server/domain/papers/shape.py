"""What is looked up of a paper without its log: written with each entry, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.events import Post
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper, Phase
from hearing_server.domain.papers.proof import due


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A paper in a list. `people` are those to whom it is addressed, by signing or by service."""

    id: str
    case: str
    title: str
    template: str
    language: str
    phase: Phase
    made_at: int
    deadline: int | None
    signers: int
    signed: int
    refused: int
    stuck: int
    people: tuple[str, ...]
    root_due: int | None  # when its root is to be signed


@dataclass(frozen=True, kw_only=True)
class Change:
    """What entries change in the look-ups: the paper's shape, letters that wait, letters that are done."""

    shape: Shape
    queued: tuple[Post, ...]
    failed: tuple[str, ...]
    delivered: tuple[str, ...]


def shape_of(paper: Paper) -> Shape:
    assert paper.made is not None
    signers, to_sign = paper.signers.values(), due(paper)
    return Shape(
        id=paper.id,
        case=paper.made.case,
        title=paper.made.title,
        template=paper.made.template,
        language=paper.made.language,
        phase=paper.phase,
        made_at=paper.made_at,
        deadline=paper.signing.deadline if paper.signing and paper.signers else None,
        signers=len(paper.signers),
        signed=sum(one.signed_at is not None for one in signers),
        refused=sum(one.refused is not None for one in signers),
        stuck=sum(one.stuck is not None for one in signers),
        people=tuple(dict.fromkeys((*paper.signers, *paper.services))),
        root_due=to_sign.at if to_sign else None,
    )


def change_of(paper: Paper, entries: Sequence[Entry]) -> Change:
    """`paper` is the state with the entries in it."""
    events = [entry.event for entry in entries]
    return Change(
        shape=shape_of(paper),
        queued=tuple(event.post for event in events if isinstance(event, ev.LetterQueued)),
        failed=tuple(event.message for event in events if isinstance(event, ev.LetterFailed)),
        delivered=tuple(
            event.message
            for event in events
            if isinstance(event, ev.LetterDelivered | ev.LetterReadOut)
        ),
    )
