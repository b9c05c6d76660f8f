"""Too much sound: the quietest seats first, and back again."""

from transcript.speech.load import Load

SPOKEN = {1: 9.0, 2: 0.5, 3: 4.0}


def test_the_quietest_are_shed_one_by_one() -> None:
    load = Load()
    for second, expected in enumerate(([2], [2, 3], [2, 3, 1], [2, 3, 1])):
        load.look(2.5, SPOKEN, 100.0 + 1.1 * second)
        assert load.shed == expected


def test_nobody_is_shed_for_a_moment_or_twice_at_once() -> None:
    load = Load()
    load.look(0.6, SPOKEN, 100.0)
    assert load.shed == []
    load.look(2.0, SPOKEN, 101.0)
    load.look(2.0, SPOKEN, 101.5)
    assert load.shed == [2], "the first shedding must show what it brings"


def test_they_come_back_in_a_calm_the_last_first() -> None:
    load = Load()
    load.look(2.0, SPOKEN, 100.0)
    load.look(2.0, SPOKEN, 102.0)
    calm = [load.look(0.0, SPOKEN, 102.0 + n / 10) or list(load.shed) for n in range(300)]
    assert [2] in calm
    assert load.shed == []


def test_what_brings_the_load_back_rests_longer() -> None:
    load = Load()
    now, rests = 100.0, []
    for _ in range(3):
        load.look(2.0, SPOKEN, now)
        assert load.shed == [2]
        began = now
        while load.shed:
            now += 0.5
            load.look(0.0, SPOKEN, now)
        rests.append(now - began)
        now += 2.0
    assert rests[0] < rests[1] < rests[2]


def test_a_track_that_ended_is_forgotten() -> None:
    load = Load()
    load.look(2.0, SPOKEN, 100.0)
    load.look(0.0, {1: 1.0}, 100.1)
    assert load.shed == []
