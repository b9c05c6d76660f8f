"""From a model's tokens to words and a line. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

WORD_BEGINS = "▁ "  # how sentencepiece writes it, and how sherpa-onnx gives it
WORD_GOES_ON = "@@"  # how subword-nmt writes it


class Token(NamedTuple):
    text: str
    at: float  # seconds since the utterance began


def words(tokens: Iterable[Token]) -> list[Token]:
    """Tokens put together to words: a Chinese character is one."""
    tokens, found = list(tokens), list[Token]()
    marked = any(text[:1] in WORD_BEGINS for text, _ in tokens)
    goes_on = False  # the last token said that its word does
    for text, at in tokens:
        plain = text.strip(WORD_BEGINS).removesuffix(WORD_GOES_ON)
        begins = (
            not (found and marked)
            or text[:1] in WORD_BEGINS
            or _wide(text)
            or _wide(found[-1].text)
        )
        if not plain:
            continue
        if found and (goes_on or not begins):
            found[-1] = Token(found[-1].text + plain, found[-1].at)
        else:
            found.append(Token(plain, at))
        goes_on = text.endswith(WORD_GOES_ON)
    return found


def text(said: Iterable[Token]) -> str:
    """With a space between two words that are not Chinese."""
    line = ""
    for word in said:
        apart = line and not (_wide(line[-1]) and _wide(word.text))
        line += f" {word.text}" if apart else word.text
    return line


def _wide(text: str) -> bool:
    """Whether it is Chinese: written without spaces."""
    return any(ord(character) >= 0x2E80 for character in text)
