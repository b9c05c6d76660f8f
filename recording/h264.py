"""What a recording must know of H.264: the size in a sequence parameter set, and the avcC record."""

MAX_SIDE = 16_384


def dimensions(sps: bytes) -> tuple[int, int] | None:
    """Width and height that a sequence parameter set names (H.264, 7.3.2.1.1); None if it is broken."""
    try:
        width, height = _Sps(sps).size()
    except (IndexError, ValueError):
        return None
    return (width, height) if 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE else None


def avcc(sps: bytes, pps: bytes) -> bytes:
    """The AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1) for NAL units behind 4-byte lengths."""
    return b"".join(
        (
            bytes([1, sps[1], sps[2], sps[3], 0xFF, 0xE1]),
            len(sps).to_bytes(2, "big"),
            sps,
            b"\x01",
            len(pps).to_bytes(2, "big"),
            pps,
        )
    )


class _Sps:
    """Reads bits of one parameter set; IndexError past its end, ValueError on impossible codes."""

    _WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})

    def __init__(self, sps: bytes) -> None:
        self._data = sps.replace(b"\x00\x00\x03", b"\x00\x00")
        self._at = 8

    def size(self) -> tuple[int, int]:
        profile = self._bits(24) >> 16
        self._code()
        chroma = self._chroma() if profile in self._WITH_CHROMA else 1
        self._code()
        self._order()
        self._code()
        self._bits(1)
        width = (self._code() + 1) * 16
        rows = self._code() + 1
        frames_only = self._bits(1)
        if not frames_only:
            self._bits(1)
        self._bits(1)
        height = rows * 16 * (2 - frames_only)
        if self._bits(1):
            left, right, top, bottom = (self._code() for _ in range(4))
            across = 1 if chroma in (0, 3) else 2
            down = (2 if chroma == 1 else 1) * (2 - frames_only)
            width -= (left + right) * across
            height -= (top + bottom) * down
        return width, height

    def _chroma(self) -> int:
        chroma = self._code()
        if chroma == 3:
            self._bits(1)
        self._code()
        self._code()
        self._bits(1)
        if self._bits(1):
            for index in range(12 if chroma == 3 else 8):
                if self._bits(1):
                    self._scaling_list(16 if index < 6 else 64)
        return chroma

    def _scaling_list(self, length: int) -> None:
        last = following = 8
        for _ in range(length):
            if following:
                following = (last + self._signed()) % 256
            last = following or last

    def _order(self) -> None:
        kind = self._code()
        if kind == 0:
            self._code()
        elif kind == 1:
            self._bits(1)
            self._code()
            self._code()
            cycle = self._code()
            if cycle > 255:
                raise ValueError("more reference frames than there can be")
            for _ in range(cycle):
                self._code()

    def _bits(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def _code(self) -> int:
        """ue(v), 9.1."""
        zeros = 0
        while not self._bits(1):
            zeros += 1
            if zeros > 31:
                raise ValueError("a code of impossible length")
        return (1 << zeros) - 1 + self._bits(zeros)

    def _signed(self) -> int:
        code = self._code()
        return (code + 1) // 2 if code & 1 else -(code // 2)
