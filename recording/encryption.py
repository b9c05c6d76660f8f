"""Segments encrypted at rest: only who holds the court's private key can see or hear them.

A data key per hearing and worker, random, is sealed to the court's X25519 key by HPKE (RFC 9180;
X25519, HKDF-SHA256, AES-256-GCM). Each file has a key of its own, HKDF-SHA256 (RFC 5869) of the data
key with a random salt of 32 bytes and the whole head as info, so what stands in the head cannot be
changed. Its chunks are AES-256-GCM (RFC 5116) with their number as nonce; a file is only ever
appended to by the one who made its salt, so no nonce comes twice, after a crash neither.

A file is: `HEARREC1`, length of the head u16, head (msgpack), its CRC-32; then chunks: a plain
`CHUNK` head and the ciphertext. The first holds Matroska's header, each other one a cluster, the last
one what is to be patched in the first. The times and the check value in the chunk heads are there so that
a crash can be cleaned up after without any key; the head is authenticated with its chunk. The value
is over the head and both ends of the ciphertext: what tears a write tears an end, and a CRC of all
of it would cost more than the encryption.
"""

import os
from dataclasses import dataclass
from struct import Struct as Layout
from zlib import crc32

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hearing_server.services.media import Codec, TrackName
from recording.matroska import Contents

MAGIC = b"HEARREC1"
CHUNK = Layout(">BIIIHHI")  # kind, number, length, ms of the last frame, interval, frames, check
FIRST, CLUSTER, LAST = range(3)
MOST_CHUNK = 8 << 20
TAG = 16
EDGE = 64

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LENGTH = Layout(">H")
_CRC = Layout(">I")
_INFO = b"hearing-server recording key 1 "


class Unreadable(Exception):
    """`code` is one of `no_key`, `wrong_key`, `changed`, `truncated`, `not_encrypted`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the beginning of a file, in clear. `key` names the court's key."""

    key: bytes
    sealed: bytes
    salt: bytes
    codec: Codec
    started_at: int
    hearing: str
    party: str
    source: str


@dataclass(frozen=True, kw_only=True)
class HearingKey:
    """A data key, and the same sealed to the court's key."""

    key: bytes
    sealed: bytes
    data: bytes


def key_id(public: X25519PublicKey) -> bytes:
    """Eight bytes that name a key."""
    digest = HKDF(algorithm=SHA256(), length=8, salt=None, info=b"hearing-server key id")
    return digest.derive(public.public_bytes_raw())


def new_hearing_key(public: X25519PublicKey, hearing: str) -> HearingKey:
    """A fresh data key for a hearing."""
    data = os.urandom(32)
    sealed = _SUITE.encrypt(data, public, info=_INFO + hearing.encode())
    return HearingKey(key=key_id(public), sealed=sealed, data=data)


class Keyring:
    """Opens sealed data keys: with the court's private key, or with what that opened before."""

    def __init__(
        self, private: X25519PrivateKey | None = None, opened: dict[bytes, bytes] | None = None
    ) -> None:
        self._private = private
        self.opened = dict(opened or {})  # by the sealed key

    def data_key(self, head: Head) -> bytes:
        """Raises Unreadable(no_key, wrong_key, changed)."""
        known = self.opened.get(head.sealed)
        if known is not None:
            return known
        if self._private is None:
            raise Unreadable("no_key", "the court's private recording key is not here")
        if key_id(self._private.public_key()) != head.key:
            raise Unreadable("wrong_key", f"it was recorded for the key {head.key.hex()}")
        try:
            data = _SUITE.decrypt(head.sealed, self._private, info=_INFO + head.hearing.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable("changed", "the sealed key does not open") from error
        self.opened[head.sealed] = data
        return data


class Encryptor:
    """Makes the bytes of one file, in order."""

    def __init__(self, key: HearingKey, track: TrackName, codec: Codec, started_at: int) -> None:
        head = Head(
            key=key.key,
            sealed=key.sealed,
            salt=os.urandom(32),
            codec=codec,
            started_at=started_at,
            hearing=track.hearing,
            party=track.party,
            source=track.source,
        )
        body = msgspec.msgpack.encode(head)
        begin = MAGIC + _LENGTH.pack(len(body)) + body
        self.head = begin + _CRC.pack(crc32(begin))
        self._cipher = AESGCM(_file_key(key.data, head.salt, begin))
        self._number = 0

    def chunk(
        self, kind: int, plain: bytes, last_at: int = 0, interval: int = 0, frames: int = 0
    ) -> bytes:
        """The next chunk; `last_at` is of its last frame, `interval` to the one before, ms."""
        number = self._number
        self._number += 1
        fields = (kind, number, len(plain) + TAG, last_at, min(interval, 0xFFFF), frames)
        plain_head = CHUNK.pack(*fields, 0)[:-4]
        sealed = self._cipher.encrypt(_nonce(number), plain, plain_head)
        return b"".join((plain_head, _CRC.pack(check_value(plain_head, sealed)), sealed))


def check_value(head: bytes, sealed: bytes) -> int:
    """Of a chunk that is there from its first byte to its last."""
    return crc32(sealed[-EDGE:], crc32(sealed[:EDGE], crc32(head)))


def end_of(patches: list[tuple[int, bytes]]) -> bytes:
    """What the last chunk of a whole file says."""
    return msgspec.msgpack.encode(patches)


def patches_of(plain: bytes) -> list[tuple[int, bytes]]:
    return msgspec.msgpack.decode(plain, type=list[tuple[int, bytes]])


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Where a chunk's ciphertext lies, and what its head says."""

    kind: int
    number: int
    start: int
    end: int
    last_at: int
    interval: int
    frames: int
    head: bytes  # as it was authenticated

    @property
    def size(self) -> int:
        """Of the plain text."""
        return self.end - self.start - TAG


def read_head(data: bytes) -> tuple[Head, bytes, int]:
    """The head, its bytes, and where the chunks begin. Raises Unreadable."""
    if data[:8] != MAGIC:
        raise Unreadable("not_encrypted", "this is no encrypted segment")
    (length,) = _LENGTH.unpack_from(data[8:10].ljust(2, b"\0"))
    begin = data[: 10 + length]
    crc = data[10 + length : 14 + length]
    if len(begin) < 10 + length or len(crc) < 4:
        raise Unreadable("truncated", "the file ends in its head")
    if _CRC.pack(crc32(begin)) != crc:
        raise Unreadable("changed", "the head is not what was written")
    try:
        return msgspec.msgpack.decode(begin[10:], type=Head), begin, 14 + length
    except msgspec.MsgspecError as error:
        raise Unreadable("changed", str(error)) from error


def chunks(data: bytes, at: int) -> tuple[list[Chunk], int]:
    """The whole chunks from `at` on, and where they end. Nothing is decrypted."""
    found: list[Chunk] = []
    while at + CHUNK.size <= len(data):
        head = data[at : at + CHUNK.size]
        kind, number, length, last_at, interval, frames, crc = CHUNK.unpack(head)
        start, end = at + CHUNK.size, at + CHUNK.size + length
        whole = TAG <= length <= MOST_CHUNK and end <= len(data) and number == len(found)
        if not whole or _value(data, start, end, head[:-4]) != crc:
            break
        found.append(
            Chunk(
                kind=kind,
                number=number,
                start=start,
                end=end,
                last_at=last_at,
                interval=interval,
                frames=frames,
                head=head[:-4],
            )
        )
        at = end
        if kind == LAST:
            break
    return found, at


def _value(data: bytes, start: int, end: int, head: bytes) -> int:
    first = data[start : min(start + EDGE, end)]
    return crc32(data[max(start, end - EDGE) : end], crc32(first, crc32(head)))


def trim(data: bytes) -> Contents | None:
    """What a crash left, up to the last whole chunk, by what is in clear; None without a frame."""
    try:
        head, _, at = read_head(data)
    except Unreadable:
        return None
    found, size = chunks(data, at)
    clusters = [chunk for chunk in found if chunk.kind == CLUSTER]
    if not clusters:
        return None
    return Contents(
        codec=head.codec,
        started_at=head.started_at,
        size=size,
        frames=sum(chunk.frames for chunk in clusters),
        last_at=clusters[-1].last_at,
        interval=clusters[-1].interval,
    )


class Decryptor:
    """Opens the chunks of one file. Raises Unreadable."""

    def __init__(self, keys: Keyring, head: Head, begin: bytes) -> None:
        self._cipher = AESGCM(_file_key(keys.data_key(head), head.salt, begin))

    def open(self, chunk: Chunk, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(chunk.number), sealed, chunk.head)
        except InvalidTag as error:
            detail = f"chunk {chunk.number} is not what was written"
            raise Unreadable("changed", detail) from error


def _file_key(data_key: bytes, salt: bytes, head: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=head).derive(data_key)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
