"""Sound and picture of one party, measured in the files: time codes against where they stand."""

import itertools
import os
from pathlib import Path

import pytest

from recording.party_clock import MOST_LAG_MS, PartyClock

from .timecodes import Line, Seat, Source, hold, placed

WITHIN_MS = 40.0
ENCODING = 0.15  # a camera's frames are sent this much after their moment
WARM_S = 3.0  # until the first report has been taken up


def sound(line: Line, start: float, end: float, **options: object) -> Seat:
    source = Source(codec="opus", start=start, end=end, step=0.02, **options)  # type: ignore[arg-type]
    return Seat(name="microphone", source=source, line=line)


def camera(line: Line, start: float, end: float, step: float = 1 / 30, **options: object) -> Seat:
    source = Source(
        codec="vp8", start=start, end=end, step=step, **({"encoding": ENCODING} | options)
    )  # type: ignore[arg-type]
    return Seat(name="camera", source=source, line=line)


def apart(a: Seat, b: Seat, begin: float, end: float) -> float:
    """The most that two tracks are apart, ms, each second of a span by its middle frame."""
    return max(
        abs(x - y)
        for x, y in zip(_by_second(a, begin, end), _by_second(b, begin, end), strict=True)
        if x is not None and y is not None
    )


def _by_second(seat: Seat, begin: float, end: float) -> list[float | None]:
    found: dict[int, list[float]] = {}
    for moment, error in placed(seat):
        found.setdefault(int(moment), []).append(error)
    seconds = (sorted(found.get(second, [])) for second in range(int(begin), int(end)))
    return [errors[len(errors) // 2] if errors else None for errors in seconds]


@pytest.mark.parametrize("loss", [0.0, 0.05])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_slow_encoder_does_not_put_the_picture_behind_the_sound(loss, seed, tmp_path: Path):
    """150 ms in the camera's encoder, jitter, loss: 40 ms at most, once a report has come."""
    seats = [
        sound(Line(seed=seed, loss=loss), 0, 40),
        camera(Line(seed=seed + 10, loss=loss, jitter=0.08), 0, 40, first=1 << 31),
    ]
    hold(tmp_path, seats)
    assert apart(*seats, WARM_S, 38) <= WITHIN_MS
    assert all(abs(error - 40) <= WITHIN_MS for at, error in placed(seats[1]) if at > WARM_S)


def test_without_reports_tracks_stand_where_they_arrived(tmp_path: Path):
    """Nothing is guessed: the camera is as late as it came."""
    seats = [sound(Line(), 0, 8), camera(Line(), 0, 8, reports=False)]
    hold(tmp_path, seats)
    assert apart(*seats, WARM_S, 7) == pytest.approx(ENCODING * 1000, abs=20)


def test_reconnects_with_new_numbers_stay_together(tmp_path: Path):
    """Ten short connections, each with its own timestamps: each is right within a second and a half."""
    seats = []
    for turn in range(10):
        first = (turn * 777_777_777) & 0xFFFFFFFF
        seats += [
            sound(Line(seed=turn), turn * 8, turn * 8 + 6, first=first),
            camera(Line(seed=50 + turn), turn * 8, turn * 8 + 6, first=first ^ 0x5555),
        ]
    hold(tmp_path, seats)
    for turn in range(10):
        mine = seats[2 * turn : 2 * turn + 2]
        assert apart(*mine, turn * 8 + 2, turn * 8 + 6) <= WITHIN_MS
    gaps = [gap for seat in seats for gap in seat.desk.gaps]
    assert all(gap.ended_at > gap.started_at for gap in gaps)


@pytest.mark.parametrize("step", [3600.0, -3600.0, 0.3, -0.3])
def test_a_step_of_the_senders_clock_moves_nothing(step, tmp_path: Path):
    """The browser's clock is set at 15 s; its tracks report it up to a second apart."""

    def stepped(at: float) -> float:
        return at + (step if at > 15.2 else 0.0)

    seats = [
        sound(Line(), 0, 40, ntp=stepped),
        camera(Line(seed=2), 0, 40, ntp=stepped),
    ]
    hold(tmp_path, seats)
    assert apart(*seats, WARM_S, 39) <= WITHIN_MS


def test_silence_that_sends_little_stays_in_step(tmp_path: Path):
    """DTX: one packet in 400 ms for half of the time."""
    seats = [
        sound(Line(), 0, 60, silent=lambda at: int(at / 5) % 2 == 1),
        camera(Line(seed=2), 0, 60),
    ]
    hold(tmp_path, seats)
    assert apart(*seats, WARM_S, 58) <= WITHIN_MS


def test_a_lie_moves_a_picture_by_half_a_second_at_most(tmp_path: Path):
    """Reports that name any time at all: the track is where it arrived, or at most 500 ms before."""
    clocks = itertools.cycle((0.0, 7.0, -9999.0, 0.2, -0.45, 1e8))
    seats = [
        sound(Line(), 0, 30),
        camera(Line(seed=2), 0, 30, ntp=lambda at: max(0.0, at + next(clocks))),
    ]
    hold(tmp_path, seats)
    for seat, late in zip(seats, (0.0, ENCODING * 1000), strict=True):
        errors = [error - 40 - late for _, error in placed(seat)]
        assert min(errors) >= -MOST_LAG_MS - 20
        assert max(errors) <= WITHIN_MS


def test_a_long_hearing_does_not_drift(tmp_path: Path):
    """Sound, camera and the calendar, each running at a speed of its own (`make drift`: two hours)."""
    hours = int(float(os.environ.get("DRIFT_HOURS", "0.15")) * 3600)
    seats = [
        sound(Line(), 0, hours, ppm=80, ntp=lambda at: at * (1 - 30e-6)),
        camera(Line(seed=2), 0, hours, 0.1, ppm=-60, ntp=lambda at: at * (1 - 30e-6)),
    ]
    hold(tmp_path, seats)
    assert apart(*seats, WARM_S, hours - 1) <= WITHIN_MS
    assert all(abs(error - 40) <= WITHIN_MS for at, error in placed(seats[0]) if at > WARM_S)
    assert [seat.desk.gaps for seat in seats] == [[], []]


def test_a_track_that_left_is_not_compared_with():
    """The clock of another machine, where the party sat before, says nothing of this one."""
    clock = PartyClock()
    clock.report(1, 5 << 32, 4900.0, 1.0)
    clock.report(2, 5 << 32, 5000.0, 1.0)
    assert clock.lag(2) == pytest.approx(100)
    clock.leave(1)
    clock.report(2, 6 << 32, 6000.0, 2.0)
    assert clock.lag(2) == 0
    clock.leave(2)
    assert clock.empty
