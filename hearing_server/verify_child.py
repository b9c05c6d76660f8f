"""The process that checks what a stranger sent: `python -m hearing_server.verify_child`.

Its standard input is the file itself (not a pipe), its first argument the court's roots as PEM, its second the
zone of times. It says one JSON object. It has little memory and time, no network, and can write no file.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography import x509

from hearing_server.judges import JUDGES, judge_document
from hearing_server.services.worker_link.confine import confine
from recording.verifying.record import verify_record
from recording.verifying.report import CAUSES, WORDS, Finding, words
from recording.verifying.source import Unreadable, ZipSource

MEMORY = 2 << 30  # bytes of address space: typst prints the pages again
CPU_S = 60
FILES = 64
HERE = Path("/proc/self/fd/0")
MOST_SAID = 5_000  # findings; a forged log could have millions


def told(finding: Finding) -> dict[str, Any]:
    """A finding as the page shows it: words in both languages, and what it is about in none."""
    chinese, english = words(WORDS[finding.code])
    text = finding.text
    if finding.code == "gap" and (cause := CAUSES.get(str(finding.data.get("cause")), "")):
        text = text.removesuffix(f": {cause}")
        also = words(cause)
        chinese, english = f"{chinese}：{also[0]}", f"{english}: {also[1]}"
    plain = "".join(one if one.isprintable() else "·" for one in text)[:500]
    return {
        "level": finding.level,
        "code": finding.code,
        "zh": chinese,
        "en": english,
        "text": plain,
    }


def check(roots: Sequence[x509.Certificate], zone: ZoneInfo) -> dict[str, Any]:
    with HERE.open("rb") as file:
        head = file.read(1024)
    try:
        if head.startswith(b"PK"):
            report = verify_record(ZipSource(HERE), roots, JUDGES, zone)
            return _said("bundle", report.findings)
        if b"%PDF-" in head:
            return _said("pdf", judge_document(HERE.read_bytes(), roots))
    except Unreadable as error:
        return {"refused": error.code}
    except MemoryError:
        return {"refused": "too_heavy"}
    return {"refused": "unknown_type"}


def _said(kind: str, findings: Iterable[Finding]) -> dict[str, Any]:
    order = ("error", "warning", "masked", "gap", "ok")
    found = sorted(findings, key=lambda one: order.index(one.level))
    ok = all(one.level != "error" for one in found)
    return {"kind": kind, "ok": ok, "findings": [told(one) for one in found[:MOST_SAID]]}


def main() -> None:
    roots = x509.load_pem_x509_certificates(sys.argv[1].encode())
    zone = ZoneInfo(sys.argv[2])
    confine(memory=MEMORY, cpu=CPU_S, files=FILES, size=0)
    said = json.dumps(check(roots, zone), ensure_ascii=False).encode()
    sys.stdout.buffer.write(said)
    sys.stdout.flush()
    os._exit(0)  # a library's own end may hang or fail


if __name__ == "__main__":
    main()
