"""A hearing walked at random: any party gives any command with arguments that may or may not make sense."""

import dataclasses
import random
import types
import typing
from enum import StrEnum
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.commands import Command
from hearing_server.domain.decide import RULES
from hearing_server.domain.errors import Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.parties import Party, Role, Side
from hearing_server.domain.places import private_room
from hearing_server.domain.procedures import TEMPLATES, Procedure

from .world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    JUDGE,
    MEMBER,
    PROSECUTOR,
    SHA,
    WITNESS,
    World,
    planned,
)

INTERPRETER = Party(
    id="interpreter",
    role=Role.INTERPRETER,
    name="翻译己（虚构）",
    interpreter_for=("defendant",),
)
PEOPLE = (
    JUDGE,
    CLERK,
    dataclasses.replace(PROSECUTOR, side=Side.CLAIM),
    dataclasses.replace(DEFENDANT, side=Side.DEFENCE, account=""),
    dataclasses.replace(COUNSEL, side=Side.DEFENCE, counsel_for=("defendant",)),
    WITNESS,
    INTERPRETER,
    MEMBER,
)
TALKERS = ("defendant", "counsel", "interpreter")
SENDS = (cmd.StartSource, cmd.StopSource, cmd.PauseSource, cmd.ResumeSource)
RARE = (
    cmd.CloseHearing,
    cmd.SuspendHearing,
    cmd.Remove,
    cmd.Cancel,
    cmd.EnterArchive,
    cmd.Leave,
    cmd.HandOver,
)


class Walker:
    """Drives a World; every step is one command that somebody gave, refused or not."""

    def __init__(self, chance: random.Random, *people: Party) -> None:
        self.chance = chance
        people = people or PEOPLE
        template = TEMPLATES[Procedure.CRIMINAL]
        plan = dataclasses.replace(
            planned(*people), stages=template.stages, checklist=template.checklist
        )
        self.world = World(plan=plan)
        self.by = SERVER
        for party in people:
            if chance.random() < 0.8:
                self.world.arrive(party)

    @property
    def state(self) -> HearingState:
        return self.world.state

    def step(self) -> tuple[Command, list[Entry]]:
        """One command, and the entries that it made: none when it was refused."""
        self.by, command = self._towards_a_private_room() or self._any()
        before = len(self.world.entries)
        try:
            self.world.do(self.by, command)
        except Refused:
            return command, []
        return command, self.world.entries[before:]

    def _towards_a_private_room(self) -> tuple[str, Command] | None:
        """The way into one is long, and what happens in it is what must stay there."""
        chance, state = self.chance, self.state
        talks = [talk for talk in state.consultations.values() if talk.began_at is None]
        apart = [party for party in state.seats if private_room(state, party)]
        roll = chance.random()
        if roll < 0.1 and talks:
            talk = chance.choice(talks)
            waiting = [party for party in talk.parties if party not in talk.accepted]
            if not waiting:
                return "judge", cmd.PermitConsultation(consultation=talk.consultation)
            return waiting[0], cmd.AcceptConsultation(consultation=talk.consultation)
        going = [talk for talk in state.consultations.values() if talk.began_at is not None]
        if roll < 0.13 and going:
            talk = chance.choice(going)
            further = cmd.AskConsultation(parties=(chance.choice(TALKERS),), into=talk.consultation)
            return talk.members[0], further
        if roll < 0.15:
            by, other = chance.sample(TALKERS, 2)
            return by, cmd.AskConsultation(parties=(other,))
        if roll < 0.17:
            return "clerk", self._make(cmd.BeginIdentityCheck)
        if roll < 0.3 and apart:
            return chance.choice(apart), self._make(chance.choice(SENDS))
        return None

    def _any(self) -> tuple[str, Command]:
        kinds = [kind for kind in RULES if kind is not cmd.Plan]
        weights = [0.03 if kind in RARE else 1.0 for kind in kinds]
        kind = self.chance.choices(kinds, weights)[0]
        parties = list(self.state.seats)
        by = SERVER if RULES[kind].server else self.chance.choice(parties)
        if RULES[kind].right is not None and self.chance.random() < 0.5:
            by = "judge"
        return by, self._make(kind)

    def _make(self, kind: type) -> Command:
        hints = typing.get_type_hints(kind)
        made: Command = kind(**{name: self._value(name, hint) for name, hint in hints.items()})
        return made

    def _value(self, name: str, hint: Any) -> Any:
        chance, state = self.chance, self.state
        parties = list(state.seats)
        special: dict[str, Any] = {
            "speaker": lambda: chance.choice(parties),
            "connection": self._connection,
            "item": lambda: chance.choice([i.id for i in state.checklist]),
            "event": lambda: ev.GapFound(
                party="judge", source="camera", started_at=1, ended_at=2, cause="network"
            ),
            "root": lambda: ev.RootSigned(
                size=chance.randint(1, max(1, state.seq)),
                root=SHA,
                cause=ev.RootCause.PAUSED,
                signed_at=self.world.now,
                signature="c2ln",
                certificate="Y2Vy",
                timestamp=chance.choice(["", "dHN0"]),
            ),
            "to": lambda: chance.choice([*parties, "clerk", "technician", "all"]),
            "correspondent": lambda: chance.choice([*parties, "clerk", "technician", "all"]),
            "interpreter": lambda: chance.choice(["", "interpreter"]),
            "until": lambda: self.world.now + 3_600_000,
            "kept_until": lambda: self.world.now + chance.choice([-1000, 3_600_000]),
            "started_at": lambda: chance.choice([0, self.world.now - chance.randint(0, 60_000)]),
            "ended_at": lambda: chance.choice([None, self.world.now - chance.randint(0, 30_000)]),
            "account": lambda: "account",
            "successor": lambda: dataclasses.replace(
                self._party(), role=Role.CLERK, account=f"account-{state.seq}"
            ),
            "into": lambda: 0,
            "holds": lambda: (),
            "operation": lambda: f"operation-{state.seq}",
            "undone": lambda: chance.choice([one.operation for one in state.operations] or ["x"]),
            "following": self._line_at,
            "lines": lambda: tuple({self._line_at() for _ in range(2)}),
            "passages": lambda: tuple(state.freeze.passages)[:2] if state.freeze else (),
            "version": lambda: state.freeze.version if state.freeze else 1,
            "quote": lambda: "",
            "find": lambda: chance.choice(["虚构", "言"]),
            "replacement": lambda: chance.choice(["", "虚拟", "语"]),
            "accepted_as": lambda: "虚构",
            "planned_at": lambda: self.world.now + 1000,
            "number": lambda: "510104199001011234",
        }
        if name in special:
            return special[name]()
        if name == "party":
            return self._party() if hint is Party else chance.choice(parties)
        if name == "parties":
            return tuple(chance.sample(parties, chance.randint(1, 2)))
        if "sha256" in name or name == "digest":
            return SHA
        return self._of(hint)

    def _of(self, hint: Any) -> Any:
        chance = self.chance
        if isinstance(hint, types.UnionType):
            return chance.choice([None, self._of(hint.__args__[0])])
        if hint is bool:
            return chance.random() < 0.5
        if hint is int:
            return chance.randint(1, 4)
        if hint is str:
            return "虚构之言"
        if hint is ev.Screening:
            one, *others = chance.sample(list(self.state.seats), 3)
            return ev.Screening(party=one, hidden_from=tuple(others), alias="甲")
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return chance.choice(list(hint))
        raise TypeError(hint)

    def _line_at(self) -> cmd.LineAt:
        if not self.state.lines:
            return cmd.LineAt(line=1, revision=1)
        line = self.chance.choice(self.state.lines[:6])
        return cmd.LineAt(line=line.line, revision=line.revision)

    def _connection(self) -> str:
        here = [s.connection for s in self.state.seats.values() if s.connection]
        return self.chance.choice([f"c{self.chance.randint(1, 10**6)}", *here])

    def _party(self) -> Party:
        number = self.chance.randint(1, 5)
        role = self.chance.choice([Role.WITNESS, Role.COUNSEL, Role.OBSERVER])
        return Party(id=f"extra-{number}", role=role, name=f"虚构{number}")
