"""Hearings to test with: plainly invented people, and a state machine one can drive in a line."""

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import decide, entered_by
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.parties import Party, Role, Side

JUDGE = Party(id="judge", role=Role.PRESIDING_JUDGE, name="宋审判（虚构）", site="成都")
CLERK = Party(id="clerk", role=Role.CLERK, name="季书记（虚构）", site="成都")
PROSECUTOR = Party(id="prosecutor", role=Role.PROSECUTOR, name="公诉甲（虚构）", site="检察院")
DEFENDANT = Party(id="defendant", role=Role.DEFENDANT, name="被告乙（虚构）", site="看守所")
COUNSEL = Party(id="counsel", role=Role.COUNSEL, name="辩护丙（虚构）", site="律所")
WITNESS = Party(id="witness", role=Role.WITNESS, name="证人丁（虚构）", site="家")
MEMBER = Party(id="member", role=Role.JUDGE, name="合议戊（虚构）", site="成都")
ADVOCATE = Party(
    id="advocate",
    role=Role.COUNSEL,
    name="辩护己（虚构）",
    site="律所",
    side=Side.DEFENCE,
    counsel_for=("defendant",),
)
INTERPRETER = Party(
    id="interpreter",
    role=Role.INTERPRETER,
    name="翻译庚（虚构）",
    site="家",
    interpreter_for=("defendant",),
)
SECOND = Party(id="second", role=Role.WITNESS, name="证人辛（虚构）", site="家")
OFFICER = Party(id="officer", role=Role.DETENTION_OFFICER, name="民警壬（虚构）", site="看守所")
PUBLIC = Party(id="public", role=Role.OBSERVER, name="旁听癸（虚构）")
# Everybody that the rules tell apart.
FULL = (
    JUDGE, MEMBER, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE, INTERPRETER, WITNESS, SECOND, OFFICER,
    PUBLIC,
)  # fmt: skip
FIVE = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, COUNSEL)

NOW = 1_790_000_000_000
DIGEST = "d" * 64
SHA = "a" * 64


def planned(*parties: Party) -> ev.HearingPlanned:
    return ev.HearingPlanned(
        hearing="h1",
        court="示范人民法院",
        case_number="（2026）川0104刑初123号",
        procedure="criminal",
        courtroom="第一法庭",
        title="虚构盗窃案",
        planned_at=NOW,
        parties=parties or FIVE,
    )


class World:
    """A hearing and its log, driven by commands."""

    def __init__(self, *parties: Party, plan: ev.HearingPlanned | None = None) -> None:
        self.state = HearingState()
        self.entries: list[Entry] = []
        self.now = NOW
        self.do(SERVER, cmd.Plan(planned=plan or planned(*parties)))

    def do(self, by: str, command: cmd.Command) -> tuple[ev.Event, ...]:
        self.now += 1000
        events = decide(self.state, command, by, self.now)
        for event in events:
            entry = Entry(
                hearing="h1",
                seq=self.state.seq + 1,
                at=self.now,
                by=entered_by(command, event, by),
                event=event,
            )
            self.state = apply(self.state, entry)
            self.entries.append(entry)
        return events

    def arrive(self, *parties: Party, connection: str = "c") -> "World":
        for party in parties:
            self.do(
                party.id, cmd.Arrive(connection=f"{connection}-{party.id}", accepted_as=party.name)
            )
        return self

    def admit(self, *parties: Party) -> "World":
        for party in parties:
            self.do("judge", cmd.Admit(party=party.id))
        return self

    def send(self, *parties: Party) -> "World":
        for party in parties:
            self.do(party.id, cmd.StartSource(source=ev.Source.CAMERA))
            self.do(party.id, cmd.StartSource(source=ev.Source.MICROPHONE))
        return self

    def read_by(self, party: Party) -> None:
        """The newest version to its end, unless they have."""
        freeze = self.state.freeze
        assert freeze is not None
        if freeze.read.get(party.id, 0) < freeze.pages:
            self.do(party.id, cmd.ReadTranscript(version=freeze.version, page=freeze.pages))

    def signed_by(self, party: Party) -> None:
        version = self.state.freeze.version if self.state.freeze else 0
        self.read_by(party)
        self.do(
            party.id,
            cmd.Sign(version=version, sha256=SHA, certificate_sha256=SHA, name_image_sha256=SHA),
        )


def courtroom(*extra: Party) -> World:
    """All five here, admitted and sending; not yet opened."""
    parties = FIVE + extra
    world = World(*parties).arrive(*parties)
    world.admit(*(p for p in parties if p is not JUDGE and p.role is not Role.CLERK))
    return world.send(*parties)


def in_session(*extra: Party) -> World:
    world = courtroom(*extra)
    world.do("judge", cmd.OpenHearing())
    return world


def frozen() -> World:
    """Closed, one line, frozen and sealed."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.CloseHearing())
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=2, sha256=SHA))
    return world
