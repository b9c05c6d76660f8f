"""Where everything stands in the picture; pure. Pixels of a picture of 1280x720.

The bench is at the top centre, claim at the left, defence at the right, stand and clerk below the bench.
When a screen is shared the pictures shrink to a row in the same order and it opens below them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hearing_server.services.composite import Place, ShownSeat

WIDTH, HEIGHT = 1280, 720
HEAD = 44  # the bar of court, case and time
EDGE, SPACE = 14, 12
LABEL = 30  # under each picture
LOW_LABEL = 24  # in the row
ROW = 132
SIDE, NARROW_SIDE = (
    0.31,
    0.25,
)  # of the width, for each side; narrow beside a bench of three and more
IN_ROW = 4  # judges side by side
ROUND = 16 / 9


class Box(NamedTuple):
    """Even numbers, so that chroma planes have whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


CLOCK = Box(WIDTH - EDGE - 410, 4, 410, HEAD - 8)


class Tile(NamedTuple):
    """One seat: its picture, and its label below."""

    party: str
    picture: Box
    label: Box


class Floor(NamedTuple):
    tiles: tuple[Tile, ...]
    stage: Box | None


def floor_of(seats: Sequence[ShownSeat], shared: bool) -> Floor:
    """Places of these seats; `shared` opens the stage."""
    if shared:
        return _with_stage(seats)
    area = Box(EDGE, HEAD + SPACE, WIDTH - 2 * EDGE, HEIGHT - HEAD - SPACE - EDGE)
    bench, below = _at(seats, "bench"), _at(seats, "stand", "clerk")
    side = int(area.width * (SIDE if len(bench) < 3 else NARROW_SIDE))
    x, middle = area.x + side + SPACE, area.width - 2 * (side + SPACE)
    upper = _upper(len(bench), middle, area.height, alone=not below)
    lower = Box(x, area.y + upper + SPACE, middle, area.height - upper - SPACE)
    tiles = (
        *_grid(_at(seats, "left"), Box(area.x, area.y, side, area.height)),
        *_grid(bench, Box(x, area.y, middle, upper), min(len(bench), IN_ROW)),
        *_grid(below, lower),
        *_grid(_at(seats, "right"), Box(area.right - side, area.y, side, area.height)),
    )
    return Floor(tiles, None)


def _at(seats: Sequence[ShownSeat], *places: Place | str) -> list[ShownSeat]:
    return [seat for seat in seats if seat.place in places]


def _upper(judges: int, width: int, height: int, alone: bool) -> int:
    """What the bench needs of the middle's height, at the top: its row of pictures, or what there is."""
    columns = min(max(judges, 1), IN_ROW)
    rows = -(-max(judges, 1) // columns)
    needed = ((width - SPACE * (columns - 1)) / columns / ROUND + LABEL) * rows + SPACE * (rows - 1)
    return _even(min(needed, height if alone else height * 0.54))


def _grid(seats: Sequence[ShownSeat], box: Box, columns: int = 0) -> list[Tile]:
    """Seats in a box, in rows of `columns`, or so that each is as large as it can be."""
    if not seats:
        return []
    count = len(seats)
    columns = columns or max(range(1, count + 1), key=lambda n: (_size(count, n, box), -n))
    rows = -(-count // columns)
    width = (box.width - SPACE * (columns - 1)) / columns
    height = (box.height - SPACE * (rows - 1)) / rows
    tiles = []
    for index, seat in enumerate(seats):
        line, place = divmod(index, columns)
        in_line = min(columns, count - line * columns)
        indent = (box.width - in_line * width - (in_line - 1) * SPACE) / 2
        x, y = box.x + indent + place * (width + SPACE), box.y + line * (height + SPACE)
        tiles.append(_tile(seat.party, Box(int(x), int(y), int(width), int(height)), LABEL))
    return tiles


def _size(count: int, columns: int, box: Box) -> float:
    """How wide a picture would be."""
    rows = -(-count // columns)
    width = (box.width - SPACE * (columns - 1)) / columns
    height = (box.height - SPACE * (rows - 1)) / rows - LABEL
    return round(min(width, height * ROUND))


def _tile(party: str, cell: Box, label: int) -> Tile:
    """The picture and its label, centred in a cell."""
    width = _even(min(cell.width, (cell.height - label) * ROUND))
    height = _even(width / ROUND)
    x = _even(cell.x + (cell.width - width) / 2)
    y = _even(cell.y + (cell.height - height - label) / 2)
    return Tile(party, Box(x, y, width, height), Box(x, y + height, width, label))


def _with_stage(seats: Sequence[ShownSeat]) -> Floor:
    order = ("left", "bench", "stand", "clerk", "right")
    row = sorted(seats, key=lambda seat: order.index(seat.place))
    width = min(190, (WIDTH - 2 * EDGE - 8 * (len(row) - 1)) / max(1, len(row)))
    indent = (WIDTH - len(row) * width - (len(row) - 1) * 8) / 2
    tiles = tuple(
        _tile(
            seat.party,
            Box(int(indent + index * (width + 8)), HEAD + 6, int(width), ROW),
            LOW_LABEL,
        )
        for index, seat in enumerate(row)
    )
    top = HEAD + 6 + ROW + 8
    return Floor(tiles, Box(EDGE, top, WIDTH - 2 * EDGE, _even(HEIGHT - top - 8)))


def fitted(width: int, height: int, box: Box) -> Box:
    """The largest box of these proportions inside `box`: nothing of a picture is cut off."""
    scale = min(box.width / width, box.height / height)
    w, h = max(2, _even(width * scale)), max(2, _even(height * scale))
    return Box(_even(box.x + (box.width - w) / 2), _even(box.y + (box.height - h) / 2), w, h)


def _even(value: float) -> int:
    return int(value) // 2 * 2
