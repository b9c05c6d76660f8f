"""What passes between the server and a signing process: the keys, then calls and their answers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from .authority import Authority
from .timestamp import RemoteTimestamps
from .token import Token


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What opens the court's authority. `timestamp_roots` in DER."""

    folder: Path
    passphrase: bytes
    court_name: str
    timestamp_url: str = ""
    timestamp_roots: tuple[bytes, ...] = ()
    token_module: Path | None = None
    token_label: str = ""
    token_pin: str = ""

    def open(self) -> Authority:
        """Raises SigningError as `Authority.open`."""
        roots = tuple(x509.load_der_x509_certificate(one) for one in self.timestamp_roots)
        remote = RemoteTimestamps(url=self.timestamp_url, roots=roots)
        return Authority.open(
            self.folder,
            self.passphrase,
            self.court_name,
            remote_timestamps=remote if self.timestamp_url else None,
            token=self._token(),
        )

    def _token(self) -> Token | None:
        if self.token_module is None:
            return None
        return Token(self.token_module, self.token_label, self.token_pin)


@dataclass(frozen=True)
class Call:
    """`function(*arguments, authority)`; the function is one of a module, so that it goes by its name."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Done:
    value: Any


@dataclass(frozen=True)
class Refusal:
    """A TranscriptError: its code and text."""

    code: str
    text: str


@dataclass(frozen=True)
class Fault:
    """Anything else: a fault of ours, as a traceback."""

    text: str
