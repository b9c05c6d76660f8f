"""What the court tells people, in their language: texts, channels, states. Pure.

At least once: a message that may have gone out before a crash is sent again, and named so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Kind(StrEnum):
    INVITATION = "invitation"
    SELF_CHECK = "self_check"  # test your device in the days before
    REMINDER_DAY = "reminder_day"
    REMINDER_HOUR = "reminder_hour"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CODE = "code"  # a one-time code, short-lived
    PAPER_SIGN = "paper_sign"  # a paper of the case to sign
    PAPER_REMIND = "paper_remind"
    PAPER_SERVE = "paper_serve"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    CLERK = "clerk"  # neither can reach the person: the clerk reads it out


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"  # waits for the clerk to read it out
    READ_OUT = "read_out"
    DROPPED = "dropped"  # overtaken by a change of the hearing, or too late


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing to tell one person by one channel. Times are Unix ms; a low priority number goes first.

    `party` is the seat in the hearing. `secret` is shown to nobody but the person it is for.
    """

    id: str
    hearing: str
    party: str
    kind: Kind
    channel: Channel
    state: MessageState
    created_at: int
    due_at: int
    expires_at: int
    args: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    secret: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    priority: int = 5
    attempts: int = 0
    uncertain: bool = False  # may have gone out already, before a crash
    done_at: int | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """`short` is for SMS; `subject` and `body` for e-mail, and for reading out."""

    subject: str
    body: str
    short: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the texts speak of. `link` is empty where none may be given.

    Of a paper `title` is what it is called, and `planned_at` until when it is to be signed.
    """

    court: str
    number: str
    title: str
    courtroom: str
    name: str
    planned_at: int
    minutes: int
    link: str = ""
    reason: str = ""
    code: str = ""
    valid_minutes: int = 0


ATTEMPTS = 6
_BACKOFF = (30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR)  # after each failure


def next_try(attempts: int, now: int) -> int | None:
    """When to try again after `attempts` failures; None when it is given up."""
    return now + _BACKOFF[attempts - 1] if attempts < ATTEMPTS else None


# Kinds that follow a plan, and how long before the hearing each is due.
BEFORE: Mapping[Kind, int] = MappingProxyType(
    {Kind.SELF_CHECK: 3 * DAY, Kind.REMINDER_DAY: DAY, Kind.REMINDER_HOUR: HOUR}
)


def schedule(now: int, planned_at: int) -> list[tuple[Kind, int]]:
    """The reminders that are still to come, and when."""
    return [
        (kind, planned_at - before) for kind, before in BEFORE.items() if planned_at - before > now
    ]


def masked(contact: str) -> str:
    """Enough of a contact to recognise it: 138****0000, j***@example.com."""
    name, at, host = contact.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    digits = contact.replace(" ", "")
    return f"{digits[:3]}****{digits[-2:]}" if len(digits) > 6 else "****"


def when(at: int, language: str, zone: tzinfo) -> str:
    """A time as the court's people read it."""
    t = datetime.fromtimestamp(at / 1000, zone)
    if language == "en":
        return f"{t:%A} {t.day} {t:%B %Y}, {t:%H:%M}"
    return f"{t.year}年{t.month}月{t.day}日（星期{'一二三四五六日'[t.weekday()]}）{t:%H:%M}"


def compose(kind: Kind, facts: Facts, language: str, zone: tzinfo) -> Text:
    """The message in the person's language; Chinese where there is no text in it."""
    texts = _TEXTS.get(language, _TEXTS["zh-CN"])[kind]
    language = language if language in _TEXTS else "zh-CN"
    values = {
        **{name: getattr(facts, name) for name in facts.__dataclass_fields__},
        "when": when(facts.planned_at, language, zone),
    }
    subject, body, short = (part.format_map(values) for part in texts)
    return Text(subject=subject, body=f"{body}{_SIGNED[language].format_map(values)}", short=short)


_SIGNED = {
    "zh-CN": "\n\n{court}\n本消息由系统发出，请勿回复。",
    "en": "\n\n{court}\nThis message was sent by a machine; please do not answer it.",
}
_ABOUT_ZH = "案件：{number} {title}\n时间：{when}（预计{minutes}分钟）\n法庭：{courtroom}"
_ABOUT_EN = "Case: {number} {title}\nTime: {when} (about {minutes} minutes)\nCourtroom: {courtroom}"
_PREPARE_ZH = (
    "请准备：\n· 有效身份证件原件；\n· 带摄像头和麦克风的电脑或手机，充足的电量和稳定的网络；\n"
    "· 安静、光线充足、无他人在场的房间；\n· 您要出示的证据材料。\n"
    "未经许可，不得录音、录像或传播庭审内容。"
)
_PREPARE_EN = (
    "Please have ready:\n- your identity document, the original;\n"
    "- a computer or telephone with camera and microphone, power and a steady network;\n"
    "- a quiet, well-lit room with nobody else in it;\n- the evidence you want to show.\n"
    "Recording or spreading the hearing without leave is forbidden."
)
_OWN_ZH = "您的专用链接（请勿转发，持有链接者即可进入您的席位）：\n{link}"
_OWN_EN = "Your own link (do not pass it on: whoever has it can take your seat):\n{link}"

_PAPER_ZH = "您的专用链接（请勿转发，持有链接者可代您查看和签署）：\n{link}"
_PAPER_EN = "Your own link (do not pass it on: whoever has it can read and sign for you):\n{link}"

_Texts = dict[Kind, tuple[str, str, str]]
_ZH: _Texts = {
    Kind.INVITATION: (
        "【{court}】在线庭审通知 {number}",
        f"{{name}}：\n您好！请按时参加在线庭审。\n\n{_ABOUT_ZH}\n\n{_OWN_ZH}\n\n{_PREPARE_ZH}\n\n"
        "开庭前任何一天都可以打开链接检测您的设备和网络，请至少提前一天完成。",
        "【{court}】{name}，请于{when}参加{number}在线庭审。专用链接（勿转发）：{link}",
    ),
    Kind.SELF_CHECK: (
        "【{court}】请检测您的设备 {number}",
        f"{{name}}：\n在线庭审临近，请现在打开链接，检测摄像头、麦克风、扬声器和网络，约需三分钟。\n\n"
        f"{_ABOUT_ZH}\n\n{_OWN_ZH}",
        "【{court}】{name}，{when}在线庭审前请先检测设备和网络：{link}",
    ),
    Kind.REMINDER_DAY: (
        "【{court}】明日开庭提醒 {number}",
        f"{{name}}：\n您的在线庭审即将举行。\n\n{_ABOUT_ZH}\n\n{_OWN_ZH}\n\n{_PREPARE_ZH}",
        "【{court}】提醒：{number}在线庭审将于{when}举行。链接：{link}",
    ),
    Kind.REMINDER_HOUR: (
        "【{court}】一小时后开庭 {number}",
        f"{{name}}：\n您的在线庭审将于一小时后开始，请提前十分钟进入。\n\n{_ABOUT_ZH}\n\n{_OWN_ZH}",
        "【{court}】{number}在线庭审一小时后开始，请提前十分钟进入：{link}",
    ),
    Kind.POSTPONED: (
        "【{court}】庭审改期 {number}",
        f"{{name}}：\n在线庭审时间已变更，以下为新的时间。\n原因：{{reason}}\n\n{_ABOUT_ZH}\n\n"
        f"原链接仍然有效。\n{_OWN_ZH}",
        "【{court}】{number}在线庭审改期至{when}，原链接仍有效：{link}",
    ),
    Kind.CANCELLED: (
        "【{court}】庭审取消 {number}",
        f"{{name}}：\n下列在线庭审已取消，您无需参加。\n原因：{{reason}}\n\n{_ABOUT_ZH}",
        "【{court}】原定{when}的{number}在线庭审已取消，无需参加。",
    ),
    Kind.CODE: (
        "【{court}】验证码",
        "{name}：\n您的验证码：{code}\n{valid_minutes}分钟内有效。请勿告诉他人，法院工作人员不会向您索要。",
        "【{court}】验证码{code}，{valid_minutes}分钟内有效，请勿告诉他人。",
    ),
    Kind.PAPER_SIGN: (
        "【{court}】请签署文书 {number}",
        "{name}：\n您好！本院请您阅读并签署下列文书。\n\n案件：{number}\n文书：{title}\n签署期限：{when}\n\n"
        f"{_PAPER_ZH}\n\n如对文书内容有异议或者不同意签署，请在页面上说明。",
        "【{court}】{name}，请于{when}前阅读并签署{number}《{title}》。专用链接（勿转发）：{link}",
    ),
    Kind.PAPER_REMIND: (
        "【{court}】提醒：请签署文书 {number}",
        "{name}：\n您尚未签署下列文书，请在期限内完成。\n\n案件：{number}\n文书：{title}\n签署期限：{when}\n\n"
        f"{_PAPER_ZH}",
        "【{court}】提醒：{number}《{title}》尚待您签署，期限{when}。链接：{link}",
    ),
    Kind.PAPER_SERVE: (
        "【{court}】电子送达 {number}",
        "{name}：\n本院依法以电子方式向您送达下列文书，请及时查阅并确认收悉。\n\n案件：{number}\n文书：{title}\n\n"
        f"{_PAPER_ZH}\n\n如需纸质文书或者送达地址有变更，请及时告知本院。",
        "【{court}】{name}，本院向您电子送达{number}《{title}》，请查阅并确认收悉：{link}",
    ),
}
_EN: _Texts = {
    Kind.INVITATION: (
        "[{court}] Online hearing {number}",
        f"Dear {{name}},\n\nYou are asked to take part in an online hearing.\n\n{_ABOUT_EN}\n\n"
        f"{_OWN_EN}\n\n{_PREPARE_EN}\n\nOn any day before the hearing the same link lets you test your "
        "device and network. Please do so at least a day ahead.",
        "[{court}] {name}: online hearing {number}, {when}. Your own link, not to be passed on: {link}",
    ),
    Kind.SELF_CHECK: (
        "[{court}] Please test your device, {number}",
        f"Dear {{name}},\n\nYour online hearing is near. Please open the link now and test camera, "
        f"microphone, loudspeaker and network. It takes three minutes.\n\n{_ABOUT_EN}\n\n{_OWN_EN}",
        "[{court}] {name}: please test your device before the hearing of {when}: {link}",
    ),
    Kind.REMINDER_DAY: (
        "[{court}] Hearing tomorrow, {number}",
        f"Dear {{name}},\n\nYour online hearing is about to take place.\n\n{_ABOUT_EN}\n\n{_OWN_EN}\n\n"
        f"{_PREPARE_EN}",
        "[{court}] Reminder: online hearing {number}, {when}. Link: {link}",
    ),
    Kind.REMINDER_HOUR: (
        "[{court}] Hearing in an hour, {number}",
        f"Dear {{name}},\n\nYour online hearing begins in an hour. Please enter ten minutes early.\n\n"
        f"{_ABOUT_EN}\n\n{_OWN_EN}",
        "[{court}] Online hearing {number} begins in an hour, please enter ten minutes early: {link}",
    ),
    Kind.POSTPONED: (
        "[{court}] Hearing moved, {number}",
        f"Dear {{name}},\n\nYour online hearing has a new time.\nReason: {{reason}}\n\n{_ABOUT_EN}\n\n"
        f"Your link stays the same.\n{_OWN_EN}",
        "[{court}] Online hearing {number} is moved to {when}; your link stays the same: {link}",
    ),
    Kind.CANCELLED: (
        "[{court}] Hearing cancelled, {number}",
        f"Dear {{name}},\n\nThis online hearing is cancelled; you need not take part.\n"
        f"Reason: {{reason}}\n\n{_ABOUT_EN}",
        "[{court}] The online hearing {number} of {when} is cancelled.",
    ),
    Kind.CODE: (
        "[{court}] Your code",
        "Dear {name},\n\nYour code: {code}\nIt is good for {valid_minutes} minutes. Tell it to nobody: "
        "the court will not ask you for it.",
        "[{court}] Code {code}, good for {valid_minutes} minutes. Tell it to nobody.",
    ),
    Kind.PAPER_SIGN: (
        "[{court}] A document to sign, {number}",
        "Dear {name},\n\nThe court asks you to read and sign a document.\n\nCase: {number}\nDocument: {title}\n"
        f"Sign until: {{when}}\n\n{_PAPER_EN}\n\nIf you object to it or will not sign, please say so on that page.",
        "[{court}] {name}: please read and sign {title}, {number}, until {when}. Your own link: {link}",
    ),
    Kind.PAPER_REMIND: (
        "[{court}] Reminder: a document to sign, {number}",
        "Dear {name},\n\nYou have not signed this document yet. Please do so in time.\n\nCase: {number}\n"
        f"Document: {{title}}\nSign until: {{when}}\n\n{_PAPER_EN}",
        "[{court}] Reminder: {title}, {number}, waits for your signature until {when}: {link}",
    ),
    Kind.PAPER_SERVE: (
        "[{court}] Electronic service, {number}",
        "Dear {name},\n\nThe court serves this document on you electronically. Please read it and confirm that you "
        f"have received it.\n\nCase: {{number}}\nDocument: {{title}}\n\n{_PAPER_EN}\n\nIf you need it on paper, "
        "or your address has changed, please tell the court.",
        "[{court}] {name}: the court serves {title}, {number}, on you. Read and confirm: {link}",
    ),
}
_TEXTS: dict[str, _Texts] = {"zh-CN": _ZH, "en": _EN}
