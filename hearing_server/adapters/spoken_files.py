"""Implements SpokenFiles: what was recognised of an exhibit, by its hash; beside it the mark of a job."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from hearing_server.adapters.folder import make_folder_durably, write_durably
from hearing_server.services.exhibit_speech import Utterance

MARK = ".job"


class SpokenFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, hearing: str, sha256: str) -> list[Utterance] | None:
        try:
            said = json.loads(self._path(hearing, sha256).read_bytes())
        except FileNotFoundError:
            return None
        return [_utterance(one) for one in said]

    def save(self, hearing: str, sha256: str, said: Sequence[Utterance]) -> None:
        data = json.dumps([asdict(one) for one in said], ensure_ascii=False).encode()
        write_durably(self._path(hearing, sha256), data, 0o600)
        self.unmark(hearing, sha256)

    def mark(self, hearing: str, sha256: str, media_type: str) -> None:
        path = self._path(hearing, sha256, MARK)
        make_folder_durably(path.parent)
        write_durably(path, media_type.encode(), 0o600)

    def unmark(self, hearing: str, sha256: str) -> None:
        self._path(hearing, sha256, MARK).unlink(missing_ok=True)

    def marked(self) -> list[tuple[str, str, str]]:
        found = []
        for path in sorted(self._folder.glob(f"*/*{MARK}")):
            with suppress(UnicodeDecodeError):
                sha256 = path.name.removesuffix(MARK)
                found.append((path.parent.name, sha256, path.read_bytes().decode()))
        return found

    def _path(self, hearing: str, sha256: str, ending: str = ".json") -> Path:
        return self._folder / hearing / f"{sha256}{ending}"


def _utterance(one: dict[str, object]) -> Utterance:
    words = tuple((str(text), int(at)) for text, at in one["words"])  # type: ignore[attr-defined]
    return Utterance(
        text=str(one["text"]), began=int(str(one["began"])), until=int(str(one["until"])),
        words=words,
    )  # fmt: skip
