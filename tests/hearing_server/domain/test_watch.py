"""Alarms: each is raised by what it is about, and by nothing else."""

from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER
from hearing_server.domain.watch import LATE, LEFT_OPEN, LineSample, alarms, unanswered, worst

from .world import FIVE, JUDGE, NOW, World, in_session

END = NOW + 3_600_000
FINE = LineSample(rtt_ms=40, loss_up=0.01)


def raised(world: World, lines: dict[str, LineSample] | None = None, now: int = NOW) -> set[str]:
    found = alarms(world.state, lines or {}, END, now)
    return {" ".join(filter(None, (a.kind, a.party, a.detail))) for a in found}


def leave(world: World, party: str, cause: ev.Departure) -> None:
    connection = world.state.seats[party].connection or ""
    world.do(SERVER, cmd.Leave(party=party, connection=connection, cause=cause))


def test_a_hearing_that_goes_well_is_quiet() -> None:
    assert raised(in_session()) == set()
    assert raised(World()) == set()


@pytest.mark.parametrize("cause", [ev.Departure.NETWORK, ev.Departure.CLOSED_TAB])
def test_a_party_that_is_gone_with_the_cause(cause: ev.Departure) -> None:
    world = in_session()
    leave(world, "counsel", cause)
    assert raised(world) == {f"disconnected counsel {cause}"}
    world.arrive(FIVE[4], connection="again")
    assert raised(world) == set()


def test_the_judge_gone_is_said_once_and_who_is_in_charge() -> None:
    world = in_session()
    leave(world, "judge", ev.Departure.NETWORK)
    assert raised(world) == {"judge_absent judge"}
    world.do("clerk", cmd.TakeCharge())
    assert raised(world) == {"judge_absent judge clerk"}
    world.arrive(JUDGE, connection="again")
    assert raised(world) == set()


def test_devices_that_are_not_allowed() -> None:
    world = in_session()
    report = cmd.ReportDevices(camera=ev.Device.DENIED, microphone=ev.Device.BUSY)
    world.do("defendant", report)
    assert raised(world) == {"media_blocked defendant camera:denied microphone:busy"}


def test_lines_that_are_poor_or_silent() -> None:
    world = in_session()
    lines = {"counsel": LineSample(loss_down=0.2), "defendant": LineSample(silent=True)}
    assert raised(world, lines) == {"line_poor counsel", "media_silent defendant"}
    assert worst({"judge": FINE, **lines}) == "defendant"
    assert worst({}) is None
    assert LineSample(rtt_ms=900).poor
    assert not FINE.poor


def test_a_fault_of_the_recording_until_it_is_over() -> None:
    world = in_session()
    fault = ev.RecordingFault(code="disk_full", detail="")
    world.do(SERVER, cmd.EnterRecording(event=fault))
    assert raised(world) == {"recording_fault disk_full"}
    over = ev.RecordingRecovered(code="disk_full", detail="")
    world.do(SERVER, cmd.EnterRecording(event=over))
    assert raised(world) == set()


def test_late_and_left_open() -> None:
    waiting = World().arrive(JUDGE)
    assert raised(waiting, now=NOW + LATE) == set()
    assert raised(waiting, now=NOW + LATE + 1) == {"late"}
    assert raised(waiting, now=END + LEFT_OPEN + 1) == {"left_open"}
    world = in_session()
    assert raised(world, now=END + LEFT_OPEN + 1) == {"left_open"}
    world.do("judge", cmd.CloseHearing(override="已完成"))
    assert raised(world, now=END + LEFT_OPEN + 1) == set()


def test_a_locked_code_and_a_withdrawn_consent() -> None:
    world = in_session()
    seat = replace(
        world.state.seats["defendant"], code_locked_until=NOW + 1, consent_withdrawn=True
    )
    world.state = replace(world.state, seats={**world.state.seats, "defendant": seat})
    assert raised(world) == {"code_locked defendant", "consent_withdrawn defendant"}
    assert raised(world, now=NOW + 1) == {"consent_withdrawn defendant"}


def test_a_word_to_the_technician_waits_for_an_answer() -> None:
    world = in_session()
    world.do("counsel", cmd.SendMessage(to="technician", text="听不清"))
    assert unanswered(world.state) == ["counsel"]
    assert raised(world) == {"message counsel"}
    world.do(SERVER, cmd.SendFromDesk(to="counsel", text="请刷新", account="a", answers=1))
    assert raised(world) == set()
