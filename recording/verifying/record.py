"""One hearing's record, from the folder or a copy of it, judged: log, roots, segments, time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from cryptography import x509

from hearing_server.domain import events as ev
from hearing_server.domain.continuity import Continuity, Gap
from hearing_server.domain.log import Entry
from recording import names
from recording.verifying import container, documents, logbook, roots, segments
from recording.verifying.copy import Copy, belongs, hidden, read_copy
from recording.verifying.documents import Documents
from recording.verifying.judges import Judges
from recording.verifying.logbook import Logbook
from recording.verifying.paper_record import is_paper, verify_paper
from recording.verifying.report import CAUSES, Finding, Report
from recording.verifying.roots import Signed, Trust
from recording.verifying.segments import Progress, Wanted
from recording.verifying.source import File, Source, good

SMALL_MS = 5_000  # of holes that are tolerated one by one, in one track: beyond, it is said
_OURS = {
    names.LOG,
    names.ABOUT,
    names.COURT,
    names.STAMPS,
    *names.COPY_FILES,
    *names.BUNDLE_FILES,
}

_FOLDERS = tuple(
    f"{one}/" for one in (names.ROOTS, names.DOCUMENTS, names.STROKES, names.ASSERTIONS)
)


@dataclass(kw_only=True)
class _Read:
    """What the log says of itself and of the files."""

    log: Logbook = field(default_factory=Logbook)
    course: Continuity = field(default_factory=Continuity)
    signed: list[Signed] = field(default_factory=list)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    documents: Documents = field(default_factory=Documents)
    findings: list[Finding] = field(default_factory=list)
    deleted_at: int = 0  # the entry that says so


def verify_record(
    source: Source,
    given: Sequence[x509.Certificate],
    judges: Judges,
    zone: tzinfo,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Everything that can be said of it offline. `given` are the court's roots, where they are known.

    Raises Unreadable when there is nothing to be judged.
    """
    time = _clock(zone)
    files = list(source.files())
    present = {one.name: one.size for one in files if one.kind == "file" and good(one.name)}
    if names.LOG in present and is_paper(source):
        return verify_paper(source, present, given, judges, time)
    trust, findings = roots.trust_of(source, given)
    if names.LOG not in present:
        return Report(hearing="", findings=(Finding(level="error", code="log_missing"), *findings))
    read = _read(source)
    copy, said = read_copy(source, present, trust, judges.root)
    found, broken = roots.beside(
        source, [name for name in present if name.startswith(names.ROOTS + "/")], read.signed
    )
    if copy is not None and not belongs(copy, read.log):
        copy, said = None, [Finding(level="error", code="copy_of_another", text=names.COPY_LIST)]
    findings += _of_log(read, copy)
    proven, of_roots = roots.check(read.log, read.signed, found, trust, judges.root, time)
    findings += [*broken, *of_roots, *said]
    if read.deleted_at > proven:
        read.deleted_at = 0  # anybody could have written that
    digests: dict[str, str] = {}
    with ThreadPoolExecutor(1, "documents") as thread:  # while the segments are read
        said_of = _of_documents(source, present, read, copy, proven, trust, judges)
        documents_judged = thread.submit(list, said_of if container.is_bundle(present) else ())
        findings += segments.check(
            source, list(read.wanted.values()), present, _excuse(read, copy), progress, digests
        )
    if container.is_bundle(present):
        findings += container.check(source, present, digests, trust, judges, time)
    findings += documents_judged.result()
    findings += _of_files(files, read.wanted)
    findings += _of_time(read, time)
    return Report(hearing=read.log.hearing, findings=tuple(findings))


def _read(source: Source) -> _Read:
    read = _Read()
    with source.open(names.LOG) as file:
        for entry in logbook.read(file, read.log):
            if read.log.masked and read.log.masked[0] == 1:
                read.course.blind = True
            read.course.add(entry)
            read.documents.add(entry)
            _note(read, entry)
    return read


def _of_documents(
    source: Source,
    present: Mapping[str, int],
    read: _Read,
    copy: Copy | None,
    proven: int,
    trust: Trust,
    judges: Judges,
) -> Iterator[Finding]:
    left_out = copy.left_out if copy else ()
    said = read.documents
    whole = not read.log.masked
    yield from documents.check(
        source, present, said, left_out, proven, read.people, trust, judges, whole=whole
    )
    yield documents.check_report(source, present, said, read.log.hearing)


def _note(read: _Read, entry: Entry) -> None:
    event = entry.event
    if isinstance(event, ev.RootSigned):
        read.signed.append(Signed(entry.seq, entry.hearing, event))
    elif isinstance(event, ev.SegmentRecorded):
        _want(read, entry, event)
    elif isinstance(event, ev.HearingPlanned):
        read.people |= {one.id: f"{one.role} {one.name}" for one in event.parties}
    elif isinstance(event, ev.PartyAdded | ev.ObserverRegistered):
        read.people[event.party.id] = f"{event.party.role} {event.party.name}"
    elif isinstance(event, ev.RecordingDeleted):
        read.deleted_at = entry.seq


def _want(read: _Read, entry: Entry, event: ev.SegmentRecorded) -> None:
    name = segments.named_rightly(read.log.hearing, event)
    code = "segment_misnamed" if name is None else "segment_repeated" if name in read.wanted else ""
    if name is None or code:
        text = f"#{entry.seq} {event.name[:200]}"
        read.findings.append(
            Finding(level="error", code=code, text=text, data={"entry": entry.seq})
        )
        return
    read.wanted[name] = Wanted(entry.seq, name, event)


def _of_log(read: _Read, copy: Copy | None) -> Iterator[Finding]:
    log = read.log
    yield Finding(
        level="ok", code="log", text=f"{log.hearing}, {log.size}", data={"entries": log.size}
    )
    yield from log.findings
    yield from read.findings
    for kind, count in sorted(log.unknown.items()):
        yield Finding(level="warning", code="entry_unknown", text=f"{kind} × {count}")
    yield from hidden(copy, log)


def _excuse(read: _Read, copy: Copy | None) -> Callable[[Wanted], str]:
    """Why a file may be missing: the log says it was deleted, or the court that this copy is without it."""
    left_out = set(copy.left_out) if copy else set()

    def excused(one: Wanted) -> str:
        if one.seq < read.deleted_at:
            return "segments_deleted"
        if one.name in left_out:
            return "segments_left_out"
        return "segments_by_hash" if copy is not None and not copy.recordings else ""

    return excused


def _of_files(files: Sequence[File], wanted: Mapping[str, Wanted]) -> Iterator[Finding]:
    """What lies there beside the segments of the log."""
    for one in files:
        if one.kind == "link":
            yield Finding(level="error", code="link", text=one.name)
        elif one.name in wanted or one.name in _OURS or one.name.startswith(_FOLDERS):
            continue
        elif one.kind != "file" or not good(one.name):
            yield Finding(level="error", code="name_refused", text=one.name[:200])
        elif one.name.endswith(names.WHOLE):
            yield Finding(level="error", code="segment_extra", text=one.name)
        elif (
            one.name.endswith((names.PART, names.COPY, names.UNUSABLE)) or one.name == names.ALTERED
        ):
            yield Finding(level="warning", code="leftover", text=one.name)
        else:
            yield Finding(level="warning", code="stranger", text=one.name)


def _of_time(read: _Read, time: Callable[[int], str]) -> Iterator[Finding]:
    """Opening to closing, source by source."""
    course = read.course
    span = course.span()
    if span is None:
        return
    if course.closed is None:
        yield Finding(level="warning", code="not_closed", text=time(span[1]))
    for step in course.steps():
        text = f"#{step.seq}: {step.offset / 1000:+.0f} s"
        yield Finding(level="warning", code="clock_step", text=text, data=step._asdict())
    stood = course.stood_still()
    if stood is not None:
        yield Finding(
            level="warning", code="clock_set_back", text=f"#{stood}", data={"entry": stood}
        )
    unsure = course.blind or stood is not None
    for start, end in course.nothing():
        yield Finding(
            level="warning",
            code="nothing_recorded",
            text=_span(start, end, time),
            data={"started_at": start, "ended_at": end},
        )
    for track in course.tracks():
        recorded, missing, tolerated = course.judged(track)
        who = f"{read.people.get(track[0], track[0])} ({track[0]}) {track[1]}"
        least = "≥ " if any(gap.up_to for gap in missing) else ""
        text = f"{who}: {least}{_lasting(recorded)} / {_lasting(span[1] - span[0])}"
        data = {"party": track[0], "source": track[1], "recorded_ms": recorded}
        yield Finding(level="ok", code="track", text=text, data=data)
        if tolerated > SMALL_MS:
            text = f"{who}: {_lasting(tolerated)}"
            data = {"party": track[0], "source": track[1], "small_ms": tolerated}
            yield Finding(level="warning", code="small_holes", text=text, data=data)
        for gap in missing:
            yield _gap(gap, who, time, unsure=unsure)


def _gap(gap: Gap, who: str, time: Callable[[int], str], *, unsure: bool) -> Finding:
    span = _span(gap.started_at, gap.ended_at, time, "至多 up to " if gap.up_to else "")
    data = gap._asdict()
    if gap.cause:
        said = CAUSES.get(gap.cause, gap.cause)
        return Finding(level="gap", code="gap", text=f"{who}: {span}: {said}", data=data)
    code, level = ("hole_unjudged", "warning") if unsure else ("hole", "error")
    return Finding(level=level, code=code, text=f"{who}: {span}", data=data)  # type: ignore[arg-type]


def _span(start: int, end: int, time: Callable[[int], str], most: str = "") -> str:
    return f"{time(start)} – {time(end)} ({most}{_lasting(end - start)})"


def _clock(zone: tzinfo) -> Callable[[int], str]:
    def text(at: int) -> str:
        try:
            return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M:%S}"
        except (ValueError, OverflowError, OSError):
            return f"@{at}"

    return text


def _lasting(ms: int) -> str:
    """`1:02:03` above a minute, `4.5 s` below."""
    if abs(ms) < 60_000:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
