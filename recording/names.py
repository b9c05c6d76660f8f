"""Where a segment lies below the recordings folder: `<hearing>/<party>/<source>/<start ms>-<n>.mkv`,
and `.mkv.enc` where it is encrypted.

Every part is checked both ways, so no name can lead outside the folder.
"""

import re
from pathlib import Path

from hearing_server.services.media import TrackName

WHOLE = (".mkv", ".mkv.enc")  # complete segments
PART = ".part"  # still being written, or left by a crash
COPY = ".copy"  # on its way from the other directory
UNUSABLE = ".unusable"  # kept, but nothing in it could be read
LOG = "log.jsonl"  # in a hearing's folder: its log, as it is hashed
ALTERED = "log.jsonl.altered"  # one that was not what the database has, put aside
ABOUT = "README.txt"
COURT = "court.pem"  # the court's root certificate
STAMPS = "timestamps.pem"  # roots of a timestamp authority elsewhere
ROOTS = "roots.d"  # the signed roots as files; no party has a dot in its id
COPY_LIST, COPY_SIGNATURE, COPY_CERTIFICATE = COPY_FILES = (
    "copy.json",  # in a masked copy: what it is without, signed by the court
    "copy.sig",
    "copy.pem",
)
MIMETYPE = "mimetype"  # in a bundle (asic.py): what the zip is
MANIFEST = "META-INF/ASiCManifest001.xml"  # the digest of every file in it
MANIFEST_SIGNATURE = "META-INF/signature001.p7s"  # by the court's seal
ASSERTIONS = "assertions.d"  # what signers' passkeys answered
STROKES = "strokes.d"  # how names were written
DOCUMENTS = "documents.d"  # the signed transcript, notes of faults
REPORT, REPORT_DATA = "report.pdf", "report.json"  # who, how identified, and each step
CRL = "court.crl"  # revoked certificates of the court
CERTIFICATES = "certificates.pem"  # those that the court signed with
BUNDLE_FILES = (
    MIMETYPE,
    MANIFEST,
    MANIFEST_SIGNATURE,
    REPORT,
    REPORT_DATA,
    CRL,
    CERTIFICATES,
)
LOCK = ".lock"  # in every directory: held by the one worker that writes there
UNFINISHED = ".unfinished"  # one journal per hearing whose segments may not all be in the log

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE = re.compile(r"(\d{1,15})-(\d{1,9})\.mkv(?:\.enc)?")


def check_id(text: str) -> str:
    """Return `text`, or raise ValueError unless it is 1-64 letters, digits, `_` or `-`."""
    if not _ID.fullmatch(text):
        raise ValueError(f"not an id: {text[:80]!r}")
    return text


def track_folder(track: TrackName) -> str:
    """The folder of a track below the recordings folder. Raises ValueError on a bad id."""
    return "/".join(check_id(part) for part in (track.hearing, track.party, track.source))


def segment_name(track: TrackName, started_at: int, number: int, encrypted: bool = False) -> str:
    """The name of a segment that starts at `started_at` (Unix ms)."""
    return f"{track_folder(track)}/{started_at}-{number}{WHOLE[encrypted]}"


def is_encrypted(name: str) -> bool:
    return name.removesuffix(PART).endswith(WHOLE[True])


def parse_segment_name(name: str) -> tuple[TrackName, int]:
    """The track and the start (Unix ms) that a segment's name tells. Raises ValueError."""
    parts = name.split("/")
    match = _FILE.fullmatch(parts[-1])
    if len(parts) != 4 or match is None:
        raise ValueError(f"not a segment name: {name[:80]!r}")
    hearing, party, source = (check_id(part) for part in parts[:3])
    return TrackName(hearing=hearing, party=party, source=source), int(match[1])


def track_folders(folder: Path, hearing: str) -> list[tuple[TrackName, Path]]:
    """The folders of a hearing's tracks that exist, in order of name; links are not followed."""
    found = []
    for party in _subfolders(folder / check_id(hearing)):
        for source in _subfolders(party):
            track = TrackName(hearing=hearing, party=party.name, source=source.name)
            found.append((track, source))
    return found


def _subfolders(folder: Path) -> list[Path]:
    if not folder.is_dir() or folder.is_symlink():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if _ID.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    )
