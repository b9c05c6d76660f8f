"""What can go wrong with a transcript; each error has a stable code."""


class TranscriptError(Exception):
    """Something the caller asked for cannot be done. `code` is stable, the text is for people."""

    code = "transcript_error"

    def __init__(self, text: str, *, code: str | None = None) -> None:
        super().__init__(text)
        if code is not None:
            self.code = code


class FontsMissing(TranscriptError):
    """The typeface of the printed transcript is not installed or cannot be read."""

    code = "fonts_missing"


class UnprintableCharacter(TranscriptError):
    """A text holds characters that the fonts cannot print; `characters` names them."""

    code = "unprintable_character"

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        named = ", ".join(f"{printable(c)} (U+{ord(c):04X})" for c in characters[:8])
        more = f" and {len(characters) - 8} more" if len(characters) > 8 else ""
        super().__init__(f"the fonts cannot print {named}{more}")


class PrintingFailed(TranscriptError):
    """The typesetter refused the document; the text is its own message."""

    code = "printing_failed"


class SigningError(TranscriptError):
    """A signature, certificate or key was refused. Codes are listed in transcript/README.md."""

    code = "signing_failed"


def printable(character: str) -> str:
    """The character itself if a log or a screen can show it, otherwise a dotted circle."""
    return character if character.isprintable() else "◌"
