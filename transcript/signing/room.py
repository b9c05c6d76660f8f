"""How much room a file leaves for a signature: measured once, by a signature made for it alone."""

BRACKETS = 2  # around the hexadecimal digits
A_BYTE = 3  # digits for each byte more of a certificate: two, and the half more that pyHanko leaves


class Room:
    """Of one authority, whose signatures differ in their certificates alone."""

    def __init__(self) -> None:
        self._measured: tuple[int, int] | None = None  # digits, and the certificate's bytes

    def beside(self, certificate: int) -> int | None:
        """Digits to leave for a signature with a certificate of so many bytes; None: measure it."""
        if self._measured is None:
            return None
        digits, measured = self._measured
        more = A_BYTE * max(0, certificate - measured)
        return digits + more + more % 2

    def was(self, hole: int, certificate: int) -> None:
        """What was left, brackets and all."""
        if self._measured is None:
            self._measured = hole - BRACKETS, certificate
