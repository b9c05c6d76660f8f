"""A paper that one can drive in a line: invented people, a clock that is turned by hand."""

from dataclasses import dataclass, field

from hearing_server.domain.events import RootCause
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.decide import decide
from hearing_server.domain.papers.events import Addressee, Basis, Letter, Post, Way
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper, fold
from hearing_server.domain.parties import Role

NOW = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR
SHA = "a" * 64
JIA = Addressee(person="jia", role=Role.PLAINTIFF, label="原告", name="甲某（虚构）")
YI = Addressee(person="yi", role=Role.DEFENDANT, label="被告", name="乙某（虚构）")
MADE = ev.PaperMade(
    paper="p1", case="c1", case_number="（2026）测0001民初1号", case_title="甲诉乙", court="虚构法院",
    title="调解协议", language="zh-CN", template="mediation_agreement",
)  # fmt: skip
BASIS = Basis(given_at=NOW - DAY, how="express", through="form", confirmed=(Way.EMAIL,))


def post(person: str, message: str, letter: Letter = Letter.SIGN, way: Way = Way.EMAIL) -> Post:
    return Post(message=message, person=person, letter=letter, way=way)


@dataclass
class World:
    now: int = NOW
    paper: Paper = field(default_factory=Paper)
    entries: list[Entry] = field(default_factory=list)

    def do(self, command: cmd.Command, by: str = "clerk") -> list[object]:
        """What came of it; the state follows from the entries alone."""
        events = decide(self.paper, command, self.now)
        seq = self.paper.seq
        made = [
            Entry(log="p1", seq=seq + n, at=self.now, by=by, event=event)
            for n, event in enumerate(events, start=1)
        ]
        self.entries += made
        self.paper = fold(made, self.paper)
        return list(events)

    def made(self) -> "World":
        self.do(cmd.Make(made=MADE))
        return self

    def opened(self, *signers: Addressee, **changes: object) -> "World":
        wanted: dict[str, object] = {
            "signers": signers, "digest": SHA, "deadline": self.now + 3 * DAY, "code": False,
            "stuck_after": DAY, "remind_before": (DAY, 2 * HOUR), **changes,
        }  # fmt: skip
        self.do(cmd.OpenSigning(**wanted))  # type: ignore[arg-type]
        return self

    def sealed(self, pages: int = 2) -> "World":
        posts = tuple(post(person, f"m-{person}") for person in self.paper.signers)
        self.do(cmd.EnterSeal(sha256=SHA, pages=pages, posts=posts), "server")
        return self

    def read(self, person: str) -> "World":
        self.do(cmd.Open(person=person), person)
        self.do(cmd.ShowPages(person=person, pages=tuple(range(1, self.paper.pages + 1))), person)
        return self

    def signed(self, person: str) -> "World":
        self.read(person)
        self.do(sign(person, self.paper.sha256), person)
        return self

    def complete(self) -> "World":
        self.do(cmd.EnterCompletion(base=self.paper.sha256, sha256="f" * 64), "server")
        return self

    def root(self, cause: RootCause, timestamp: str = "AA==") -> list[object]:
        made = root_over(self.paper.fact_seq, cause, timestamp)
        return self.do(cmd.EnterRoot(root=made), "server")

    def served(self, *ways: Way, basis: Basis = BASIS) -> "World":
        posts = tuple(post("jia", f"s-{way}", Letter.SERVE, way) for way in ways if way != "portal")
        self.do(cmd.Serve(to=JIA, ways=ways, basis=basis, posts=posts, notice_sha256=SHA))
        return self


def root_over(
    size: int, cause: RootCause = RootCause.LATER, timestamp: str = ""
) -> ev.PaperRootSigned:
    return ev.PaperRootSigned(
        size=size, root=SHA, cause=cause, signed_at=NOW, signature="", certificate="",
        timestamp=timestamp,
    )  # fmt: skip


def sign(person: str, base: str = SHA) -> cmd.Sign:
    return cmd.Sign(
        person=person,
        base=base,
        sha256=person[0] * 64,
        certificate_sha256=SHA,
        name_image_sha256=SHA,
    )
