"""Everything that is drawn and not filmed: seats, labels, cards, the clock. Pillow, once a change."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

from hearing_server.services.composite import Extent, Script, Stretch
from recording.composite import words
from recording.composite.layout import CLOCK, EDGE, HEAD, HEIGHT, LABEL, WIDTH, Box
from recording.composite.timeline import View

Colour = tuple[int, int, int]

FACE = 2  # Noto Sans CJK SC within the collection
BACK: Colour = (18, 22, 29)
BAR: Colour = (31, 38, 48)
PICTURE: Colour = (35, 42, 54)
RULE: Colour = (58, 68, 84)
INK: Colour = (240, 243, 247)
SOFT: Colour = (168, 178, 192)
WARM: Colour = (232, 190, 110)
LIT: Colour = (79, 208, 138)

BORDER = 4


class Painter:
    """`font` is the file of Noto Sans CJK, `zone` the court's time zone."""

    def __init__(self, script: Script, font: str, zone: str) -> None:
        self._script = script
        self._font_file = font
        self._zone = ZoneInfo(zone)
        self._seats = {seat.party: seat for seat in script.seats}
        self.font = lru_cache(maxsize=16)(self._font)

    def background(self, view: View) -> Image.Image:
        """The whole picture as it is while nobody is filmed."""
        if view.sealed is not None:
            return self.card("sealed", "", view.sealed)
        image, draw = self._blank(view.exhibit)
        for tile in view.floor.tiles:
            small = tile.label.height < LABEL
            draw.rectangle(_corners(tile.picture), fill=PICTURE)
            message = view.messages.get(tile.party, "")
            if message:
                self._centred(draw, tile.picture, message, 15 if small else 20, SOFT)
            self._label(draw, tile.label, tile.party, view.marks.get(tile.party, ""), small)
        if view.floor.stage is not None:
            draw.rectangle(_corners(view.floor.stage), fill=(0, 0, 0))
        if not view.floor.tiles:
            self._centred(draw, Box(0, HEAD, WIDTH, HEIGHT - HEAD), words.CAMERA[""], 26, SOFT)
        return image

    def card(self, cause: str, reason: str, span: Extent) -> Image.Image:
        """A full card: what happened in this span instead of a picture, and why."""
        image, draw = self._blank("")
        middle = HEAD + (HEIGHT - HEAD) // 2
        draw.rectangle((WIDTH // 2 - 36, middle - 96, WIDTH // 2 + 36, middle - 93), fill=WARM)
        self._centred(draw, Box(0, middle - 84, WIDTH, 70), words.CARDS.get(cause, cause), 46, INK)
        if reason:
            self._centred(draw, Box(120, middle, WIDTH - 240, 40), reason, 24, SOFT)
        times = f"{self._at(span.started_at)}  —  {self._at(span.ended_at)}"
        self._centred(draw, Box(0, middle + 52, WIDTH, 40), times, 22, SOFT)
        return image

    def stretch_card(self, stretch: Stretch) -> Image.Image:
        return self.card(
            stretch.cause, stretch.reason, Extent(stretch.started_at, stretch.ended_at)
        )

    def clock(self, at: int, running_s: int) -> Image.Image:
        """The date and time of what is seen, and how far into this file: the box `CLOCK`."""
        image = Image.new("RGB", (CLOCK.width, CLOCK.height), BAR)
        draw = ImageDraw.Draw(image)
        time, font = self._at(at), self.font(24)
        width = draw.textlength(time, font=font)
        middle = CLOCK.height // 2
        draw.text((CLOCK.width - width, middle), time, font=font, fill=INK, anchor="lm")
        hours, rest = divmod(running_s, 3600)
        running = f"{words.RUNNING} {hours:02}:{rest // 60:02}:{rest % 60:02}"
        draw.text(
            (CLOCK.width - width - 20, middle), running, font=self.font(17), fill=SOFT, anchor="rm"
        )
        return image

    def shares(self, party: str) -> str:
        seat = self._seats[party]
        return f"{words.SHARES}：{seat.role} {seat.name}"

    def _blank(self, exhibit: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        image = Image.new("RGB", (WIDTH, HEIGHT), BACK)
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, WIDTH, HEAD - 1), fill=BAR)
        room, x, middle = CLOCK.x - EDGE - 10, EDGE, HEAD // 2
        for text, size, colour in (
            (self._script.court, 19, INK),
            (self._script.case_number, 17, SOFT),
            (f"{words.EXHIBIT} {exhibit}" if exhibit else "", 16, WARM),
        ):
            fitted = self._fitted(draw, text, size, room - x)
            draw.text((x, middle), fitted, font=self.font(size), fill=colour, anchor="lm")
            x += int(draw.textlength(fitted, font=self.font(size))) + 18
        return image, draw

    def _label(
        self, draw: ImageDraw.ImageDraw, box: Box, party: str, mark: str, small: bool
    ) -> None:
        """Role and name, and at the right what is the matter with the sound."""
        seat, size = self._seats[party], 14 if small else 17
        draw.rectangle(_corners(box), fill=BAR)
        middle, right = box.y + box.height // 2, box.right - 8
        if mark:
            font = self.font(size - 3)
            fitted = self._fitted(draw, mark, size - 3, box.width // 2 - 8)
            draw.text((right, middle), fitted, font=font, fill=WARM, anchor="rm")
            right -= int(draw.textlength(fitted, font=font)) + 8
        x = box.x + 8
        draw.text((x, middle), seat.role, font=self.font(size - 2), fill=SOFT, anchor="lm")
        x += int(draw.textlength(seat.role, font=self.font(size - 2))) + 8
        name = self._fitted(draw, seat.name, size, right - x)
        draw.text((x, middle), name, font=self.font(size), fill=INK, anchor="lm")

    def _centred(
        self, draw: ImageDraw.ImageDraw, box: Box, text: str, size: int, colour: Colour
    ) -> None:
        fitted = self._fitted(draw, text, size, box.width - 16)
        at = (box.x + box.width / 2, box.y + box.height / 2)
        draw.text(at, fitted, font=self.font(size), fill=colour, anchor="mm")

    def _fitted(self, draw: ImageDraw.ImageDraw, text: str, size: int, room: float) -> str:
        """The text in one line, shortened to the room there is."""
        text, font = " ".join(text.split())[:300], self.font(size)
        if draw.textlength(text, font=font) <= room:
            return text
        while text and draw.textlength(f"{text}…", font=font) > room:
            text = text[:-1]
        return f"{text}…" if text else ""

    def _at(self, at: int) -> str:
        return datetime.fromtimestamp(at // 1000, self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self._font_file, size, index=FACE)


def _corners(box: Box) -> tuple[int, int, int, int]:
    return (box.x, box.y, box.right - 1, box.bottom - 1)
