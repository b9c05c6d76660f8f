"""The signed documents of a bundle and its evidence report, against the log."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hearing_server.domain import events as ev
from hearing_server.domain.evidence import FORMAT, step
from hearing_server.domain.log import Entry
from hearing_server.domain.record import NEWER_FILE
from hearing_server.domain.visible import UNNAMED
from recording import names
from recording.verifying.container import digest, small
from recording.verifying.judges import Judges, Said
from recording.verifying.report import Finding
from recording.verifying.roots import Trust
from recording.verifying.source import Source

LARGEST = 256_000_000  # bytes of a PDF
MOST_ASSERTION = 1 << 20
MOST_REPORT = 64 << 20
PREFIX = names.DOCUMENTS + "/"
OF_SIGNERS = (f"{names.STROKES}/", f"{names.ASSERTIONS}/")
UNFINISHED = ("not_archived", "unsigned")  # what nobody expects of a version that was replaced


class Stated(NamedTuple):
    """What the log says of a document's newest file."""

    entry: int
    sha256: str


class Refused(NamedTuple):
    entry: int
    party: str
    reason: str


@dataclass(kw_only=True)
class Documents:
    """What the log says of the documents; `add` takes its entries in order."""

    stated: dict[str, Stated] = field(default_factory=dict)  # by name in the bundle
    steps: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, list[Refused]] = field(default_factory=dict)  # by name
    certificates: dict[str, dict[str, str]] = field(default_factory=dict)  # by name, by party
    called: dict[str, frozenset[str]] = field(default_factory=dict)  # in print, by party
    newest: int = 0  # version of the transcript
    digests: dict[int, str] = field(default_factory=dict)  # of what was frozen, by version
    asserted: dict[str, tuple[int, str]] = field(default_factory=dict)  # version and party by name

    def add(self, entry: Entry) -> None:
        taken = step(entry)
        if taken is not None:
            self.steps.append(taken)
        event = entry.event
        if isinstance(event, NEWER_FILE):
            self.stated[_transcript(event.version)] = Stated(entry.seq, event.sha256)
        elif isinstance(event, ev.TranscriptFrozen):
            self.newest = event.version
            self.digests[event.version] = event.digest
        elif isinstance(event, ev.SignerAsserted):
            name = f"{names.ASSERTIONS}/{event.version}-{event.party}.json"
            self.stated[name] = Stated(entry.seq, event.sha256)
            self.asserted[name] = event.version, event.party
        elif isinstance(event, ev.SignatureRefused):
            one = Refused(entry.seq, event.party, event.reason)
            self.refused.setdefault(_transcript(event.version), []).append(one)
        elif isinstance(event, ev.FaultExplained):
            name = f"{PREFIX}note-{event.explanation}.pdf"
            self.stated[name] = Stated(entry.seq, event.sha256)
            self.certificates[name] = {entry.by: event.certificate_sha256}
        if isinstance(event, ev.TranscriptSigned):
            signed = self.certificates.setdefault(_transcript(event.version), {})
            signed[event.party] = event.certificate_sha256
        if isinstance(event, ev.TranscriptSigned) and event.strokes_sha256:
            name = f"{names.STROKES}/{event.version}-{event.party}.json"
            self.stated[name] = Stated(entry.seq, event.strokes_sha256)
        for party, called in _called(event):
            self.called[party] = self.called.get(party, frozenset()) | {called}

    def replaced(self, name: str) -> bool:
        """Whether it is a version of the transcript after which there was another."""
        return any(name == _transcript(one) for one in self.digests if one < self.newest)


def _called(event: ev.Event) -> Iterator[tuple[str, str]]:
    """Parties, and what the print may call them from here on."""
    if isinstance(event, ev.HearingPlanned):
        yield from ((party.id, party.name) for party in event.parties)
    elif isinstance(event, ev.PartyAdded):
        yield event.party.id, event.party.name
    elif isinstance(event, ev.ScreeningSet):
        yield event.screening.party, event.screening.alias or UNNAMED


def _transcript(version: int) -> str:
    return f"{PREFIX}transcript-{version}.pdf"


def check(
    source: Source,
    present: Mapping[str, int],
    said: Documents,
    left_out: Collection[str],
    proven: int,
    people: Mapping[str, str],
    trust: Trust,
    judges: Judges,
    *,
    whole: bool,
) -> Iterator[Finding]:
    """Each document's file, signatures and refusals. A refusal counts as far as the log is `proven`; what
    somebody is called, and why they refused, is compared with a log that is `whole`: what is masked may have
    another name, or no reason.

    A bundle has every file that its log names, unless it says that it is without.
    """
    missing = [name for name in said.stated if name not in present]
    kept = [name for name in missing if name in left_out]
    for name in missing:
        if name not in kept:
            yield Finding(level="error", code="document_missing", text=name)
    if kept:
        yield Finding(level="masked", code="documents_left_out", text=", ".join(sorted(kept)))
    for name in sorted(name for name in present if name.startswith(OF_SIGNERS)):
        yield _file(source, name, said.stated.get(name))
        if name in said.asserted:
            yield _asserted(source, name, said, people, judges)
    for name in sorted(name for name in present if name.startswith(PREFIX)):
        all_refused = said.refused.get(name, ())
        refused = [one for one in all_refused if one.entry <= proven]
        yield _file(source, name, said.stated.get(name))
        for one in refused:
            who = people.get(one.party, one.party)
            text = f"{_short(name)}: {who} ({one.party}), #{one.entry}: {one.reason}"
            yield Finding(level="ok", code="refused", text=text, data={"entry": one.entry})
        data = small(source, name, LARGEST)
        logged = Said(
            refused=frozenset(one.party for one in refused),
            reasons={one.party: one.reason for one in all_refused} if whole else {},
            names=said.called if whole else {},
            certificates=said.certificates.get(name, {}),
        )
        roots = (*trust.roots, *trust.stamp_roots)
        replaced = said.replaced(name)
        if replaced:
            yield Finding(level="ok", code="superseded", text=_short(name))
        for finding in judges.document(data, roots, logged):
            if replaced and finding.code in UNFINISHED:
                continue
            text = f"{_short(name)}: {finding.text}"
            yield Finding(level=finding.level, code=finding.code, text=text)


def _file(source: Source, name: str, stated: Stated | None) -> Finding:
    if stated is None:
        return Finding(level="error", code="document_unknown", text=name)
    data = {"entry": stated.entry, "name": name}
    if digest(source, name) != stated.sha256:
        text = f"{name} (#{stated.entry})"
        return Finding(level="error", code="document_changed", text=text, data=data)
    return Finding(level="ok", code="document", text=f"{name} (#{stated.entry})", data=data)


def _asserted(
    source: Source, name: str, said: Documents, people: Mapping[str, str], judges: Judges
) -> Finding:
    """Whether the device answered over the digest that the log froze."""
    version, party = said.asserted[name]
    who = f"transcript-{version}: {people.get(party, party)} ({party})"
    problem = judges.assertion(small(source, name, MOST_ASSERTION), said.digests.get(version, ""))
    if problem:
        return Finding(level="error", code="assertion_invalid", text=f"{who}: {problem}"[:300])
    return Finding(level="ok", code="assertion", text=who)


def _short(name: str) -> str:
    return name.removeprefix(PREFIX).removesuffix(".pdf")


def check_report(
    source: Source, present: Mapping[str, int], said: Documents, hearing: str
) -> Finding:
    """Whether the evidence report tells the steps of this very log, all of them and no other."""
    if names.REPORT_DATA not in present:
        return Finding(level="error", code="report_missing", text=names.REPORT_DATA)
    try:
        report = json.loads(small(source, names.REPORT_DATA, MOST_REPORT))
        told, size = report["steps"], report["entries"]
        ours = (report["format"], report["hearing"]) == (FORMAT, hearing)
        wanted = [one for one in said.steps if one["entry"] <= size]
        differs = next(
            (a["entry"] for a, b in zip(wanted, told, strict=False) if a != b),
            None if len(wanted) == len(told) else min(len(wanted), len(told)),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Finding(level="error", code="report_differs", text=names.REPORT_DATA)
    if not ours or differs is not None:
        text = f"{names.REPORT_DATA}" + (f": #{differs}" if ours else "")
        return Finding(level="error", code="report_differs", text=text)
    return Finding(level="ok", code="report", text=str(len(told)), data={"steps": len(told)})
