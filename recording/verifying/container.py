"""The bundle as one thing: what it says it is, and every file in it as the court sealed it."""

import contextlib
import hashlib
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping

from recording import asic, names
from recording.verifying.judges import Judges
from recording.verifying.report import Finding, Level
from recording.verifying.roots import Trust
from recording.verifying.source import Source

CHUNK = 1 << 20
_META = frozenset({names.MIMETYPE, names.MANIFEST, names.MANIFEST_SIGNATURE})

Time = Callable[[int], str]


def is_bundle(present: Mapping[str, int]) -> bool:
    return names.MIMETYPE in present or names.MANIFEST in present


def check(
    source: Source,
    present: Mapping[str, int],
    read: Mapping[str, str],
    trust: Trust,
    judges: Judges,
    time: Time,
) -> Iterator[Finding]:
    """`read` has the SHA-256 of the files that were read already."""
    if not _is_typed(source, present):
        yield _finding("error", "container_type", names.MIMETYPE)
    crl = small(source, names.CRL, 1 << 20)
    if crl:
        holds = judges.revocations(crl, trust.roots)
        yield _finding("ok" if holds else "error", "crl" if holds else "crl_invalid", names.CRL)
    manifest = small(source, names.MANIFEST, asic.MOST_MANIFEST)
    if not manifest:
        yield _finding("error", "manifest_missing", names.MANIFEST)
        return
    signed = yield from _signature(source, manifest, crl, trust, judges, time)
    try:
        referenced = asic.read_manifest(manifest)
    except asic.BadManifest as error:
        yield _finding("error", "manifest_unreadable", str(error)[:200])
        return
    wrong = 0
    for finding in _files(source, present, read, referenced):
        wrong += 1
        yield finding
    if signed and not wrong:
        data = {"files": len(referenced)}
        yield Finding(level="ok", code="files", text=str(len(referenced)), data=data)


def _signature(
    source: Source, manifest: bytes, crl: bytes, trust: Trust, judges: Judges, time: Time
) -> Generator[Finding, None, bool]:
    """Whether the court sealed this manifest."""
    signature = small(source, names.MANIFEST_SIGNATURE, 1 << 20)
    facts = judges.container(manifest, signature, trust.roots, trust.stamp_roots, crl)
    if not facts.signed:
        yield _finding("error", "container_unsigned", facts.problem or names.MANIFEST_SIGNATURE)
        return False
    if facts.revoked:
        yield _finding("error", "container_revoked", facts.court)
        return False
    if not facts.sealed:
        yield _finding("error", "container_untrusted", facts.court)
        return False
    if facts.stamped_at is None:
        yield _finding("warning", "timestamp_missing", names.MANIFEST_SIGNATURE)
        yield _finding("ok", "container", facts.court)
        return True
    if not facts.stamp_trusted:
        yield _finding("warning", "timestamp_untrusted", names.MANIFEST_SIGNATURE)
    moment = time(int(facts.stamped_at.timestamp() * 1000))
    yield _finding("ok", "container", f"{facts.court}, {moment} RFC 3161")
    return True


def _files(
    source: Source,
    present: Mapping[str, int],
    read: Mapping[str, str],
    referenced: list[asic.Referenced],
) -> Iterator[Finding]:
    """What is not as the manifest says."""
    known: set[str] = set()
    for one in referenced:
        if one.name in known:
            yield _finding("error", "file_repeated", one.name)
        known.add(one.name)
        if one.name not in present:
            yield _finding("error", "file_missing", one.name)
        elif (read.get(one.name) or digest(source, one.name)) != one.sha256:
            yield _finding("error", "file_changed", one.name)
    for name in present.keys() - known - _META:
        yield _finding("error", "file_extra", name)


def _is_typed(source: Source, present: Mapping[str, int]) -> bool:
    said = small(source, names.MIMETYPE, len(asic.TYPE)) if names.MIMETYPE in present else b""
    return said == asic.TYPE and source.first in ("", names.MIMETYPE)


def small(source: Source, name: str, most: int) -> bytes:
    """A file of at most so many bytes; nothing when it is not there, larger or unreadable."""
    with (
        contextlib.suppress(OSError, zipfile.BadZipFile, EOFError),
        source.open(name) as file,
    ):
        data = file.read(most + 1)
        return data if len(data) <= most else b""
    return b""


def digest(source: Source, name: str) -> str:
    """In hex; empty when it cannot be read to its end."""
    made = hashlib.sha256()
    with (
        contextlib.suppress(OSError, zipfile.BadZipFile, EOFError),
        source.open(name) as file,
    ):
        while chunk := file.read(CHUNK):
            made.update(chunk)
        return made.hexdigest()
    return ""


def _finding(level: Level, code: str, text: str) -> Finding:
    return Finding(level=level, code=code, text=text[:300])
