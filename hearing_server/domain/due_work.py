"""What the server still has to do to a hearing's documents, so that the files say what the log says. Pure."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from hearing_server.domain.hearing import HearingState
from hearing_server.domain.objections import unanswered
from hearing_server.domain.record import Freeze

UNFINISHED = "document_unfinished"  # the fault that says that it does not get on


class Work(StrEnum):
    SEAL = "seal"  # print a version and seal it
    REFUSAL = "refusal"  # seal into the file who will not sign
    ARCHIVE = "archive"  # what proves it for the long term


class Due(NamedTuple):
    work: Work
    version: int
    party: str = ""


def due(state: HearingState) -> tuple[Due, ...]:
    """In the order in which it is done; the newest version first, on which people wait."""
    newest = state.freeze
    if newest is None:
        return ()
    found = list(_of_version(newest, last=not unanswered(state.objections)))
    if not newest.sealed and not newest.changed_since:
        found.append(Due(Work.SEAL, newest.version))
    for earlier in reversed(state.earlier):
        found += _of_version(earlier, last=True)
    return tuple(found)


def _of_version(freeze: Freeze, *, last: bool) -> Iterator[Due]:
    """The archive comes behind the last answer, of a signer or to an objection, and the last refusal's seal."""
    if not freeze.sealed or freeze.archived:
        return
    for party in freeze.refusals_due:
        yield Due(Work.REFUSAL, freeze.version, party)
    if last and freeze.answered and not freeze.refusals_due:
        yield Due(Work.ARCHIVE, freeze.version)
