"""A courtroom in which everything that can be said is said, and what each reader finds of it, in all forms."""

import dataclasses

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.copies import withheld
from hearing_server.domain.log import SERVER, to_record
from hearing_server.domain.visible import seen
from signaling import views

from .world import (
    FULL,
    PUBLIC,
    SHA,
    World,
)


def room() -> World:
    """Everybody but the second witness sits inside when the public is excluded; the first was called."""
    world = World(*FULL).arrive(*FULL)
    world.do("judge", cmd.AdmitAll())
    world.do("judge", cmd.AllowObservers(allowed=True))
    world.do("judge", cmd.Admit(party=PUBLIC.id)) if not world.state.seats[
        PUBLIC.id
    ].admitted else ()
    world.do("judge", cmd.OpenHearing())
    return world


def everything(world: World, mark: str) -> World:
    """One of everything that can be said, each word of it with this mark."""
    if not world.state.chat:
        world.do("judge", cmd.OpenChat())
    exhibit = cmd.SubmitExhibit(
        party="prosecutor", name=f"{mark}-file.pdf", media_type="application/pdf",
        size=9, sha256=SHA, pages=2,
    )  # fmt: skip
    world.do(SERVER, exhibit)
    number = len(world.state.exhibits)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=number))
    world.do("prosecutor", cmd.HideExhibit())
    stances = {"authentic": ev.Stance.NO, "lawful": ev.Stance.YES, "relevant": ev.Stance.YES}
    world.do("defendant", cmd.GiveOpinion(exhibit=number, note=f"{mark}-opinion", **stances))
    world.do("defendant", cmd.GiveOpinion(exhibit=number, note=f"{mark}-opinion again", **stances))
    world.do("clerk", cmd.EnterLine(speaker="prosecutor", text=f"{mark}-line"))
    line = len(world.state.lines)
    corrected = cmd.CorrectLine(
        line=line, revision=1, speaker="prosecutor", text=f"{mark}-correction"
    )
    world.do("clerk", corrected)
    world.do("advocate", cmd.RaiseObjection(reason=f"{mark}-objection"))
    answer = cmd.AnswerRequest(
        request=world.state.requests_made, answer=ev.RequestAnswer.OVERRULED, note=f"{mark}-answer"
    )
    world.do("judge", answer)
    world.do("advocate", cmd.SendMessage(to="all", text=f"{mark}-chat"))
    world.do("clerk", cmd.PlaceNote(at=world.now, text=f"{mark}-note", private=False))
    world.do("judge", cmd.PauseHearing(reason=f"{mark}-pause"))
    return world


@dataclasses.dataclass
class Told:
    """What a reader finds of a hearing, in all forms."""

    live: str
    view: str
    copy: str


def told(world: World, reader: str) -> Told:
    state = world.state
    kept = [e for e in world.entries if not withheld(state, e, reader)]
    return Told(
        live=str([seen(state, entry, reader) for entry in world.entries]),
        view=str(views.view(state, reader)),
        copy=str([to_record(entry) for entry in kept]),
    )


def outside(world: World) -> str:
    return str([to_record(e) for e in world.entries if not withheld(world.state, e, None)])


COURT = ("judge", "member", "clerk")
SIDES = ("prosecutor", "defendant", "advocate", "interpreter")
