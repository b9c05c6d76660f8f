"""Prints the evidence report (domain/evidence.py) as PDF/A-3a and PDF/UA-1, with its data attached."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import rfc8785

from hearing_server.domain.parties import Role
from hearing_server.services.labels import PROCEDURES, labels

from . import fonts
from .document import digest_of
from .pdf import breakable, folders_of, missing_glyphs, typeset

SOURCE = "report.json"
Words = tuple[str, str]
_TEMPLATE = Path(__file__).with_name("evidence.typ")

MAX_MORE = 600  # characters of what is told beside a step; evidence.json has it whole
STEPS: Mapping[str, Words] = {
    "code_confirmed": ("输入一次性验证码", "entered the one-time code"),
    "consent_given": ("同意在线庭审", "consented to the online hearing"),
    "consent_withdrawn": ("撤回同意", "withdrew consent"),
    "fault_explained": ("签署录制故障说明", "note on a fault of the recording signed"),
    "hearing_closed": ("闭庭", "hearing closed"),
    "hearing_opened": ("开庭", "hearing opened"),
    "held_key_permitted": (
        "准许以法院代管密钥签名",
        "permitted to sign with a key held by the court",
    ),
    "identity_confirmed": ("经视频核对证件", "identity confirmed on camera"),
    "kiosk_called": ("看守所终端接入", "connected by the detention centre's kiosk"),
    "no_recording_promised": ("承诺不录制、不传播", "promised not to record or spread"),
    "objection_accepted": ("补正申请：已补正", "objection accepted, line corrected"),
    "objection_made": ("申请补正笔录", "objected to a line"),
    "objection_refused": ("补正申请：不予补正", "objection refused"),
    "objection_withdrawn": ("撤回补正申请", "objection withdrawn"),
    "officer_step_done": ("看守所民警确认", "confirmed by the detention officer"),
    "party_admitted": ("获准入庭", "admitted"),
    "party_arrived": ("到达", "arrived"),
    "party_left": ("离开", "left"),
    "party_removed": ("被责令退出", "removed"),
    "passages_confirmed": ("确认已阅", "confirmed having read"),
    "rules_accepted": ("接受法庭规则", "accepted the rules of the court"),
    "refusal_sealed": ("拒绝签名载入笔录", "refusal sealed into the transcript"),
    "signature_refused": ("拒绝签名", "refused to sign"),
    "signer_asserted": ("以本人设备的通行密钥确认", "confirmed by a passkey of their own device"),
    "signer_identified": ("签名前经视频核对本人", "known on camera before signing"),
    "transcript_archived": ("笔录归档", "transcript archived"),
    "transcript_frozen": ("笔录定稿", "transcript frozen"),
    "transcript_read": ("阅读笔录至", "read the transcript up to"),
    "transcript_sealed": ("法院签章", "sealed by the court"),
    "transcript_signed": ("签名", "signed"),
}
_REPLACED: Words = ("由他人接替", "replaced by another of the court")
READINGS: Mapping[str, Words] = {
    "view": ("阅读笔录", "was given the transcript to read"),
    "download": ("下载笔录", "downloaded the transcript"),
}
CAME: Mapping[str, Words] = {
    "account": ("法院账户", "the court's account"),
    "kiosk": ("看守所终端", "kiosk of the detention centre"),
    "link": ("本人链接", "own link"),
}
_CHANNELS: Mapping[str, Words] = {
    "mail": ("邮件", "by e-mail"),
    "sms": ("短信", "by SMS"),
    "clerk": ("书记员告知", "told by the clerk"),
}
_OFFICER: Mapping[str, Words] = {
    "person": ("人员", "the person"),
    "devices": ("设备", "picture and sound"),
    "connection": ("线路", "the connection"),
    "handover": ("移交", "handed over"),
}
_LEFT: Mapping[str, Words] = {
    "network": ("网络", "network"),
    "closed_tab": ("关闭窗口", "window closed"),
    "left": ("本人离开", "left"),
    "superseded": ("换到另一窗口", "moved to another window"),
    "removed": ("被责令退出", "removed"),
    "replaced": ("由他人接替", "replaced"),
    "server": ("服务器", "server"),
}


def to_json(evidence: Mapping[str, Any]) -> bytes:
    """RFC 8785: the bytes of `report.json`."""
    return rfc8785.dumps(dict(evidence))


def render(evidence: Mapping[str, Any], utc_offset: int = 8 * 60) -> bytes:
    """The same report gives the same bytes. Characters without a font are printed as a box.

    Raises FontsMissing or PrintingFailed.
    """
    source = to_json(evidence)
    view = json.dumps(_view(evidence, digest_of(source), utc_offset), ensure_ascii=False)
    missing = frozenset(missing_glyphs(view))
    data = "".join("\u25a1" if one in missing else one for one in view)
    ends = max((one["at"] for one in evidence["steps"]), default=0)
    inputs = {"data": data, "source": source.decode()}
    pdf, _ = typeset(inputs, folders_of(()), ends // 1000, _TEMPLATE)
    return pdf


def _view(evidence: Mapping[str, Any], digest: str, utc_offset: int) -> dict[str, Any]:
    zone = timezone(timedelta(minutes=utc_offset))
    people = {one["party"]: one for one in evidence["people"]}
    procedure = evidence["procedure"]

    def time(at: int) -> str:
        return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"

    def who(party: str) -> str:
        one = people.get(party)
        return "" if one is None else f"{labels(Role(one['role']), procedure)[0]} {one['name']}"

    read = [
        {
            "at": one["at"],
            "time": time(one["at"]),
            "entry": "",
            "who": who(one["party"]),
            "what": READINGS[one["what"]],
            "more": breakable(" ".join(filter(None, (one["document"], one["address"])))),
        }
        for one in evidence["readings"]
    ]
    taken = [
        {
            "at": one["at"],
            "time": time(one["at"]),
            "entry": f"#{one['entry']}",
            "who": breakable(who(one["party"])),
            "what": words_of(one),
            "more": breakable(_more(one)),
        }
        for one in evidence["steps"]
    ]
    return {
        "family": [fonts.FAMILY],
        "digest": digest,
        "court": breakable(evidence["court"]),
        "case_number": breakable(evidence["case_number"]),
        "title": breakable(evidence["title"]),
        "procedure": PROCEDURES.get(procedure, procedure),
        "hearing": evidence["hearing"],
        "entries": evidence["entries"],
        "people": [_person(one, evidence, procedure) for one in evidence["people"]],
        "signatures": list(_signatures(evidence["steps"], who, time)),
        "steps": sorted([*taken, *read], key=lambda one: one["at"]),
    }


def words_of(step: Mapping[str, Any]) -> Words:
    """Who of the court is followed by another was not sent out."""
    return _REPLACED if step.get("successor") else STEPS[step["kind"]]


def _person(one: Mapping[str, Any], evidence: Mapping[str, Any], procedure: str) -> dict[str, Any]:
    proofs = [CAME[one["came_by"]]] if "came_by" in one else []
    for step in evidence["steps"]:
        if step["party"] != one["party"]:
            continue
        if step["kind"] == "code_confirmed":
            channel = _CHANNELS.get(step["channel"], (step["channel"],) * 2)
            proofs.append((f"验证码（{channel[0]}）", f"code {channel[1]}"))
        elif step["kind"] == "identity_confirmed":
            proofs.append((f"核对证件：{step['document']}", "document on camera"))
    proofs = list(dict.fromkeys(proofs))
    role = labels(Role(one["role"]), procedure)
    return {
        "role": role,
        "name": breakable(one["name"]),
        "site": breakable(one["site"]),
        "proofs": [[breakable(zh), en] for zh, en in proofs],
    }


def _signatures(steps: list[Mapping[str, Any]], who: Any, time: Any) -> Iterator[dict[str, Any]]:
    """What each of those who were asked to sign the newest version did."""
    frozen = [one for one in steps if one["kind"] == "transcript_frozen"]
    if not frozen:
        return
    version, answers = frozen[-1]["version"], {}
    for one in steps:
        if one["kind"] in ("transcript_signed", "signature_refused") and one["version"] == version:
            answers[one["party"]] = one
    for party in frozen[-1]["signers"]:
        answer = answers.get(party)
        row = {"who": breakable(who(party)), "time": "", "more": "", "refused": False}
        if answer is None:
            yield {**row, "what": ("尚未答复", "not answered yet")}
            continue
        yield {
            **row,
            "time": time(answer["at"]),
            "what": STEPS[answer["kind"]],
            "more": breakable(answer.get("reason", "") or _held(answer)),
            "refused": answer["kind"] == "signature_refused",
        }


def _held(step: Mapping[str, Any]) -> str:
    """Whose key it was, where the party had none."""
    if step.get("key") != "held":
        return ""
    return f"法院代管密钥 key held by the court, 见证 witness: {step['witness']}"


def _more(step: Mapping[str, Any]) -> str:
    """What else is to be said of a step: one line, mostly in no language."""
    match step["kind"]:
        case "code_confirmed":
            return " ".join(_CHANNELS.get(step["channel"], (step["channel"],)))
        case "officer_step_done":
            return " ".join((*_OFFICER.get(step["step"], ()), step["officer"]))
        case "party_left":
            return " ".join(_LEFT.get(step["cause"], (step["cause"],)))
        case "transcript_frozen":
            return f"v{step['version']}, SHA-256 {step['digest']}"
        case (
            "refusal_sealed"
            | "transcript_signed"
            | "transcript_sealed"
            | "transcript_archived"
            | "signer_asserted"
        ):
            held = _held(step)
            return f"v{step['version']}, SHA-256 {step['sha256']}{', ' if held else ''}{held}"
        case "transcript_read":
            return f"v{step['version']}, p. {step['page']}"
        case "passages_confirmed":
            return f"v{step['version']}: {', '.join(step['passages']) or '*'}"[:MAX_MORE]
        case "objection_made":
            asked = (
                f"「{step['quote']}」→「{step['wording']}」" if step["wording"] else step["quote"]
            )
            said = f"({step['objection']}) v{step['version']}, #{step['place']}: {asked} {step['reason']}"
            return said[:MAX_MORE]
        case "objection_accepted" | "objection_withdrawn":
            return f"({step['objection']})"
        case "objection_refused":
            return f"({step['objection']}) {step['reason']}"
        case "signature_refused":
            return f"v{step['version']}: {step['reason']}"
    return str(step.get("reason") or step.get("document") or "")
