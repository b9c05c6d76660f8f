"""What an exhibit's file may be called: as its owner called it, as far as that is safe and true."""

import re
from collections.abc import Mapping

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hidden import HIDDEN

LONGEST = 100

# By media type: the endings that say so; the first is added to a name that has none of them.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/heic": ("heic", "heif", "hif"),
    "video/mp4": ("mp4", "m4v", "mov", "qt"),
    "video/webm": ("webm", "mkv"),
    "video/ogg": ("ogv", "ogg"),
    "audio/mp4": ("m4a", "mp4", "m4b", "mov"),
    "audio/webm": ("weba", "webm"),
    "audio/mpeg": ("mp3", "mpga"),
    "audio/wav": ("wav", "wave"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/flac": ("flac",),
    "audio/aac": ("aac",),
}
# What is looked at by pages made for it, and as what: never the file of somebody who is only shown a page
# of it, with all else that stands in it (where a picture was taken), nor one that browsers cannot show.
# Not GIF, which moves: as film and sound it is given as a file of its own, bare.
SHOWN_AS: Mapping[str, str] = {
    "application/pdf": "application/pdf",
    "image/heic": "image/jpeg",
    "image/jpeg": "image/jpeg",
    "image/png": "image/jpeg",
    "image/webp": "image/jpeg",
}

# Endings that are a claim; any other, as in 合同.2024, is part of the name.
CLAIMS = frozenset(ending for endings in ENDINGS.values() for ending in endings) | frozenset(
    (
        *("doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "txt", "csv", "odt", "wps", "ofd"),
        *("htm", "html", "xhtml", "svg", "xml", "js", "mjs", "json", "css", "hta", "mht", "mhtml"),
        *("exe", "msi", "bat", "cmd", "com", "scr", "ps1", "vbs", "jar", "sh", "apk", "lnk", "url"),
        *("zip", "rar", "7z", "gz", "tar", "iso", "bmp", "tif", "tiff", "avif"),
        *("avi", "wmv", "wma", "flv", "mpg", "mpeg", "ts", "3gp", "amr", "swf", "eml", "msg"),
    )
)


def kept_name(given: str) -> str:
    """The last part of a path, in one line, of limited length with its ending; Refused(empty)."""
    last = re.split(r"[/\\]", given)[-1]
    name = " ".join(HIDDEN.sub(" ", last).split()).strip(". ")
    if not name:
        raise Refused(Code.EMPTY, "name")
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 8:
        return name[:LONGEST]
    return f"{stem[: LONGEST - len(ending) - 2]}….{ending}"


def fitting_name(name: str, media_type: str) -> str:
    """The name with an ending that is true; Refused(bad_file other_type) for one that lies."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    right = ENDINGS[media_type]
    if ending in right:
        return name
    if ending in CLAIMS:
        raise Refused(Code.BAD_FILE, f"other_type {right[0].upper()}")
    return kept_name(f"{name[: LONGEST - 6]}.{right[0]}")
