"""The log against its signed roots: those that stand in it, and those that lie beside it as files."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from hearing_server.domain.events import RootCause, RootSigned
from hearing_server.domain.proof import KIND, statement
from recording import names
from recording.verifying.judges import Judge
from recording.verifying.judges import RootFacts as Facts
from recording.verifying.logbook import Logbook
from recording.verifying.report import Finding, Level
from recording.verifying.source import Source

MOST_ROOTS = 10_000
MAX_FILE = 64 * 1024
CLOCK_OFF_MS = 120_000

Time = Callable[[int], str]  # Unix ms as a text in the court's zone


class Trust(NamedTuple):
    """`pinned`: the court's root was given from elsewhere, and not found in the folder itself."""

    roots: tuple[x509.Certificate, ...]
    stamp_roots: tuple[x509.Certificate, ...]
    pinned: bool


class Signed(NamedTuple):
    """A signed root with the number of its entry, 0 for a file beside the log. `kind` is of the log."""

    entry: int
    hearing: str
    root: RootSigned
    kind: str = KIND

    def said(self) -> bytes:
        """What was signed; empty for numbers that no statement holds."""
        one = self.root
        try:
            return statement(self.hearing, one.size, one.root, one.cause, one.signed_at, self.kind)
        except ValueError:
            return b""


class _Statement(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    hearing: str
    size: int
    root: str
    cause: RootCause
    signed_at: int


def trust_of(source: Source, given: Sequence[x509.Certificate]) -> tuple[Trust, list[Finding]]:
    """Which roots to trust: those given, otherwise the folder's own, which is said."""
    own, stamps = (_certificates(source, name) for name in (names.COURT, names.STAMPS))
    if given:
        other = [one for one in own[:1] if one not in given]
        findings = [_finding("warning", "root_certificate_other", named(one)) for one in other]
        return Trust(tuple(given), tuple(stamps), True), findings
    if not own:
        return Trust((), (), False), [_finding("error", "root_certificate_missing", names.COURT)]
    found = _finding("warning", "root_certificate_found", named(own[0]))
    return Trust(tuple(own), tuple(stamps), False), [found]


def named(certificate: x509.Certificate) -> str:
    """Whose it is, and its SHA-256 as openssl prints it."""
    digest = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return f"{certificate.subject.rfc4514_string()} SHA-256 {digest}"


def beside(
    source: Source, files: Sequence[str], logged: Sequence[Signed], kind: str = KIND
) -> tuple[list[Signed], list[Finding]]:
    """The roots in `roots.d` that the log does not have: they tell when its end was cut off."""
    known = {(one.hearing, one.root) for one in logged}
    found: list[Signed] = []
    findings = []
    stems = [name[: -len(".json")] for name in files if name.endswith(".json")]
    for stem in stems[:MOST_ROOTS]:
        try:
            signed = _from_files(source, stem, kind)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            text = f"{stem}: {' '.join(str(error).split())[:100]}"
            findings.append(_finding("error", "root_unreadable", text))
            continue
        if (signed.hearing, signed.root) not in known:
            found.append(signed)
    return found, findings


def check(
    log: Logbook,
    logged: Sequence[Signed],
    found: Sequence[Signed],
    trust: Trust,
    judge: Judge,
    time: Time,
) -> tuple[int, list[Finding]]:
    """Up to which entry the log is proven, and one line for each root."""
    findings: list[Finding] = []
    roots = log.roots([one.root.size for one in (*logged, *found)])
    proven: tuple[int, str] | None = None
    for one in (*logged, *found):
        judged, holds, when = _judged(one, log, roots, trust, judge, time)
        findings += judged
        if holds and (proven is None or one.root.size > proven[0]):
            proven = one.root.size, when
    if not (logged or found):
        findings.append(_finding("error", "root_missing", ""))
    if proven is not None:
        data = {"entries": proven[0], "of": log.size}
        text = f"#1-#{proven[0]} / {log.size}, {proven[1]}"
        findings.append(Finding(level="ok", code="proven", text=text, data=data))
        after = log.size - proven[0]
        only_root = after == 1 and bool(logged) and logged[-1].entry == log.size
        if after and not only_root:
            text = f"#{proven[0] + 1}-#{log.size}"
            findings.append(_finding("warning", "not_proven_after", text))
    return proven[0] if proven else 0, findings


def _judged(
    one: Signed, log: Logbook, roots: Mapping[int, str], trust: Trust, judge: Judge, time: Time
) -> tuple[list[Finding], bool, str]:
    """What to say of a root, whether it proves the log up to its size, and when that was."""
    root = one.root
    name = f"{names.ROOTS}/{root.size:06}" if not one.entry else f"#{one.entry}"
    text = f"{name}: {root.size}, {root.cause}, {time(root.signed_at)}"
    facts = judge(
        one.said(), _raw(root.signature), _raw(root.certificate), _raw(root.timestamp),
        root.signed_at, trust.roots, trust.stamp_roots,
    )  # fmt: skip
    wrong = _wrong(one, log, roots, facts)
    if wrong:
        return [_finding("error", code, text) for code in wrong], False, ""
    stamped, when = _stamp(one, log, facts, text, time)
    data = {"entries": root.size, "cause": root.cause.value, "signed_at": root.signed_at}
    said = Finding(
        level="ok", code="root", text=f"{name}: {root.size}, {root.cause}, {when}", data=data
    )
    return [said, *stamped], all(one.level != "error" for one in stamped), when


def _wrong(one: Signed, log: Logbook, roots: Mapping[int, str], facts: Facts) -> list[str]:
    """Codes of what speaks against it; the gravest first, so that one forgery is one line."""
    if not facts.signed:
        return ["root_unsigned"]
    if not facts.chained:
        return ["root_untrusted"]
    if one.hearing != log.hearing:
        return ["root_of_another_hearing"]
    if one.root.size < 1 or (one.entry and one.root.size >= one.entry):
        return ["root_ahead"]
    if one.root.size > log.size:
        return ["log_cut"] if log.whole else []
    if roots.get(one.root.size) != one.root.root:
        return ["log_changed"]
    return [] if one.entry else ["root_not_in_log"]


def _stamp(
    one: Signed, log: Logbook, facts: Facts, text: str, time: Time
) -> tuple[list[Finding], str]:
    """What is to be said of its timestamp, and the time to go by."""
    claimed = time(one.root.signed_at)
    if not one.root.timestamp:
        return [_finding("warning", "timestamp_missing", text)], claimed
    if facts.stamped_at is None:
        return [_finding("error", "timestamp_invalid", f"{text}: {facts.stamp_problem}")], claimed
    stamped = int(facts.stamped_at.timestamp() * 1000)
    findings = []
    if not facts.stamp_trusted:
        findings.append(_finding("warning", "timestamp_untrusted", text))
    newest = log.times[min(one.root.size, log.size) - 1]
    if newest - stamped > CLOCK_OFF_MS or abs(one.root.signed_at - stamped) > CLOCK_OFF_MS:
        off = f"{(one.root.signed_at - stamped) / 1000:+.0f} s"
        findings.append(_finding("warning", "clock_off", f"{text}: {off}"))
    return findings, f"{time(stamped)} RFC 3161"


def _from_files(source: Source, stem: str, kind: str) -> Signed:
    """Raises OSError, ValueError, MsgspecError."""
    said = msgspec.json.decode(_small(source, f"{stem}.json"), type=_Statement)
    if said.kind != kind:
        raise ValueError("a statement of another kind")
    certificate = x509.load_pem_x509_certificate(_small(source, f"{stem}.pem"))
    try:
        timestamp = _small(source, f"{stem}.tst")
    except FileNotFoundError:
        timestamp = b""
    root = RootSigned(
        size=said.size,
        root=said.root,
        cause=said.cause,
        signed_at=said.signed_at,
        signature=base64.b64encode(_small(source, f"{stem}.sig")).decode(),
        certificate=base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(),
        timestamp=base64.b64encode(timestamp).decode(),
    )
    return Signed(0, said.hearing, root, kind)


def _certificates(source: Source, name: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_small(source, name))
    except (OSError, ValueError):
        return []


def _small(source: Source, name: str) -> bytes:
    with source.open(name) as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise ValueError("too large")
    return data


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _finding(level: Level, code: str, text: str) -> Finding:
    return Finding(level=level, code=code, text=text)
