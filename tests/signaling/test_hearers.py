"""Who heard all of an utterance."""

from hearing_server.domain.events import Source
from hearing_server.domain.reach import RECOGNISER, Reach
from signaling.hearers import Hearers

MICROPHONE = Source.MICROPHONE


def edges(*sinks: str) -> Reach:
    return Reach({("judge", MICROPHONE): frozenset(sinks)} if sinks else {})


def test_words_go_to_whom_the_whole_sound_went() -> None:
    hearers = Hearers()
    hearers.follow(edges(RECOGNISER, "clerk", "witness"), ["judge"], 10.0)
    hearers.follow(edges(RECOGNISER, "clerk", "counsel"), ["judge"], 20.0)
    assert hearers.of("judge", 11.0, 19.0) == {"judge", "clerk", "witness"}
    assert hearers.of("judge", 19.0, 22.0) == {"judge", "clerk"}, "in at half, out at half"
    assert hearers.of("judge", 21.0, 22.0) == {"judge", "clerk", "counsel"}


def test_what_never_went_to_the_recogniser_goes_to_nobody() -> None:
    """Whatever a late report may say."""
    hearers = Hearers()
    hearers.follow(edges("clerk"), ["judge"], 10.0)
    assert hearers.of("judge", 11.0, 12.0) == set()
    assert hearers.of("nobody", 11.0, 12.0) == set()


def test_last_words_before_a_pause_are_still_told() -> None:
    hearers = Hearers()
    hearers.follow(edges(RECOGNISER, "clerk"), ["judge"], 10.0)
    hearers.follow(edges(), ["judge"], 20.0)
    assert hearers.of("judge", 18.0, 20.02) == {"judge", "clerk"}
    assert hearers.of("judge", 18.0, 21.0) == set()


def test_who_was_away_for_a_moment_reads_nothing_of_that_sentence() -> None:
    hearers = Hearers()
    both = edges(RECOGNISER, "clerk", "counsel")
    hearers.follow(both, ["judge"], 10.0)
    hearers.follow(edges(RECOGNISER, "clerk"), ["judge"], 12.0)
    hearers.follow(both, ["judge"], 12.5)
    assert hearers.of("judge", 11.0, 14.0) == {"judge", "clerk"}
