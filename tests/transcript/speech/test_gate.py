"""Where an utterance begins and ends, and who has been speaking of late."""

from transcript.speech.gate import HANG_S, LEAD_S, LONGEST_S, Gate
from transcript.speech.sound import FRAME_S, Frame

VOICE, QUIET = b"v", b"q"


def run(gate: Gate, *pattern: tuple[bytes, float]) -> list[list[float]]:
    """The times of the frames of each utterance."""
    found: list[list[float]] = []
    at, was_open = 0.0, False
    for pcm, seconds in pattern:
        for _ in range(round(seconds / FRAME_S)):
            frames = gate.feed(Frame(pcm, at))
            if frames and not was_open:
                found.append([])
            if frames:
                found[-1] += [frame.at for frame in frames]
            was_open = gate.open
            at += FRAME_S
    return found


def gate() -> Gate:
    return Gate(lambda pcm: pcm == VOICE)


def test_silence_costs_the_model_nothing() -> None:
    assert run(gate(), (QUIET, 60.0)) == []


def test_an_utterance_has_a_little_before_it_and_ends_in_silence() -> None:
    (said,) = run(gate(), (QUIET, 2.0), (VOICE, 1.0), (QUIET, 2.0))
    assert 2.0 - LEAD_S <= said[0] < 2.0
    assert abs(said[-1] - (3.0 + HANG_S)) < 0.1


def test_a_click_is_no_voice_and_a_breath_no_end() -> None:
    assert run(gate(), (QUIET, 1.0), (VOICE, 0.02), (QUIET, 1.0)) == []
    assert len(run(gate(), (VOICE, 1.0), (QUIET, 0.4), (VOICE, 1.0), (QUIET, 1.0))) == 1


def test_who_never_stops_is_cut() -> None:
    """In a breath if there is one, and at the latest after thirty seconds; nothing is left out."""
    said = run(gate(), (VOICE, 70.0))
    assert len(said) == 3
    assert all(len(part) * FRAME_S <= LONGEST_S + LEAD_S + 0.1 for part in said)
    times = [at for part in said for at in part]
    assert len(times) * FRAME_S > 69.8
    breathing = run(gate(), (VOICE, 16.0), (QUIET, 0.3), (VOICE, 3.0))
    assert len(breathing) == 2


def test_what_was_said_fades() -> None:
    one = gate()
    run(one, (VOICE, 10.0))
    now = one.spoken(10.0)
    assert one.spoken(40.0) < 0.6 * now < now < 10.1
