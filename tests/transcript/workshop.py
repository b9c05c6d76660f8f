"""The steps of transcript/signing/work.py in this process."""

from collections.abc import Callable
from typing import Any, TypeVar

from transcript.signing.authority import Authority

T = TypeVar("T")


class Here:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def start(self) -> None: ...

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        return function(*arguments, self._authority)
