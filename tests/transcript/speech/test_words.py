"""Tokens to words, as the kinds of models write them."""

import pytest

from transcript.speech.words import Token, text, words


@pytest.mark.parametrize(
    ("tokens", "line"),
    [
        (["现", "在", "开", "庭"], "现在开庭"),
        (["▁the", "▁court", "▁is", "▁o", "pen"], "the court is open"),
        ([" the", " cou", "rt"], "the court"),
        (["hel@@", "lo", "world"], "hello world"),
        (["请", "看", "▁ex", "hibit", "▁2", "原", "件"], "请看 exhibit 2 原件"),
        (["▁", "是"], "是"),
        ([], ""),
    ],
)
def test_a_line_is_spelt_as_it_is_read(tokens: list[str], line: str) -> None:
    joined = words(Token(token, n / 10) for n, token in enumerate(tokens))
    assert text(joined) == line


def test_a_word_has_the_time_of_its_first_token() -> None:
    assert words([Token("▁o", 1.0), Token("pen", 1.2), Token("庭", 1.4)]) == [
        Token("open", 1.0),
        Token("庭", 1.4),
    ]
