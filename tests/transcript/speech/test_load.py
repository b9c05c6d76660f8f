"""Too much sound: the quietest seats first, and back again."""

from transcript.speech.load import PATIENCE_S, Load

SPOKEN = {1: 9.0, 2: 0.5, 3: 4.0}
STEP = 0.1


def run(load: Load, lag: float, seconds: float, now: float) -> list[list[int]]:
    """What is shed after each tenth of a second."""
    found = []
    for step in range(round(seconds / STEP)):
        load.look(lag, SPOKEN, now + step * STEP)
        found.append(list(load.shed))
    return found


def test_the_quietest_are_shed_one_by_one() -> None:
    looks = run(Load(), 2.5, 8.0, 100.0)
    seen = [shed for n, shed in enumerate(looks) if n == 0 or shed != looks[n - 1]]
    assert seen == [[], [2], [2, 3], [2, 3, 1]]
    assert looks.count([2]) * STEP > 0.9, "the first shedding must show what it brings"


def test_nobody_is_shed_for_a_moment() -> None:
    load = Load()
    assert run(load, 3.0, PATIENCE_S - 0.3, 100.0)[-1] == []
    run(load, 0.0, 0.2, 102.0)
    assert run(load, 3.0, PATIENCE_S - 0.3, 103.0)[-1] == []
    assert run(load, 0.6, 30.0, 110.0)[-1] == [], "late, and no worse"


def test_they_come_back_in_a_calm_the_last_first() -> None:
    load = Load()
    assert run(load, 2.0, 3.5, 100.0)[-1] == [2, 3]
    looks = run(load, 0.0, 30.0, 103.5)
    assert [2] in looks
    assert looks[-1] == []


def test_what_brings_the_load_back_rests_longer() -> None:
    load, now, rests = Load(), 100.0, []
    for _ in range(3):
        run(load, 2.0, 2.5, now)
        assert load.shed == [2]
        began = now = now + 2.5
        while load.shed:
            load.look(0.0, SPOKEN, now)
            now += STEP
        rests.append(now - began)
    assert rests[0] < rests[1] < rests[2]


def test_a_track_that_ended_is_forgotten() -> None:
    load = Load()
    run(load, 2.0, 2.5, 100.0)
    load.look(0.0, {1: 1.0}, 102.6)
    assert load.shed == []
