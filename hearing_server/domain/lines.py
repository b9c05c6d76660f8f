"""Lines as a hearing's state holds them, and the operations that made them what they are. Pure."""

from dataclasses import dataclass

from hearing_server.domain.events import Span
from hearing_server.domain.events.lines import StrikeCause

KEPT_OPERATIONS = (
    2000  # that the state remembers; an older one can neither be undone nor told from a new one
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One attributed passage of the transcript with its time span.

    `entered` is the span that it was entered with: of words in a log from before spans could change.
    """

    line: int
    revision: int
    speaker: str
    text: str
    started_at: int
    ended_at: int
    entered: Span
    disputed: bool = False
    struck: StrikeCause | None = None

    @property
    def span(self) -> Span:
        return Span(self.started_at, self.ended_at)


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What an operation did to a line: what it was `before`, None if it was not, and its revision after."""

    line: int
    before: Line | None
    revision: int


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One act of a desk. `undoes` is the operation that it took back, `undone` that it was taken back."""

    operation: str
    by: str
    touched: tuple[Touched, ...]
    undoes: str = ""
    undone: bool = False


def placed(order: tuple[int, ...], line: int, after: int | None) -> tuple[int, ...]:
    """The numbers of the lines in their places, with one more; 0 is before all, None after all."""
    if after is None:
        return (*order, line)
    place = order.index(after) + 1 if after else 0
    return (*order[:place], line, *order[place:])


def after_at(lines: tuple[Line, ...], order: tuple[int, ...], at: int) -> int | None:
    """After which line something stands that began at this moment: 0 before all, None after all."""
    earlier = [place for place, line in enumerate(order) if lines[line - 1].started_at <= at]
    last = earlier[-1] if earlier else -1
    if last == len(order) - 1:
        return None
    return order[last] if last >= 0 else 0


def joined(first: str, second: str) -> str:
    """Two texts as one: words of letters keep a space between them, Chinese has none."""
    return f"{first} {second}" if first[-1].isascii() and second[0].isascii() else first + second


def split(text: str, position: int) -> tuple[str, str]:
    """The two parts of a text, without the spaces between them."""
    return text[:position].strip(), text[position:].strip()
