"""What waits at the clerks' desks."""

import pytest

from hearing_server.domain.errors import Refused
from hearing_server.services.media import TrackName
from hearing_server.services.speech import Heard
from signaling.drafts import MOST, Drafts

TRACK = TrackName(hearing="h1", party="judge", source="microphone")


def heard(utterance: str, text: str = "是", *, final: bool = True) -> Heard:
    return Heard(
        track=TRACK, utterance=utterance, text=text, words=(), started_at=1, ended_at=2, began=1.0,
        until=2.0, final=final,
    )  # fmt: skip


def test_a_draft_grows_and_is_taken_once() -> None:
    drafts = Drafts()
    drafts.take(heard("1", "是", final=False))
    with pytest.raises(Refused, match="unknown_draft"):
        drafts.claim("1")
    drafts.take(heard("1", "是的"))
    assert [h.text for h in drafts.all] == ["是的"]
    drafts.claim("1")
    for second in (drafts.claim, drafts.drop):
        with pytest.raises(Refused, match="unknown_draft"):
            second("1")
    drafts.give_back("1")
    drafts.claim("1")
    drafts.settle("1")
    assert drafts.all == []


def test_what_was_dropped_while_it_was_said_stays_dropped() -> None:
    drafts = Drafts()
    drafts.take(heard("1", final=False))
    drafts.drop("1")
    assert drafts.take(heard("1")) == ["1"]
    assert drafts.all == []


def test_the_oldest_give_way() -> None:
    drafts = Drafts()
    gone = [name for n in range(MOST + 3) for name in drafts.take(heard(str(n)))]
    assert gone == ["0", "1", "2"]
    assert len(drafts.all) == MOST


def test_a_dead_recogniser_takes_with_it_what_was_being_said() -> None:
    drafts = Drafts()
    drafts.take(heard("1"))
    drafts.take(heard("2", final=False))
    assert drafts.cut_off() == ["2"]
    assert [h.utterance for h in drafts.all] == ["1"]
