"""Segments that could not be shown: named with their cause, and never passed over in silence."""

from collections.abc import Callable

from recording.opened import ExportRefused

UNDECODABLE = "undecodable"  # whole, but no picture or sound comes out of it
HOPELESS = frozenset({"no_key", "wrong_key"})  # of every segment, so that no copy is worth making


class Damage:
    """What was found damaged: cause by the segment's name. `changed` is called at each new one."""

    def __init__(self) -> None:
        self.causes: dict[str, str] = {}
        self.changed: Callable[[], None] = lambda: None

    def note(self, segment: str, cause: str) -> None:
        if segment not in self.causes:
            self.causes[segment] = cause
            self.changed()

    def refused(self, segment: str, refusal: ExportRefused) -> None:
        """Go on without this segment; without the court's key there is nothing to go on with."""
        if refusal.code in HOPELESS:
            raise refusal
        self.note(segment, refusal.code.removeprefix("segment_"))
