"""What is a gap, with numbers."""

import pytest

from hearing_server.services.media import TrackName
from recording.gaps import GapLedger

TRACK = TrackName(hearing="h", party="p", source="microphone")


def told(
    frames: list[tuple[int, str | None]], end: int | None = None, step: int = 20
) -> list[tuple]:
    """The gaps of frames of `step` ms at these times, each after a loss with a cause or none."""
    ledger, gaps = GapLedger(TRACK), []
    for at, cause in frames:
        if cause:
            ledger.lost(cause)
        gaps += ledger.frame(at, at + step)
    if end is not None:
        gaps += ledger.end(end, 0)
    return [(gap.started_at, gap.ended_at, gap.cause) for gap in gaps]


def steady(start: int, end: int, step: int = 20) -> list[tuple[int, str | None]]:
    return [(at, None) for at in range(start, end, step)]


def test_silence_that_opus_leaves_is_no_gap():
    """A packet every 400 ms is discontinuous transmission; nothing for 600 ms is a gap."""
    assert told(steady(0, 4000, 400), end=4000) == []
    assert told(steady(0, 1000) + steady(1600, 2000), end=2000) == [(1000, 1600, "network")]


def test_a_still_screen_is_no_gap():
    """One frame a second for ten seconds is the usual distance; eight seconds without one are not."""
    still = [(at, None) for at in range(0, 10_000, 1000)]
    gaps = told([*still, (18_000, None)], step=100)
    assert gaps[-1] == (9100, 18_000, "network")
    assert len([gap for gap in gaps if gap[0] > 4000]) == 1


@pytest.mark.parametrize("cause", ["overrun", "disk", "server"])
def test_a_known_cause_outweighs_the_network(cause):
    """A hole is named exactly, by what made it."""
    frames = [*steady(0, 1000), (1060, cause), (1080, None)]
    assert told(frames, end=1100) == [(1000, 1060, cause)]


def test_small_losses_are_named_together():
    """Losses close to each other make one gap of at most 10 s, so that the log stays readable."""
    frames = [
        (at, "network" if at % 200 == 0 else None) for at in range(0, 30_000, 20) if at % 200 != 180
    ]
    gaps = told(frames, end=30_000)
    assert 3 <= len(gaps) <= 4
    assert all(end - start <= 10_000 for start, end, _ in gaps)
    assert (gaps[0][0], gaps[-1][1]) == (180, 29_800)


def test_a_lonely_loss_is_named_when_it_is_over():
    """One lost packet is a gap of its 20 ms, told two seconds later."""
    frames = [*steady(0, 1000), (1020, "network"), *steady(1040, 5000)]
    assert told(frames) == [(1000, 1020, "network")]


def test_a_loss_that_left_no_hole_is_no_gap():
    """Packets that were repaired, or held nothing, leave no gap."""
    assert told([*steady(0, 1000), (1000, "network"), *steady(1020, 5000)], end=5000) == []


def test_the_end_of_a_silent_track_is_a_gap():
    """A track that ends three seconds after its last packet misses three seconds."""
    assert told(steady(0, 1000), end=4000) == [(1000, 4000, "network")]
    assert told(steady(0, 1000), end=1300) == []


def test_a_disk_that_fails_after_a_mute_leaves_two_gaps():
    """What was muted is not the disk's fault, and what the disk lost was not muted."""
    ledger = GapLedger(TRACK)
    ledger.frame(0, 20)
    ledger.begin(1000, "muted")
    gaps = ledger.unkept(3000, "disk") + ledger.unkept(3020, "disk") + ledger.frame(5000, 5020)
    assert [(gap.started_at, gap.ended_at, gap.cause) for gap in gaps] == [
        (1000, 3000, "muted"),
        (3000, 5000, "disk"),
    ]


def test_a_disk_that_fails_in_the_middle_leaves_one_gap():
    """From the last frame that was kept to the next."""
    ledger = GapLedger(TRACK)
    ledger.frame(0, 20)
    gaps = ledger.unkept(20, "disk") + ledger.frame(2000, 2020)
    assert [(gap.started_at, gap.ended_at, gap.cause) for gap in gaps] == [(20, 2000, "disk")]
