"""The draft of the note that article 4 wants, in Chinese with an English version: words for the log's facts. Pure.

The judge reads, edits and signs it; what is printed beside it from the log is not theirs to edit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hearing_server.domain.explanation import Facts, ToldFault, ToldGap
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.visible import name_outside
from hearing_server.services.labels import labels

UTC_OFFSET = 8 * 60  # minutes: the court's calendar, as on the transcript
CHINESE, ENGLISH = 0, 1

# What went wrong, and what was done about it by the machine.
FAULTS: dict[str, tuple[str, str]] = {
    "disk_full": ("录制磁盘已满，无法写入", "the recording disk was full and took nothing"),
    "disk_error": ("录制磁盘无法写入", "the recording disk could not be written"),
    "one_disk_full": (
        "两块录制磁盘之一已满；另一块完整录制，其后自动补齐",
        "one of two recording disks was full; the other holds everything, and the first was made good",
    ),
    "one_disk_error": (
        "两块录制磁盘之一无法写入；另一块完整录制，其后自动补齐",
        "one of two recording disks could not be written; the other holds everything, "
        "and the first was made good",
    ),
    "recorder_stalled": ("录制程序停止响应", "the recorder did not answer"),
    "recorder_died": (
        "录制程序中止，系统自动重新启动",
        "the recorder stopped and was started again by the system",
    ),
    "recorder_behind": (
        "录制程序处理不及，部分内容未录入",
        "the recorder could not keep up, and part was not recorded",
    ),
    "track_failed": (
        "一路录制中断，系统自动重新开始",
        "one recording broke off and was begun again by the system",
    ),
    "flush_timeout": ("最后一段录像存盘迟延", "the last part of the recording was saved late"),
    "not_recorded": ("有一路画面或声音未能录制", "a picture or sound could not be recorded"),
    "not_written": (
        "有画面或声音传来但未写入录像文件",
        "picture or sound arrived and was not written to the file",
    ),
    "silent_file": (
        "能听到发言但录像文件中没有声音",
        "somebody was heard, and the file had no sound of it",
    ),
    "nothing_arrives": (
        "摄像头或麦克风已开启，但没有画面或声音传来",
        "a camera or microphone was on, and nothing came of it",
    ),
    "malformed": (
        "传来的画面或声音数据损坏，无法录入",
        "picture or sound arrived damaged and could not be recorded",
    ),
    "not_saved": ("录像未能及时存盘", "the recording was not made safe in time"),
    "disk_low": ("录制磁盘剩余空间不足一小时", "there was room for less than an hour of recording"),
    "clock_off": (
        "服务器时钟被改动，与录像时间不一致；录像时长不受影响",
        "the server's clock was changed and differed from the recording's; lengths are right",
    ),
}
OTHER = ("录制系统故障（{code}）", "a fault of the recording system ({code})")
CAUSES: dict[str, tuple[str, str]] = {
    "network": ("网络中断", "network"),
    "device": ("设备故障", "device"),
    "malformed": ("收到的数据损坏", "what arrived was damaged"),
    "disk": ("录制磁盘故障", "recording disk"),
    "server": ("录制服务器故障", "recording server"),
    "overrun": ("录制程序处理不及", "recorder overrun"),
}
SHORT_LOSSES: dict[str, tuple[str, str]] = {
    "network": ("网络短时丢包", "short losses of the line"),
    "device": ("设备短时无信号", "short failures of the device"),
    "malformed": ("短时数据损坏", "short spans of damaged data"),
}
SOURCES: dict[str, tuple[str, str]] = {
    "camera": ("画面", "picture"),
    "microphone": ("声音", "sound"),
    "screen": ("共享屏幕", "shared screen"),
    "screen_sound": ("共享声音", "shared sound"),
    "room": ("室内全景", "room camera"),
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The wording to begin with, one paragraph a line."""

    text: str
    english: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fact of the log as it is printed: when, how long, and of what, in both languages."""

    span: str
    seconds: str
    chinese: str
    english: str


def draft(state: HearingState, facts: Facts) -> Draft:
    return Draft(
        text="\n".join(_paragraphs(state, facts, CHINESE)),
        english="\n".join(_paragraphs(state, facts, ENGLISH)),
    )


def rows(state: HearingState, facts: Facts) -> tuple[Row, ...]:
    """What the log says, to be printed below the note: faults, then gaps, then losses."""
    found = [
        Row(
            span=_times(fault.at, fault.over_at),
            seconds=_seconds(fault.at, fault.over_at),
            chinese=_what(state, fault, CHINESE),
            english=_what(state, fault, ENGLISH),
        )
        for fault in facts.faults
    ]
    found += [
        Row(
            span=_times(gap.started_at, gap.ended_at),
            seconds=_seconds(gap.started_at, gap.ended_at),
            chinese=f"{_who(state, gap.party, CHINESE)}{_source(gap.source, CHINESE)}：{_cause(gap, CHINESE)}",
            english=f"{_who(state, gap.party, ENGLISH)}, {_source(gap.source, ENGLISH)}: {_cause(gap, ENGLISH)}",
        )
        for gap in facts.gaps
    ]
    found += [
        Row(
            span="",
            seconds=f"{loss.total / 1000:.1f}",
            chinese=f"{_who(state, loss.party, CHINESE)}{_source(loss.source, CHINESE)}："
            f"{SHORT_LOSSES[loss.cause][CHINESE]} {loss.count} 处",
            english=f"{_who(state, loss.party, ENGLISH)}, {_source(loss.source, ENGLISH)}: "
            f"{loss.count} {SHORT_LOSSES[loss.cause][ENGLISH]}",
        )
        for loss in facts.losses
    ]
    return tuple(found)


def fault_words(code: str) -> tuple[str, str]:
    zh, en = FAULTS.get(code, OTHER)
    return zh.format(code=code), en.format(code=code)


def _paragraphs(state: HearingState, facts: Facts, lang: int) -> Iterator[str]:
    day = _local(facts.started_at)
    if lang == CHINESE:
        yield (
            f"{state.court}审理{state.case_number}一案，于{day.year}年{day.month}月{day.day}日在线开庭。"
            "庭审录音录像期间出现下列情况，依照法释〔2017〕5号第四条说明如下："
        )
    else:
        yield (
            f"In the hearing of {day:%Y-%m-%d} in case {state.case_number} the following happened to the "
            "recording. It is explained here as article 4 of Judicial Interpretation [2017] No. 5 requires."
        )
    yield from (_fault(state, fault, facts, lang) for fault in facts.faults)
    yield from (_gap(state, gap, lang) for gap in facts.gaps)
    for loss in facts.losses:
        who, source = _who(state, loss.party, lang), _source(loss.source, lang)
        total, what = f"{loss.total / 1000:.1f}", SHORT_LOSSES[loss.cause][lang]
        if lang == CHINESE:
            yield f"{who}{source}：因{what}共 {loss.count} 处、合计 {total} 秒未录入。"
        else:
            yield f"{who}, {source}: {loss.count} {what}, {total} s together."
    yield (
        (
            "除上述情况外，录音录像连续完整；缺失部分的起止时间和原因均已写入庭审日志，可据以核验。"
            "有故障的录音录像一并保存。"
        )
        if lang == CHINESE
        else (
            "Apart from this the recording is continuous. What is missing stands in the hearing's log with "
            "its times and cause and can be verified. The faulty recording is kept as well."
        )
    )


def _fault(state: HearingState, fault: ToldFault, facts: Facts, lang: int) -> str:
    words, span = _what(state, fault, lang), _span(fault.at, fault.over_at, lang)
    seconds = _seconds(fault.at, fault.over_at)
    paused = next(
        (
            at
            for at, _ in facts.pauses
            if fault.at <= at and (fault.over_at is None or at <= fault.over_at)
        ),
        None,
    )
    if lang == CHINESE:
        length = f"（{seconds} 秒）" if seconds else ""
        recess = f"其间于 {_clock(paused)} 休庭。" if paused else ""
        return f"{span}{length}，{words}。{recess}"
    length = f" ({seconds} s)" if seconds else ""
    recess = f" The court rose at {_clock(paused)}." if paused else ""
    return f"{span}{length}: {words}.{recess}"


def _what(state: HearingState, fault: ToldFault, lang: int) -> str:
    """What went wrong, and with whose picture or sound."""
    words, between, apart = fault_words(fault.code)[lang], ("", ", ")[lang], ("、", "; ")[lang]
    whose = apart.join(
        f"{_who(state, party, lang)}{between}{_source(source, lang)}"
        for party, source in fault.sources
        if party in state.seats
    )
    if not whose:
        return words
    return f"{words}（{whose}）" if lang == CHINESE else f"{words} ({whose})"


def _gap(state: HearingState, gap: ToldGap, lang: int) -> str:
    who, source, cause = _who(state, gap.party, lang), _source(gap.source, lang), _cause(gap, lang)
    span, seconds = (
        _span(gap.started_at, gap.ended_at, lang),
        _seconds(gap.started_at, gap.ended_at),
    )
    if lang == CHINESE:
        return f"{span}（{seconds} 秒），{who}{source}未录入，原因：{cause}。"
    return f"{span} ({seconds} s): {who}, {source} not recorded; cause: {cause}."


def _who(state: HearingState, party: str, lang: int) -> str:
    seat = state.seats.get(party)
    if seat is None:
        return party
    label = labels(seat.party.role, state.procedure)[lang]
    return f"{label}{name_outside(state, seat.party)}" if lang == CHINESE else label


def _source(source: str, lang: int) -> str:
    return SOURCES.get(source, (source, source))[lang]


def _cause(gap: ToldGap, lang: int) -> str:
    return CAUSES.get(gap.cause, (gap.cause, gap.cause))[lang]


def _span(start: int, end: int | None, lang: int) -> str:
    if end is None:
        return f"{_clock(start)} 起" if lang == CHINESE else f"From {_clock(start)}"
    return (
        f"{_clock(start)} 至 {_clock(end)}"
        if lang == CHINESE
        else f"{_clock(start)} to {_clock(end)}"
    )


def _times(start: int, end: int | None) -> str:
    """A span as it stands in a table, in either language."""
    return f"{_clock(start)}–{_clock(end) if end else ''}"


def _seconds(start: int, end: int | None) -> str:
    return "" if end is None else f"{(end - start) / 1000:.1f}"


def _clock(at: int | None) -> str:
    return f"{_local(at or 0):%H:%M:%S}"


def _local(at: int) -> datetime:
    zone = timezone(timedelta(minutes=UTC_OFFSET))
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
