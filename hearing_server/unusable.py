"""What ends a command with one line: something that was given, or found, cannot be used."""


class Unusable(Exception):
    """The text says what and why, in one line."""


class CannotStart(Unusable):
    """The server, or a command, cannot run here."""
