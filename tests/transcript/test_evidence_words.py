"""Every step that the evidence report takes from the log has its words in print."""

from hearing_server.domain.evidence import STEPS as TAKEN
from hearing_server.domain.facts import tag
from transcript.evidence import STEPS as PRINTED


def test_every_step_has_its_words() -> None:
    assert {tag(kind) for kind in TAKEN} == set(PRINTED)
