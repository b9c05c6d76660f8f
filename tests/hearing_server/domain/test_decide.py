"""Who may do what, when: the table walked whole, and the rules beside it."""

import contextlib
from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import RULES, check, signing_order
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import TRANSITIONS, Phase, Presence
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.parties import Right, Role, may
from hearing_server.domain.visible import reads_document

from .world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    DIGEST,
    FIVE,
    JUDGE,
    PROSECUTOR,
    SHA,
    WITNESS,
    World,
    courtroom,
    frozen,
    in_session,
)


def refused(world: World, by: str, command: cmd.Command) -> Code:
    """The code with which it is refused; nothing may change."""
    before = world.state
    with pytest.raises(Refused) as caught:
        world.do(by, command)
    assert world.state is before
    return caught.value.code


def at_phase(phase: Phase) -> World:
    world = World() if phase is Phase.SCHEDULED else courtroom()
    steps: dict[Phase, list[cmd.Command]] = {
        Phase.IN_SESSION: [cmd.OpenHearing()],
        Phase.PAUSED: [cmd.OpenHearing(), cmd.PauseHearing()],
        Phase.CLOSED: [cmd.OpenHearing(), cmd.CloseHearing()],
    }
    for step in steps.get(phase, []):
        world.do("judge", step)
    assert world.state.phase is phase
    return world


REACHED = [Phase.SCHEDULED, Phase.WAITING, Phase.IN_SESSION, Phase.PAUSED, Phase.CLOSED]
PHASE_STEPS = {
    cmd.OpenHearing: ev.HearingOpened,
    cmd.PauseHearing: ev.HearingPaused,
    cmd.ResumeHearing: ev.HearingResumed,
    cmd.CloseHearing: ev.HearingClosed,
}


@pytest.mark.parametrize("phase", REACHED)
@pytest.mark.parametrize("command", list(PHASE_STEPS))
def test_every_pair_of_phase_and_step(phase: Phase, command: type) -> None:
    """A step that the table has happens; every other one is refused as out of phase, by its code."""
    world = at_phase(phase)
    target = TRANSITIONS.get((phase, PHASE_STEPS[command]))
    if phase is Phase.SCHEDULED:
        world.arrive(JUDGE)
        phase, target = Phase.WAITING, TRANSITIONS.get((Phase.WAITING, PHASE_STEPS[command]))
    if target is None:
        assert refused(world, "judge", command()) is Code.WRONG_PHASE
    else:
        world.do("judge", command())
        assert world.state.phase is target


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("command", [c for c, rule in RULES.items() if rule.right])
def test_every_role_against_every_right(role: Role, command: type) -> None:
    """Who lacks the right is refused whatever the phase."""
    world = in_session()
    party = world.state.seats["counsel"].party
    seats = dict(world.state.seats)
    seats["counsel"] = replace(seats["counsel"], party=replace(party, role=role))
    state = replace(world.state, seats=seats)
    right = RULES[command].right
    assert right is not None
    if may(role, right):
        with contextlib.suppress(Refused):
            check(state, command, "counsel")
            return
        assert world.state.phase not in RULES[command].phases
    else:
        with pytest.raises(Refused) as caught:
            check(state, command, "counsel")
        assert caught.value.code is Code.NOT_ALLOWED


@pytest.mark.parametrize("command", [c for c, rule in RULES.items() if rule.server])
def test_no_party_gives_the_servers_commands(command: type) -> None:
    """What only the server says is refused to everybody else."""
    for party in FIVE:
        with pytest.raises(Refused) as caught:
            check(in_session().state, command, party.id)
        assert caught.value.code is Code.NOT_ALLOWED


def test_first_arrival_opens_the_waiting_room() -> None:
    """The clerk walks in freely; a party waits to be admitted."""
    world = World().arrive(CLERK)
    assert world.state.phase is Phase.WAITING
    assert world.state.seats["clerk"].presence is Presence.ADMITTED
    world.arrive(DEFENDANT)
    assert world.state.seats["defendant"].presence is Presence.WAITING


def test_a_party_accepts_the_rules_first() -> None:
    """Consent is recorded by name, once (法释〔2021〕12号 art. 2)."""
    world = World()
    assert refused(world, "counsel", cmd.Arrive(connection="c")) is Code.RULES_NOT_ACCEPTED
    world.arrive(COUNSEL)
    assert world.state.seats["counsel"].accepted_as == COUNSEL.name
    world.do(SERVER, cmd.Leave(party="counsel", connection="c-counsel", cause=ev.Departure.NETWORK))
    world.do("counsel", cmd.Arrive(connection="c2"))
    assert sum(isinstance(e.event, ev.RulesAccepted) for e in world.entries) == 1


def test_one_seat_however_many_tabs() -> None:
    """A second tab is asked; when it takes over, the first is out and stays out."""
    world = World().arrive(JUDGE)
    assert refused(world, "judge", cmd.Arrive(connection="tab2")) is Code.SEAT_TAKEN
    world.do("judge", cmd.Arrive(connection="tab2", take_over=True))
    world.do(SERVER, cmd.Leave(party="judge", connection="c-judge", cause=ev.Departure.NETWORK))
    assert world.state.seats["judge"].connection == "tab2"


def test_admitted_stays_admitted_over_a_reconnect() -> None:
    """A party that drops comes back to its seat, not to the waiting room."""
    world = in_session()
    world.do(
        SERVER, cmd.Leave(party="defendant", connection="c-defendant", cause=ev.Departure.NETWORK)
    )
    assert world.state.seats["defendant"].presence is Presence.AWAY
    assert world.state.seats["defendant"].left_by is ev.Departure.NETWORK
    world.arrive(DEFENDANT, connection="again")
    assert world.state.seats["defendant"].presence is Presence.ADMITTED


def test_admit_only_who_waits() -> None:
    world = in_session()
    assert refused(world, "judge", cmd.Admit(party="counsel")) is Code.NOT_WAITING
    assert refused(world, "judge", cmd.Admit(party="nobody")) is Code.UNKNOWN_PARTY


def test_a_party_in_the_waiting_room_has_no_say() -> None:
    world = World(*FIVE).arrive(*FIVE)
    assert refused(world, "prosecutor", cmd.Admit(party="counsel")) is Code.NOT_ALLOWED
    assert refused(world, "stranger", cmd.OpenHearing()) is Code.UNKNOWN_PARTY


def test_lines_are_numbered_and_clamped_to_the_hearing() -> None:
    """A line's time lies between the opening and now, whatever the clerk's clock says."""
    world = in_session()
    opened = world.state.opened_at
    world.do("clerk", cmd.EnterLine(speaker="judge", text=" 现在开庭。 ", started_at=5))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="请坐。", started_at=world.now + 10**9))
    first, second = world.state.lines
    assert (first.line, first.text, first.started_at) == (1, "现在开庭。", opened)
    assert second.line == 2
    assert second.started_at == second.ended_at


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.EMPTY),
        ("  \n", Code.EMPTY),
        ("a\x00b", Code.BAD_MESSAGE),
        ("长" * 20_001, Code.BAD_MESSAGE),
    ],
)
def test_lines_that_are_no_lines(text: str, code: Code) -> None:
    assert refused(in_session(), "clerk", cmd.EnterLine(speaker="judge", text=text)) is code


def test_a_correction_is_made_against_a_revision() -> None:
    """Of two corrections of the same revision the second is refused and nothing is overwritten."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开厅。"))
    fix = cmd.CorrectLine(line=1, revision=1, speaker="judge", text="现在开庭。")
    world.do("clerk", fix)
    assert world.state.lines[0].revision == 2
    assert refused(world, "clerk", fix) is Code.STALE_REVISION
    again = cmd.CorrectLine(line=1, revision=2, speaker="judge", text="现在开庭。")
    assert refused(world, "clerk", again) is Code.NO_CHANGE
    missing = cmd.CorrectLine(line=2, revision=1, speaker="judge", text="x")
    assert refused(world, "clerk", missing) is Code.UNKNOWN_LINE


def test_signing_order() -> None:
    """Parties in any order, then the clerk, the presiding judge last; only who was here."""
    world = frozen()
    assert signing_order(world.state)[-2:] == ("clerk", "judge")
    sign = cmd.Sign(version=1, sha256=SHA, certificate_sha256=SHA, name_image_sha256=SHA)
    assert refused(world, "clerk", sign) is Code.NOT_YOUR_TURN
    world.signed_by(COUNSEL)
    assert refused(world, "counsel", sign) is Code.ALREADY_ANSWERED
    world.do("defendant", cmd.RefuseSignature(version=1, reason="与事实不符"))
    world.signed_by(PROSECUTOR)
    assert refused(world, "judge", sign) is Code.NOT_YOUR_TURN
    world.signed_by(CLERK)
    assert refused(world, SERVER, cmd.EnterArchive(version=1, sha256=SHA)) is Code.NOT_YOUR_TURN
    world.signed_by(JUDGE)
    archive = cmd.EnterArchive(version=1, sha256=SHA)
    assert refused(world, SERVER, archive) is Code.NOT_YOUR_TURN, "the refusal is not in the file"
    refusal = cmd.EnterRefusal(version=1, party="defendant", sha256=SHA)
    world.do(SERVER, refusal)
    assert refused(world, SERVER, refusal) is Code.NO_CHANGE
    world.do(SERVER, archive)
    line = cmd.EnterLine(speaker="judge", text="补记")
    assert refused(world, "clerk", line) is Code.TRANSCRIPT_COMPLETE


def test_a_record_that_was_signed_in_an_adjournment_goes_on_with_the_hearing() -> None:
    """Each sitting has its version that everybody answers; the earlier one stays, and is read by its people."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.SuspendHearing(reason="改日继续", until=world.now + 86_400_000))
    archived(world)
    assert refused(world, "clerk", cmd.FreezeTranscript(digest=DIGEST)) is Code.NO_CHANGE
    world.do("judge", cmd.ResumeHearing())
    assert world.state.freeze is not None
    assert world.state.freeze.changed_since, "this sitting is not in it"
    world.do("clerk", cmd.EnterLine(speaker="judge", text="继续开庭。"))
    world.do("judge", cmd.CloseHearing())
    world.do("clerk", cmd.EnterLine(speaker="judge", text="闭庭。"))
    archived(world, version=2)
    line = cmd.EnterLine(speaker="judge", text="补记")
    assert refused(world, "clerk", line) is Code.TRANSCRIPT_COMPLETE
    assert refused(world, "clerk", cmd.FreezeTranscript(digest=DIGEST)) is Code.TRANSCRIPT_COMPLETE
    first = world.state.with_version(1)
    assert first.freeze is not None
    assert (first.freeze.version, first.freeze.archived) == (1, True)
    assert reads_document(first, "counsel")
    assert world.state.with_version(2).freeze == world.state.freeze


def test_a_sitting_without_a_line_can_still_be_written_after_the_closing() -> None:
    """What was signed before it is not the whole record."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.PauseHearing())
    archived(world)
    world.do("judge", cmd.ResumeHearing())
    world.do("judge", cmd.CloseHearing())
    world.do("clerk", cmd.EnterLine(speaker="judge", text="闭庭。"))


def test_a_file_is_archived_however_the_hearing_goes_on_meanwhile() -> None:
    """The last signature came in the pause; the timestamp comes when the court sits again."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.PauseHearing())
    answered(world)
    world.do("judge", cmd.ResumeHearing())
    world.do("clerk", cmd.EnterLine(speaker="judge", text="继续开庭。"))
    world.do(SERVER, cmd.EnterArchive(version=1, sha256=SHA))
    assert world.state.freeze is not None
    assert (world.state.freeze.archived, world.state.freeze.changed_since) == (True, True)


def test_a_removal_completes_no_version_that_has_changed() -> None:
    """Nobody could sign it any more, so it is not everybody who has answered it."""
    world = frozen()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="补记"))
    signers = world.state.freeze and world.state.freeze.signers
    removal = Entry(
        hearing="h1",
        seq=world.state.seq + 1,
        at=world.now,
        by="judge",
        event=ev.PartyRemoved(party="counsel", reason="扰乱"),
    )
    state = apply(world.state, removal)
    assert state.freeze is not None
    assert state.freeze.signers == signers


def answered(world: World, version: int = 1) -> None:
    """Frozen, sealed, signed by all."""
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=version, pages=1, sha256=SHA))
    for party in (PROSECUTOR, DEFENDANT, COUNSEL, CLERK, JUDGE):
        world.signed_by(party)


def archived(world: World, version: int = 1) -> None:
    answered(world, version)
    world.do(SERVER, cmd.EnterArchive(version=version, sha256=SHA))


def test_a_changed_line_lapses_the_freeze() -> None:
    """Nobody signs what no longer stands; a new freeze is a new version with no answers."""
    world = frozen()
    world.signed_by(COUNSEL)
    assert refused(world, "clerk", cmd.FreezeTranscript(digest=DIGEST)) is Code.NO_CHANGE
    world.do("clerk", cmd.CorrectLine(line=1, revision=1, speaker="judge", text="现在正式开庭。"))
    sign = cmd.Sign(version=1, sha256=SHA, certificate_sha256=SHA, name_image_sha256=SHA)
    assert refused(world, "prosecutor", sign) is Code.TRANSCRIPT_CHANGED
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    assert world.state.freeze is not None
    assert (world.state.freeze.version, dict(world.state.freeze.signed)) == (2, {})


def test_a_witness_reads_no_record_but_is_asked_to_sign() -> None:
    assert not may(Role.WITNESS, Right.READ_LINES)
    world = in_session(WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    assert "witness" in signing_order(world.state)


@pytest.mark.parametrize("hidden", "\0\x1b\x7f\x9b\u2028\u202e\u2066\u2069\ud800")
def test_a_text_has_nothing_that_does_not_show(hidden: str) -> None:
    """Nothing that a reader cannot see may change what a line says or in which order it reads."""
    world = in_session()
    with pytest.raises(Refused, match=f"U\\+{ord(hidden):04X}") as caught:
        world.do("clerk", cmd.EnterLine(speaker="judge", text=f"不{hidden}同意"))
    assert caught.value.code is Code.BAD_MESSAGE
    world.do("clerk", cmd.EnterLine(speaker="judge", text="ئۇيغۇرچە 中文 e\u0301 \u200d\n第二行\t"))


def test_the_clerk_keeps_order_while_the_judge_is_away_and_no_longer() -> None:
    """In charge: mute and pause, not close; over when the judge is back, or the clerk is gone."""
    world = in_session()
    assert refused(world, "clerk", cmd.TakeCharge()) is Code.JUDGE_IS_HERE
    gone = cmd.Leave(party="judge", connection="c-judge", cause=ev.Departure.NETWORK)
    world.do(SERVER, gone)
    assert refused(world, "clerk", cmd.Mute(party="counsel")) is Code.NOT_ALLOWED
    world.do("clerk", cmd.TakeCharge())
    world.do("clerk", cmd.Mute(party="counsel"))
    assert refused(world, "clerk", cmd.CloseHearing()) is Code.NOT_ALLOWED
    assert refused(world, "clerk", cmd.Remove(party="counsel", reason="x")) is Code.NOT_ALLOWED
    world.do("clerk", cmd.PauseHearing(reason="等待审判长"))
    world.do("judge", cmd.Arrive(connection="c-again"))
    assert world.state.in_charge == ""
    assert refused(world, "clerk", cmd.Unmute(party="counsel")) is Code.NOT_ALLOWED
    world.do(SERVER, cmd.Leave(party="judge", connection="c-again", cause=ev.Departure.NETWORK))
    world.do("clerk", cmd.TakeCharge())
    world.do(SERVER, cmd.Leave(party="clerk", connection="c-clerk", cause=ev.Departure.NETWORK))
    assert world.state.in_charge == ""
