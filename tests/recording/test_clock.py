"""RTP timestamps on the calendar."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording.clock import RtpClock

WALL = 1_700_000_000_000.0


def run(clock: RtpClock, arrivals: list[tuple[float, int]]) -> list[float]:
    return [clock.observe(timestamp & 0xFFFFFFFF, at) - WALL for at, timestamp in arrivals]


@settings(max_examples=25)
@given(seed=st.integers(), first=st.integers(0, 2**32 - 1))
def test_jitter_does_not_bend_the_timeline(seed, first):
    """With delays of up to 300 ms on every packet but some, times stay within 20 ms of the truth."""
    chance = random.Random(seed)
    arrivals = []
    for index in range(1500):
        delay = 0.0 if index % 10 == 0 else chance.random() * 0.3
        arrivals.append((index * 0.02 + delay, first + index * 960))
    times = run(RtpClock(48_000, WALL), arrivals)
    assert all(abs(time - index * 20) <= 20 for index, time in enumerate(times))
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


def test_a_wrong_start_is_made_good():
    """A first packet that was 200 ms late does not leave the track 200 ms late."""
    arrivals = [(index * 0.02 + (0.2 if index == 0 else 0), index * 960) for index in range(200)]
    times = run(RtpClock(48_000, WALL), arrivals)
    assert times[0] == pytest.approx(200)
    assert times[-1] == pytest.approx(199 * 20, abs=1)
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("drift", [-3e-4, 3e-4])
def test_drift_of_the_senders_clock_is_followed(drift):
    """A sender's clock off by 300 ppm for an hour ends within 20 ms of ours."""
    arrivals = [(index * 0.1, int(index * 4800 * (1 + drift))) for index in range(36_000)]
    times = run(RtpClock(48_000, WALL), arrivals)
    assert times[-1] == pytest.approx(35_999 * 100, abs=20)


def test_timestamps_that_jump_start_a_new_timeline():
    """An hour ahead, an hour back, or a sender whose clock stood: times follow the arrival."""
    clock = RtpClock(90_000, WALL)
    hour = 3600 * 90_000
    assert run(clock, [(0.0, 1000), (0.1, 10_000)])[-1] == pytest.approx(100)
    assert run(clock, [(0.2, hour)]) == [pytest.approx(200)]
    assert run(clock, [(0.3, 5000)]) == [pytest.approx(300)]
    stood = [(0.3 + 3 + index * 0.1, 5000 + index * 9000) for index in range(200)]
    assert run(clock, stood)[-1] == pytest.approx(3300 + 19_900, abs=1)


def test_a_queue_in_the_network_is_not_a_new_timeline():
    """Packets that were held for 4 s and then come at once keep their places."""
    clock = RtpClock(48_000, WALL)
    arrivals = [
        (max(index * 0.02, 6.0 if 100 <= index < 300 else 0), index * 960) for index in range(900)
    ]
    times = run(clock, arrivals)
    assert all(abs(time - index * 20) <= 1 for index, time in enumerate(times))
