"""The segments of one hearing erased from one directory, for good. What else lies beside them stays."""

import errno
from contextlib import suppress
from pathlib import Path

from recording import names
from recording.part import sync_folder

_LEFT = (names.PART, names.COPY, names.UNUSABLE)  # what a crash or a fault may have left of one


def erase_segments(folder: Path, hearing: str) -> int:
    """Erase every segment of `hearing`, complete or not, below `folder`; how many files went.

    Durable when it returns; done again it finishes what was begun. Blocks. Raises OSError, also where
    the directory is not there, or is the empty place beneath one whose disk is away: its files may come
    back with it. A recorder leaves its lock in every directory that it has used.
    """
    if not (folder / names.LOCK).is_file():
        raise FileNotFoundError(errno.ENOENT, "not there, or not the recordings", str(folder))
    gone = 0
    for _, below in names.track_folders(folder, hearing):
        for path in below.iterdir():
            if _is_segment(path, folder):
                path.unlink()
                gone += 1
        sync_folder(below)
        for emptied in (below, below.parent):
            with suppress(OSError):  # something else lies in it
                emptied.rmdir()
    (folder / names.UNFINISHED / names.check_id(hearing)).unlink(missing_ok=True)
    if (folder / hearing).is_dir():
        sync_folder(folder / hearing)
    return gone


def _is_segment(path: Path, folder: Path) -> bool:
    name = path.relative_to(folder).as_posix()
    for suffix in _LEFT:
        name = name.removesuffix(suffix)
    try:
        names.parse_segment_name(name)
    except ValueError:
        return False
    return not path.is_symlink()
