"""What people are told: whole in both languages, and nothing in it that is not theirs to know."""

from zoneinfo import ZoneInfo

import pytest

from hearing_server.domain.outbox import (
    ATTEMPTS,
    DAY,
    HOUR,
    Facts,
    Kind,
    compose,
    masked,
    next_try,
    schedule,
    when,
)

ZONE = ZoneInfo("Asia/Shanghai")
AT = 1_790_000_000_000  # 2026-09-21 21:33:20 in Shanghai
FACTS = Facts(
    court="虚构法院", number="（2026）测0001民初1号", title="{code} 甲诉乙", courtroom="第一法庭",
    name="甲（虚构）", planned_at=AT, minutes=60, link="https://court.example/enter#p.secret",
    reason="证人未到", code="381902", valid_minutes=5,
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_message_is_whole_in_each_language(kind: Kind, language: str) -> None:
    """Nothing left to fill in; a link where one is of use, a code in a code's message alone."""
    text = compose(kind, FACTS, language, ZONE)
    for part in (text.subject, text.body, text.short):
        assert part
        assert "{" not in part.replace("{code} 甲诉乙", "")
        assert ("381902" in part) == (kind is Kind.CODE and part is not text.subject)
    assert "\n" not in text.subject
    linked = kind not in (Kind.CANCELLED, Kind.CODE)
    assert (FACTS.link in text.body) == (FACTS.link in text.short) == linked
    assert len(text.short) < 300


def test_an_unknown_language_is_chinese() -> None:
    assert compose(Kind.INVITATION, FACTS, "fr", ZONE) == compose(
        Kind.INVITATION, FACTS, "zh-CN", ZONE
    )


def test_times_are_of_the_court_s_zone() -> None:
    assert when(AT, "zh-CN", ZONE) == "2026年9月21日（星期一）22:13"
    assert when(AT, "en", ZONE) == "Monday 21 September 2026, 22:13"


def test_only_reminders_still_to_come_are_planned() -> None:
    assert [kind for kind, _ in schedule(AT - 5 * DAY, AT)] == [
        Kind.SELF_CHECK, Kind.REMINDER_DAY, Kind.REMINDER_HOUR,
    ]  # fmt: skip
    assert schedule(AT - 2 * HOUR, AT) == [(Kind.REMINDER_HOUR, AT - HOUR)]
    assert schedule(AT, AT) == []


def test_tries_come_further_apart_and_end() -> None:
    waits = [next_try(n, 0) for n in range(1, ATTEMPTS)]
    assert waits == sorted(w for w in waits if w is not None)
    assert next_try(ATTEMPTS, 0) is None


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("jia@example.com", "j***@example.com"), ("138 0000 1234", "138****34"), ("12345", "****")],
)
def test_a_contact_is_shown_so_that_it_is_recognised_and_no_more(contact: str, shown: str) -> None:
    assert masked(contact) == shown
