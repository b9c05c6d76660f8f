"""Who plays, reads and is given what: every role, phase, level, span and screening against one table.

The table is written out here and looks at single moments; how the product comes to its answer it does not know.
"""

from copy import copy
from dataclasses import replace
from itertools import pairwise, product
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.adapters.notary import document_of
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.custody import EVERYTHING, Access, Note
from hearing_server.domain.events import Level, Source
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.playable import masked_spans, plays, plays_track, reads_note
from hearing_server.domain.record import Freeze
from hearing_server.domain.sealed import masked_in_print
from hearing_server.domain.visible import document_withheld, reads_document, seen
from signaling import views

from .expected import edges, level_at, sealed_texts
from .world import DIGEST, NOW, SHA, World

COURT = {Role.PRESIDING_JUDGE, Role.JUDGE, Role.ASSESSOR, Role.CLERK}
BENCH = COURT - {Role.CLERK}
LAWYERS = {Role.PROSECUTOR, Role.COUNSEL}
SIDES = LAWYERS | {Role.PLAINTIFF, Role.DEFENDANT, Role.INTERPRETER}

# Who plays a level: at any time, and in addition once the hearing is closed.
ANY_TIME = {Level.PUBLIC: COURT, Level.CONFIDENTIAL: COURT, Level.SEALED: BENCH}
CLOSED = {Level.PUBLIC: SIDES, Level.CONFIDENTIAL: LAWYERS, Level.SEALED: set[Role]()}

OPEN, SECRET, LATE = NOW + 100_000, NOW + 200_000, NOW + 300_000  # three moments that are spoken of
SPAN = (SECRET - 5000, SECRET + 5000)


def allowed(level: Level, role: Role, phase: Phase) -> bool:
    return role in ANY_TIME[level] or (phase is Phase.CLOSED and role in CLOSED[level])


def somebody(role: Role) -> str:
    return f"x-{role}"


def everybody() -> World:
    """A hearing with somebody of every role, all of them in the courtroom; three lines, two opinions."""
    people = [Party(id=somebody(role), role=role, name=f"{role}（虚构）") for role in Role]
    judge = somebody(Role.PRESIDING_JUDGE)
    world = World(*people).arrive(*people)
    world.do(judge, cmd.AdmitAll())
    world.do(judge, cmd.OpenHearing())
    for role in (Role.WITNESS, Role.EXPERT):
        world.do(judge, cmd.Call(party=somebody(role)))
    prosecutor = somebody(Role.PROSECUTOR)
    exhibit = cmd.SubmitExhibit(
        party=prosecutor, name="甲.pdf", media_type="application/pdf", size=1, sha256=SHA, pages=1
    )
    world.do(SERVER, exhibit)
    world.do(prosecutor, cmd.ShowExhibit(exhibit=1))
    for at, words in ((OPEN, "OPEN"), (SECRET, "SECRET"), (LATE, "LATE")):
        world.now = at
        line = cmd.EnterLine(speaker=prosecutor, text=f"LINE-{words}", started_at=at)
        world.do(somebody(Role.CLERK), line)
        opinion = cmd.GiveOpinion(
            exhibit=1,
            authentic=ev.Stance.NO,
            lawful=ev.Stance.YES,
            relevant=ev.Stance.YES,
            note=f"NOTE-{words}",
        )
        world.do(somebody(Role.DEFENDANT if words == "OPEN" else Role.COUNSEL), opinion)
    return world


WORLD = everybody()


def again() -> World:
    """The same hearing, to go on from."""
    world = copy(WORLD)
    world.entries = list(WORLD.entries)
    return world


Spans = tuple[tuple[Level, int, int | None], ...]


def under(
    state: HearingState, whole: Level | None, spans: Spans, after: Spans = ()
) -> HearingState:
    """The same with these levels in force, the whole's level set before `spans` and after `after`."""
    given = [*after, *([(whole, 0, None)] if whole else []), *spans]
    access = {
        number: Access(access=number, level=level, started_at=start, ended_at=end, reason="x")
        for number, (level, start, end) in enumerate(given, start=1)
    }
    custody = replace(state.custody, access=MappingProxyType(access), access_set=len(access))
    return replace(state, custody=custody)


def in_phase(phase: Phase, state: HearingState = WORLD.state) -> HearingState:
    closed_at = LATE + 60_000 if phase is Phase.CLOSED else None
    return replace(state, phase=phase, closed_at=closed_at)


def check_spans(state: HearingState, reader: str, role: Role, phase: Phase) -> None:
    found = masked_spans(state, reader)
    moments = {1, *(at + step for at in edges(state) for step in (-1, 0, 1)), LATE * 2}
    playable = set()
    for at in moments:
        masked = any(s.started_at <= at and (s.ended_at is None or at < s.ended_at) for s in found)
        assert masked is not allowed(level_at(state, at), role, phase), (reader, phase, at)
        playable |= set() if masked else {at}
    assert plays(state, reader) is bool(playable)
    for one, next_one in pairwise(found):
        assert one.ended_at is not None
        assert one.started_at < one.ended_at < next_one.started_at


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("role", Role)
def test_every_role_in_every_phase_under_every_level_and_span(role: Role, phase: Phase) -> None:
    """The whole at each level, and a span of each over it: with an end, and without."""
    for whole, within in product((None, *Level), (None, *Level)):
        for end in (SPAN[1], None):
            spans = ((within, SPAN[0], end),) if within else ()
            check_spans(under(in_phase(phase), whole, spans), somebody(role), role, phase)
            earlier = under(in_phase(phase), whole, (), spans)
            check_spans(earlier, somebody(role), role, phase)


MOMENT = st.integers(NOW, NOW + 40)
SOME_SPANS = st.lists(
    st.tuples(st.sampled_from(Level), MOMENT, st.one_of(st.none(), st.integers(1, 20))), max_size=8
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from([None, *Level]), SOME_SPANS, st.integers(0, 8))
def test_spans_that_lie_over_each_other(
    whole: Level | None, given: list[tuple[Level, int, int | None]], before: int
) -> None:
    """The strictest of them holds, to the millisecond; a copy that leaves the court has nothing sealed."""
    spans = tuple((level, start, length and start + length) for level, start, length in given)
    for phase in (Phase.IN_SESSION, Phase.CLOSED):
        state = under(in_phase(phase), whole, spans[before:], spans[:before])
        for role in Role:
            check_spans(state, somebody(role), role, phase)
    assert masked_spans(state, None) == masked_spans(state, somebody(Role.CLERK))


def test_sealing_the_whole_closes_what_was_open_before() -> None:
    """A span that the judge opens afterwards is open; without the order the earlier one is again."""
    sealing, lax = (Level.SEALED, 0, None), (Level.CONFIDENTIAL, *SPAN)
    closed = in_phase(Phase.CLOSED)
    clerk = somebody(Role.CLERK)
    state = under(closed, Level.PUBLIC, (lax, sealing))
    for reader in (clerk, somebody(Role.COUNSEL), None):
        assert masked_spans(state, reader) == EVERYTHING
    assert not plays(state, clerk)
    opened = under(closed, Level.PUBLIC, (sealing, lax))
    assert masked_spans(opened, clerk) == (ev.Span(0, SPAN[0]), ev.Span(SPAN[1], None))
    assert masked_spans(under(closed, Level.PUBLIC, (lax,)), clerk) == ()


@pytest.mark.parametrize("role", Role)
def test_whoever_was_never_in_the_courtroom_or_was_removed_plays_nothing(role: Role) -> None:
    """Bench and clerk are not kept out of their own hearing."""
    state = under(in_phase(Phase.CLOSED), Level.PUBLIC, ())
    seat = state.seats[somebody(role)]
    stayed_out = MappingProxyType({**state.seats, seat.party.id: replace(seat, stays=())})
    assert plays(replace(state, seats=stayed_out), seat.party.id) is (role in COURT)
    removed = MappingProxyType({**state.seats, seat.party.id: replace(seat, removed=True)})
    assert not plays(replace(state, seats=removed), seat.party.id)


@pytest.mark.parametrize("phase", [Phase.IN_SESSION, Phase.PAUSED, Phase.CLOSED])
@pytest.mark.parametrize("role", Role)
def test_the_words_of_a_sealed_span(role: Role, phase: Phase) -> None:
    """In the view, in what was told, and in the document, under every level of the whole and the span."""
    reader, court = somebody(role), role in COURT
    readers = COURT | SIDES
    for whole, within in product((None, *Level), (None, *Level)):
        state = under(in_phase(phase), whole, ((within, *SPAN),) if within else ())
        hidden = [] if court else sealed_texts(state, WORLD.entries, reader)
        lines = [line.text for line in views.view(state, reader).lines]
        texts = [f"LINE-{words}" for words in ("OPEN", "SECRET", "LATE")]
        expected = ["" if text in hidden else text for text in texts]
        assert lines == (expected if role in readers else [])
        facts = str([seen(state, entry, reader) for entry in WORLD.entries])
        for words in hidden:
            assert words not in facts
            assert words not in str(views.view(state, reader))
        for words in set(texts) - set(hidden) if role in readers else ():
            assert words in facts
        masked = masked_in_print(state)
        draft = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=NOW, masked=masked)
        printed = str(document_of(state, draft))
        now = {"LINE-OPEN", "LINE-SECRET", "LINE-LATE", "NOTE-OPEN", "NOTE-LATE"}  # as they stand
        assert {words for words in now if words in printed} == now - set(
            sealed_texts(state, WORLD.entries, None)
        )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("sealed_before", [False, True])
def test_a_document_from_before_the_sealing(role: Role, sealed_before: bool) -> None:
    """Bench and clerk alone are given it; one that was printed as sealed is for whoever signs."""
    sealing = (Level.SEALED, *SPAN)
    world = again()
    world.do(somebody(Role.PRESIDING_JUDGE), cmd.CloseHearing())
    world.state = under(world.state, None, (sealing,) if sealed_before else ())
    world.do(somebody(Role.CLERK), cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=1, sha256=SHA))
    state, reader = under(world.state, None, (sealing,)), somebody(role)
    assert state.freeze is not None
    signs = role in COURT or reader in state.freeze.signers
    assert reads_document(state, reader) is (role in COURT or (sealed_before and signs))
    assert document_withheld(state, reader) is (signs and not reads_document(state, reader))
    assert reads_document(under(state, None, ()), reader) is signs


KINDS = ((True, True), (True, False), (False, True))  # by sight, by sound


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("role", [*Role, None])
def test_tracks_under_every_screening(role: Role | None, source: Source) -> None:
    """A witness screened from the reader, from somebody else, now or once: sight and sound as it says."""
    reader = somebody(role) if role else None
    witness, other = somebody(Role.WITNESS), somebody(Role.EXPERT)
    heard = source in (Source.MICROPHONE, Source.SCREEN_SOUND)
    judge = somebody(Role.PRESIDING_JUDGE)
    free = role in COURT or role is Role.WITNESS
    room = source is Source.ROOM and role not in COURT  # not even by the party in it
    assert plays_track(WORLD.state, reader, witness, source) is not room
    for hidden_from, (sight, sound), lifted in product(
        {other, somebody(role) if role and role not in COURT | {Role.WITNESS} else other},
        KINDS,
        (False, True),
    ):
        world = again()
        screening = ev.Screening(
            party=witness, hidden_from=(hidden_from,), sight=sight, sound=sound, alias="甲"
        )
        world.do(judge, cmd.Screen(screening=screening))
        if lifted:
            world.do(judge, cmd.Unscreen(party=witness))
        kept_from = reader is None or role is Role.OBSERVER or reader == hidden_from
        screened = kept_from and (sound if heard else sight) and not free
        assert plays_track(world.state, reader, witness, source) is not (screened or room)
        everywhere = source is not Source.ROOM or role in COURT
        assert plays_track(world.state, reader, judge, source) is everywhere


def test_screenings_of_the_plan_count_and_add_up() -> None:
    """One by sight and a later one by sound keep both for ever."""
    witness, defendant = somebody(Role.WITNESS), somebody(Role.DEFENDANT)
    first = ev.Screening(party=witness, hidden_from=(defendant,), sight=True, sound=False)
    people = tuple(seat.party for seat in WORLD.state.seats.values())
    world = World(plan=replace(World(*people).entries[0].event, screenings=(first,)))  # type: ignore[type-var]
    world.arrive(*people)
    assert plays_track(world.state, defendant, witness, Source.MICROPHONE)
    judge = somebody(Role.PRESIDING_JUDGE)
    world.do(judge, cmd.Screen(screening=replace(first, sight=False, sound=True)))
    for source in (Source.MICROPHONE, Source.CAMERA):
        assert not plays_track(world.state, defendant, witness, source)
        assert not plays_track(world.state, None, witness, source)
    assert not plays_track(world.state, "stranger", judge, Source.CAMERA)


@pytest.mark.parametrize("phase", [Phase.IN_SESSION, Phase.CLOSED])
@pytest.mark.parametrize("role", Role)
def test_notes(role: Role, phase: Phase) -> None:
    """The court reads all; what is on record, whoever plays that very moment."""
    for whole, within, private in product((None, *Level), (None, *Level), (False, True)):
        state = under(in_phase(phase), whole, ((within, *SPAN),) if within else ())
        for at in (OPEN, SECRET, SPAN[1]):
            note = Note(note=1, at=at, text="x", private=private, by="clerk")
            player = not private and allowed(level_at(state, at), role, phase)
            assert reads_note(state, note, somebody(role)) is (role in COURT or player)
