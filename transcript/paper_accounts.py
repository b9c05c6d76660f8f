"""What is said of a paper, from its log: the notice of a service, the proof of it, the evidence of signing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hearing_server.domain.log import leaf_hash, root
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.log import Entry, canonical, to_record
from hearing_server.domain.papers.paper import Objection, Paper, Signer
from hearing_server.domain.papers.service import Rule, effect

from .paper_report import Both, Fact, PaperReport, Table

UTC_OFFSET = timedelta(hours=8)
NONE: Both = ("—", "—")

WAYS: Mapping[str, Both] = {
    "email": ("电子邮件", "e-mail"),
    "sms": ("短信链接", "link by SMS"),
    "portal": ("诉讼平台", "portal"),
    "clerk": ("书记员告知", "told by the clerk"),
}
HOW: Mapping[str, Both] = {
    "express": ("明确表示同意", "said so"),
    "agreed_before": ("诉前约定或者承诺", "agreed before the case"),
    "pleading": ("在诉讼文书中提供电子地址", "gave an address in a pleading"),
    "conduct": ("接受已完成的电子送达", "took an earlier electronic service"),
}
THROUGH: Mapping[str, Both] = {
    "telephone": ("电话确认", "by telephone"),
    "portal": ("诉讼平台在线确认", "in the portal"),
    "form": ("送达地址确认书", "by a signed form"),
}
RULES: Mapping[Rule, Both] = {
    Rule.REACHED: (
        "送达信息到达受送达人主动提供或者确认的电子地址所在系统（《人民法院在线诉讼规则》第三十一条第一款、"
        "《民事诉讼法》第九十条第二款）",
        "it reached the system of an address that the person gave or confirmed (Online Litigation Rules "
        "art. 31 para. 1, Civil Procedure Law art. 90 para. 2)",
    ),
    Rule.CONFIRMED: (
        "受送达人回复已收悉（《人民法院在线诉讼规则》第三十一条第二款第一项）",
        "the person answered that it was received (Online Litigation Rules art. 31 para. 2 item 1)",
    ),
    Rule.READ: (
        "有证据证明受送达人已阅知，推定送达（《人民法院在线诉讼规则》第三十一条第二款第二项）",
        "it was read, so service is presumed (Online Litigation Rules art. 31 para. 2 item 2)",
    ),
}
STEPS: Mapping[type, Both] = {
    ev.PaperMade: ("制作文书", "made"),
    ev.PaperWithdrawn: ("撤回", "withdrawn"),
    ev.SigningOpened: ("发送签名", "sent round for signing"),
    ev.PaperSealed: ("法院签章", "sealed by the court"),
    ev.LetterQueued: ("发出通知", "letter sent"),
    ev.LetterDelivered: ("通知到达", "letter reached its system"),
    ev.LetterFailed: ("通知未能送出", "letter could not be sent"),
    ev.LetterReadOut: ("书记员告知", "told by the clerk"),
    ev.PaperOpened: ("打开文书", "opened"),
    ev.PagesShown: ("阅读页面", "pages shown"),
    ev.PaperDownloaded: ("下载", "downloaded"),
    ev.PersonCodeConfirmed: ("输入一次性验证码", "entered the one-time code"),
    ev.PersonCodeLocked: ("验证码错误过多", "too many wrong codes"),
    ev.PaperObjected: ("提出异议", "objected"),
    ev.ObjectionAnswered: ("答复异议", "objection answered"),
    ev.PaperAsserted: ("以通行密钥确认", "confirmed with a passkey"),
    ev.PaperKeyPermitted: ("准许使用法院代管密钥", "a key of the court’s permitted"),
    ev.PaperSigned: ("签名", "signed"),
    ev.PaperRefused: ("拒绝签名", "refused to sign"),
    ev.PersonStuck: ("需要关注", "stuck"),
    ev.DeadlinePassed: ("签名期限届满", "deadline passed"),
    ev.SigningClosed: ("结束签名", "signing closed"),
    ev.PaperCompleted: ("归档", "completed"),
    ev.ServiceBegun: ("电子送达", "service begun"),
    ev.NoticeSealed: ("制作送达通知", "notice sealed"),
    ev.ReceiptConfirmed: ("确认收悉", "receipt confirmed"),
    ev.PaperRootSigned: ("签署日志根", "root of the log signed"),
}


def notice(paper: Paper, to: ev.Addressee, ways: Sequence[str], now: int) -> PaperReport:
    """What the person is told with a service."""
    return _report(
        paper,
        ("电子送达通知书", "Notice of electronic service"),
        now,
        (
            *_about(paper, paper.sha256),
            Fact(name=("受送达人", "Served on"), value=_same(to.name)),
            Fact(name=("送达方式", "By"), value=_ways(ways)),
            Fact(name=("制作时间", "Made"), value=_time(now)),
        ),
        (
            (
                "本院依法以电子方式向您送达上列文书，请打开专用页面阅读、下载，并确认收悉。",
                "The court serves the document above on you electronically. Open your page to read and "
                "download it, and confirm that you have received it.",
            ),
            (
                "送达信息到达您提供或者确认的电子地址所在系统时，即为送达；其他情形以您回复收悉或者阅知的时间为准。"
                "以电子方式送达的判决书、裁定书、调解书，您需要纸质文书的，可以向本院提出。送达地址变更的，请及时告知本院。",
                "Service is done when it reaches the system of an address that you gave or confirmed, "
                "otherwise when you answer or read it. Of a judgment, ruling or mediation agreement you may "
                "ask for a copy on paper. Tell the court when your address changes.",
            ),
        ),
    )


def proof(paper: Paper, person: str, entries: Sequence[Entry], now: int) -> PaperReport:
    """电子送达凭证: it has the force of a receipt of service (Online Litigation Rules art. 31 para. 3)."""
    service = paper.services[person]
    found = effect(service)
    way = f"（{_ways((found.way,))[0]}）" if found and found.way else ""
    english = f" ({_ways((found.way,))[1]})" if found and found.way else ""
    basis = service.basis
    rule = RULES[found.rule] if found else ("尚未生效", "not in effect yet")
    steps = [
        entry
        for entry in entries
        if entry.at >= service.begun_at and _person(paper, entry) == person
    ]
    return _report(
        paper,
        ("电子送达凭证", "Proof of electronic service"),
        now,
        (
            *_about(paper, service.sha256),
            Fact(
                name=("受送达人", "Served on"), value=_same(f"{service.to.label} {service.to.name}")
            ),
            Fact(name=("送达方式", "By"), value=_ways(service.ways)),
            Fact(
                name=("同意电子送达", "Consent"),
                value=(
                    f"{_when(basis.given_at)}，{HOW[basis.how][0]}，{THROUGH[basis.through][0]}",
                    f"{_when(basis.given_at)}, {HOW[basis.how][1]}, {THROUGH[basis.through][1]}",
                ),
            ),
            Fact(
                name=("已确认的地址", "Confirmed addresses"),
                value=_ways(basis.confirmed) if basis.confirmed else NONE,
            ),
            Fact(name=("发出", "Sent"), value=_time(service.begun_at)),
            *(
                Fact(
                    name=(f"到达{WAYS[each][0]}系统", f"Reached: {WAYS[each][1]}"),
                    value=_time(service.delivered.get(each)),
                )
                for each in service.ways
            ),
            Fact(name=("打开", "Opened"), value=_time(service.opened_at)),
            Fact(name=("下载", "Downloaded"), value=_time(service.downloaded_at)),
            Fact(name=("确认收悉", "Confirmed"), value=_time(service.confirmed_at)),
            Fact(
                name=("送达生效时间", "In effect since"),
                value=_time(found.at if found else None),
            ),
            Fact(name=("生效依据", "By which rule"), value=(rule[0] + way, rule[1] + english)),
        ),
        (_proven(entries),),
        (_steps(paper, steps),),
        entries,
    )


def evidence(paper: Paper, entries: Sequence[Entry], now: int) -> PaperReport:
    """Who was asked to sign, how each answered, and every step."""
    signing = paper.signing
    rows = tuple(_row(one) for one in paper.signers.values())
    heads = (
        ("签署人", "Signer"), ("送达通知", "Letter"), ("打开", "Opened"), ("阅至", "Read to"),
        ("结果", "Outcome"), ("说明", "Detail"),
    )  # fmt: skip
    return _report(
        paper,
        ("文书签署证据报告", "Evidence of the signatures of a document"),
        now,
        (
            *_about(paper, paper.sha256),
            Fact(
                name=("记录摘要", "Digest of the record"),
                value=_same(signing.digest if signing else ""),
            ),
            Fact(
                name=("签名期限", "Deadline"),
                value=_time(signing.deadline if rows and signing else None),
            ),
            Fact(name=("归档", "Completed"), value=_time(paper.completed_at)),
        ),
        (_proven(entries),),
        (
            *(
                [Table(title=("签署", "Signatures"), heads=heads, rows=_with_letters(paper, rows))]
                if rows
                else ()
            ),
            _steps(paper, entries),
        ),
        entries,
    )


def _report(
    paper: Paper, title: Both, now: int, facts: tuple[Fact, ...], notes: tuple[Both, ...],
    tables: tuple[Table, ...] = (), entries: Sequence[Entry] = (),
) -> PaperReport:  # fmt: skip
    assert paper.made is not None
    return PaperReport(
        court=paper.made.court,
        case_number=paper.made.case_number,
        hearing=paper.id,
        title=title,
        made_at=now,
        notes=notes,
        facts=facts,
        tables=tables,
        entries=tuple(to_record(entry) for entry in entries),
    )


def _about(paper: Paper, sha256: str) -> tuple[Fact, ...]:
    assert paper.made is not None
    made = paper.made
    return (
        Fact(name=("案号", "Case"), value=_same(made.case_number)),
        Fact(name=("案由", "Title"), value=_same(made.case_title)),
        Fact(name=("文书", "Document"), value=_same(made.title)),
        Fact(name=("文书编号", "Its number"), value=_same(paper.id)),
        Fact(name=("文件 SHA-256", "SHA-256 of the file"), value=_same(sha256)),
    )


def _proven(entries: Sequence[Entry]) -> Both:
    found = root([leaf_hash(canonical(entry)) for entry in entries]).hex()
    return (
        f"本文书的日志共 {len(entries)} 条，附于本件之内；其默克尔树根（RFC 9162）为 {found}。",
        f"The document’s log has {len(entries)} entries, which are attached; the root of their tree "
        f"(RFC 9162) is {found}.",
    )


def _row(signer: Signer) -> tuple[Both, ...]:
    opened, read = _time(signer.opened_at), _same(str(signer.read_to) if signer.shown else "—")
    said = "；".join(map(_objection, signer.objections))
    if signer.signed_at is not None:
        outcome = (f"已签名 {_when(signer.signed_at)}", f"signed {_when(signer.signed_at)}")
        if signer.held:
            why = f"法院代管密钥，见证人 {signer.witness}"
            why += f"（{signer.permitted.text}）" if signer.permitted else ""
            said = "；".join(filter(None, (why, said)))
        if signer.asserted_at is not None:
            said = "；".join(filter(None, ("以通行密钥确认", said)))
    elif signer.refused is not None:
        at = _when(signer.refused.at)
        outcome = (f"拒绝签名 {at}", f"refused {at}")
        said = "；".join(filter(None, (signer.refused.text, said)))
    else:
        outcome = ("未答复", "no answer")
    who = _same(f"{signer.to.label} {signer.to.name}")
    return who, opened, read, outcome, _same(said or "—")


def _objection(one: Objection) -> str:
    if one.answer is None:
        return f"异议：{one.text}"
    word = "予以采纳" if one.answer.accepted else "不予采纳"
    return f"异议：{one.text}（{word}：{one.answer.reason}）"


def _with_letters(paper: Paper, rows: tuple[tuple[Both, ...], ...]) -> tuple[tuple[Both, ...], ...]:
    made = []
    for row, person in zip(rows, paper.signers, strict=True):
        letters = paper.letters_to(person, ev.Letter.SIGN, ev.Letter.REMIND)
        reached = [one for one in letters if one.delivered_at is not None]
        first = min(reached, key=lambda one: one.delivered_at or 0, default=None)
        zh, en = WAYS[first.post.way] if first else NONE
        at = _when(first.delivered_at) if first and first.delivered_at else ""
        made.append((row[0], (f"{zh} {at}".strip(), f"{en} {at}".strip()), *row[1:]))
    return tuple(made)


def _steps(paper: Paper, entries: Sequence[Entry]) -> Table:
    heads = (
        ("序号", "Entry"),
        ("时间", "Time"),
        ("何人", "Who"),
        ("步骤", "Step"),
        ("说明", "Detail"),
    )
    addressees = [one.to for one in paper.signers.values()]
    addressees += [one.to for one in paper.services.values()]
    people = {to.person: to.name for to in addressees}
    rows = tuple(
        (
            _same(f"#{entry.seq}"),
            _time(entry.at),
            _same(
                people.get(_person(paper, entry), "")
                or ("法院" if entry.by == "server" else entry.by)
            ),
            STEPS[type(entry.event)],
            _detail(paper, entry.event),
        )
        for entry in entries
    )
    return Table(title=("经过", "Each step"), heads=heads, rows=rows)


def _person(paper: Paper, entry: Entry) -> str:
    event: Any = entry.event
    if hasattr(event, "message"):
        return paper.letters[event.message].post.person
    if isinstance(event, ev.LetterQueued):
        return event.post.person
    if isinstance(event, ev.ServiceBegun):
        return event.to.person
    return str(getattr(event, "person", ""))


def _detail(paper: Paper, event: Any) -> Both:
    if isinstance(event, ev.LetterQueued):
        return WAYS[event.post.way]
    if hasattr(event, "message"):
        zh, en = WAYS[paper.letters[event.message].post.way]
        why = f" {event.reason}" if isinstance(event, ev.LetterFailed) else ""
        return zh + why, en + why
    if isinstance(event, ev.PagesShown):
        return _same(", ".join(map(str, event.pages)))
    if isinstance(event, ev.ServiceBegun):
        return _ways(event.ways)
    return _same(str(next(_said(event), "—")))


def _said(event: Any) -> Iterator[str]:
    for name in ("reason", "text", "cause", "sha256", "digest", "channel"):
        if getattr(event, name, ""):
            yield str(getattr(event, name))


def _ways(ways: Sequence[str]) -> Both:
    return "、".join(WAYS[way][0] for way in ways), ", ".join(WAYS[way][1] for way in ways)


def _same(text: str) -> Both:
    return text or "—", text or "—"


def _time(at: int | None) -> Both:
    return NONE if at is None else _same(_when(at))


def _when(at: int) -> str:
    time = datetime.fromtimestamp(at / 1000, UTC).astimezone(timezone(UTC_OFFSET))
    return f"{time:%Y-%m-%d %H:%M:%S} UTC+08:00"
