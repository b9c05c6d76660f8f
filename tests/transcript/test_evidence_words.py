"""Every step that the evidence report takes from the log has its words in print."""

from hearing_server.domain import events as ev
from hearing_server.domain.evidence import STEPS as TAKEN
from hearing_server.domain.evidence import step
from hearing_server.domain.facts import tag
from hearing_server.domain.log import Entry
from transcript.evidence import STEPS as PRINTED
from transcript.evidence import words_of


def test_every_step_has_its_words() -> None:
    assert {tag(kind) for kind in TAKEN} == set(PRINTED)


def test_who_is_followed_by_another_was_not_sent_out() -> None:
    printed = []
    for successor in ("", "clerk2"):
        event = ev.PartyRemoved(party="clerk", reason="换班", successor=successor)
        told = step(Entry(hearing="h1", seq=1, at=1, by="server", event=event))
        assert told is not None
        printed.append(words_of(told)[0])
    assert printed == ["被责令退出", "由他人接替"]
