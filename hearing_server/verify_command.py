"""`hearing-server verify`: a transcript's PDF, a hearing's folder, or a copy of it; offline, with no settings."""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography import x509

from hearing_server.judges import JUDGES
from recording.verifying.record import verify_record
from recording.verifying.report import Report
from recording.verifying.source import Unreadable, sources
from transcript.verify import verify_pdf

ZIP = b"PK"
SHOWN_EVERY = 64 << 20  # bytes between two lines of progress


def fill(check: argparse.ArgumentParser) -> None:
    check.description = (
        "Checks a signed PDF, the folder of a hearing beside its recording, a folder of such "
        "folders, or a copy of one (zip). Prints one line a finding. Exit code 0: all holds; 1: something "
        "does not; 2: it cannot be read. docs/verifying.md says what each line means."
    )
    check.add_argument("path", type=Path, help="the PDF file, folder or zip")
    check.add_argument(
        "--root",
        type=Path,
        action="append",
        default=[],
        help="the court's root certificate, PEM; may be repeated. Without it the folder's own is taken, "
        "and named with its fingerprint",
    )
    check.add_argument(
        "--data", default="data", help="data folder whose court is trusted, if it is here"
    )
    check.add_argument("--json", action="store_true", help="the findings as JSON")
    check.add_argument(
        "--time-zone", default="Asia/Shanghai", help="zone of the times that are printed"
    )
    check.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    own = Path(options.data) / "keys" / "court" / "root.crt.pem"
    paths = [*options.root, *([own] if own.exists() else [])]
    try:
        zone = ZoneInfo(options.time_zone)
        given = [
            one for path in paths for one in x509.load_pem_x509_certificates(path.read_bytes())
        ]
        if _is_pdf(options.path):
            return _verify_pdf(options.path, given, as_json=options.json)
        reports = [
            (source.title, verify_record(source, given, JUDGES, zone, _progress()))
            for source in sources(options.path)
        ]
    except Unreadable as error:
        return _unreadable(error.code, str(error))
    except (OSError, ValueError, KeyError) as error:
        return _unreadable("unreadable", str(error))
    _print(reports, as_json=options.json)
    return 0 if all(report.ok for _, report in reports) else 1


def _unreadable(code: str, detail: str) -> int:
    text = "".join(one if one.isprintable() else " " for one in f"{code}: {detail}")
    print(f"hearing-server: {text}", file=sys.stderr)
    return 2


def _is_pdf(path: Path) -> bool:
    """By what is in it, whatever it is called: a file that is no zip is at most a PDF."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(ZIP)) != ZIP


def _verify_pdf(path: Path, roots: Sequence[x509.Certificate], *, as_json: bool) -> int:
    report = verify_pdf(path.read_bytes(), roots)
    if as_json:
        found = [{"level": f.level, "code": f.code, "text": f.text} for f in report.findings]
        _json({"ok": report.ok, "findings": found})
    else:
        for finding in report.findings:
            print(f"{finding.level}: {finding.code}: {finding.text}")
    return 0 if report.ok else 1


def _print(reports: Sequence[tuple[str, Report]], *, as_json: bool) -> None:
    if as_json:
        _json(
            {
                "ok": all(report.ok for _, report in reports),
                "records": [
                    {
                        "path": title,
                        "hearing": report.hearing,
                        "ok": report.ok,
                        "findings": [finding.plain() for finding in report.findings],
                    }
                    for title, report in reports
                ],
            }
        )
        return
    for title, report in reports:
        if len(reports) > 1:
            print(f"\n{title}")
        _lines(finding.line() for finding in report.findings)


def _lines(lines: Iterable[str]) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever reads has seen enough
        for line in lines:
            print(line, flush=True)


def _json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def _progress() -> Callable[[int, int], None]:
    """On a terminal alone, and on its error stream: a line that is overwritten."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    shown = 0

    def show(done: int, total: int) -> None:
        nonlocal shown
        if done - shown >= SHOWN_EVERY or done >= total:
            shown = done
            end = "\n" if done >= total else ""
            share = 100 * done // max(total, 1)
            print(
                f"\r{share:3} %  {done / 1e6:,.0f} / {total / 1e6:,.0f} MB ",
                end=end,
                file=sys.stderr,
            )

    return show
