"""What was changed in a text, so that it can be seen at a glance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearing_server.domain.wording import MOST, Mark, Part, compared

S, G, N = Mark.SAME, Mark.GONE, Mark.NEW


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("我昨天在成都。", "我前天在成都。", [(S, "我"), (G, "昨"), (N, "前"), (S, "天在成都。")]),
        (
            "he paid 100 yuan",
            "he paid 1000 yuan",
            [(S, "he paid "), (G, "100"), (N, "1000"), (S, " yuan")],
        ),
        ("", "新句。", [(N, "新句。")]),
        ("旧句。", "", [(G, "旧句。")]),
        ("同", "同", [(S, "同")]),
        (
            "付 Zhang 三万元",
            "付 Wang 三万元",
            [(S, "付 "), (G, "Zhang"), (N, "Wang"), (S, " 三万元")],
        ),
    ],
)
def test_chinese_by_the_character_words_by_the_word(
    before: str, after: str, parts: list[tuple[Mark, str]]
) -> None:
    assert compared(before, after) == tuple(Part(*part) for part in parts)


@given(st.text("我你他在。ab 1", max_size=40), st.text("我你他在。ab 1", max_size=40))
def test_the_parts_are_both_texts(before: str, after: str) -> None:
    parts = compared(before, after)
    assert "".join(text for mark, text in parts if mark is not N) == before
    assert "".join(text for mark, text in parts if mark is not G) == after
    assert all(text for _, text in parts)


def test_a_line_that_is_new_altogether_costs_no_long_comparison() -> None:
    before, after = "甲乙" * MOST, "丙丁" * MOST
    assert compared(f"始{before}终", f"始{after}终") == (
        Part(S, "始"), Part(G, before), Part(N, after), Part(S, "终"),
    )  # fmt: skip
