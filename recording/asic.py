"""The file that a record is given away in: ASiC-E with CAdES (ETSI EN 319 162-1), a zip that names itself first.

`META-INF/ASiCManifest001.xml` has the SHA-256 of every other file; the court's seal is over that manifest.
Everything is stored, nothing compressed, so a verifier need not unpack it and it can hold no bomb.
"""

import base64
import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from recording import names
from recording.part import sync_folder

TYPE = b"application/vnd.etsi.asic-e+zip"
NAMESPACE = "http://uri.etsi.org/02918/v1.2.1#"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MOST_MANIFEST = 256 << 20  # bytes: some 400 for each file
DATE = (1980, 1, 1, 0, 0, 0)

_MEDIA_TYPES = {
    ".crl": "application/pkix-crl",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".mkv": "video/x-matroska",
    ".pdf": "application/pdf",
    ".pem": "application/x-pem-file",
    ".txt": "text/plain",
}


class Referenced(NamedTuple):
    """A file as the manifest has it; `sha256` in hex."""

    name: str
    sha256: str


class BadManifest(ValueError):
    """It is no manifest of ours; the text says why."""


class AsicTarget:
    """Takes the files of a copy into a container at `path`, which is there when `close` has signed it.

    Blocks. One thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = self.part_of(path)
        self._part.unlink(missing_ok=True)
        self._file = self._part.open("xb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self._referenced: list[Referenced] = []
        self._zip.writestr(_entry(names.MIMETYPE), TYPE)

    @staticmethod
    def part_of(path: Path) -> Path:
        """Where it lies until it is signed."""
        return path.with_name(f".{path.name}.part")

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file, by its name below the hearing's folder."""
        digest = hashlib.sha256()
        with self._zip.open(_entry(name), "w", force_zip64=True) as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
        self._referenced.append(Referenced(name, digest.hexdigest()))

    def close(self, sign: Callable[[bytes], bytes]) -> int:
        """Write the manifest and what `sign` says of it; the file's size. Raises what `sign` raises."""
        said = manifest(self._referenced)
        signature = sign(said)
        self._zip.writestr(_entry(names.MANIFEST), said)
        self._zip.writestr(_entry(names.MANIFEST_SIGNATURE), signature)
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        size = self._file.tell()
        self._file.close()
        os.replace(self._part, self._path)
        sync_folder(self._path.parent)
        return size

    def abandon(self) -> None:
        """Nothing of it stays."""
        self._part.unlink(missing_ok=True)
        self._zip.fp = None  # it is not to write its directory
        self._file.close()


def _entry(name: str) -> zipfile.ZipInfo:
    about = zipfile.ZipInfo(name, DATE)
    about.create_system = 3  # Unix: the same on every machine
    about.external_attr = (stat.S_IFREG | 0o644) << 16
    return about


def manifest(referenced: Iterable[Referenced]) -> bytes:
    """The ASiCManifest (section A.4) over these files."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<asic:ASiCManifest xmlns:asic="{NAMESPACE}" xmlns:ds="{XMLDSIG}">',
        f'<asic:SigReference URI="{names.MANIFEST_SIGNATURE}" MimeType="application/pkcs7-signature"/>',
    ]
    for one in referenced:
        media_type = _MEDIA_TYPES.get(os.path.splitext(one.name)[1], "application/octet-stream")
        value = base64.b64encode(bytes.fromhex(one.sha256)).decode()
        lines.append(
            f'<asic:DataObjectReference URI={quoteattr(one.name)} MimeType="{media_type}">'
            f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{value}</ds:DigestValue>'
            "</asic:DataObjectReference>"
        )
    lines.append("</asic:ASiCManifest>\n")
    return "\n".join(lines).encode()


def read_manifest(data: bytes) -> list[Referenced]:
    """The files that a stranger's manifest names, in its order. Raises BadManifest.

    Elements of another's own kind are refused: what cannot be read must not count as covered.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadManifest(str(error)) from error
    return reader.found


class _Reader:
    """The few elements of a manifest, as expat meets them."""

    def __init__(self) -> None:
        self.found: list[Referenced] = []
        self._name = ""
        self._value: list[str] | None = None

    def doctype(self, *about: object) -> None:
        raise BadManifest("a document type is no part of it")  # it could define entities

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, kind = tag.rpartition(" ")
        if namespace == NAMESPACE and kind == "DataObjectReference":
            self._name = attributes.get("URI", "")
        elif namespace == XMLDSIG and kind == "DigestMethod":
            if attributes.get("Algorithm") != SHA256:
                raise BadManifest("a digest that is not SHA-256")
        elif namespace == XMLDSIG and kind == "DigestValue":
            self._value = []
        elif namespace != NAMESPACE or kind not in ("ASiCManifest", "SigReference"):
            raise BadManifest(f"an element {kind[:40]}")

    def text(self, data: str) -> None:
        if self._value is not None:
            self._value.append(data)

    def end(self, tag: str) -> None:
        if not tag.endswith(" DigestValue"):
            return
        try:
            digest = base64.b64decode("".join(self._value or ()).strip(), validate=True)
        except ValueError as error:
            raise BadManifest("a digest that is not Base64") from error
        self.found.append(Referenced(self._name, digest.hex()))
        self._value = None
