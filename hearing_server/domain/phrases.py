"""What saves a clerk keystrokes: abbreviations, the terms and names of the case, templates per stage. Pure.

The words are those of a Chinese record; fields in braces are filled from the hearing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events.values import Stage
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.hidden import HIDDEN
from hearing_server.domain.parties import Party, Role

MAX_ABBREVIATIONS = 300  # of one account
MAX_SHORT = 20
MAX_LONG = 500
UNKNOWN = "＿＿"

# Typed in Latin letters between Chinese, so they stand for nothing else: initials of the pinyin.
ABBREVIATIONS: Mapping[str, str] = MappingProxyType(
    {
        "spz": "审判长",
        "gsr": "公诉人",
        "bgr": "被告人",
        "bhr": "辩护人",
        "yg": "原告",
        "bg": "被告",
        "dlr": "诉讼代理人",
        "sqhb": "申请回避",
        "ssql": "诉讼权利",
        "ssyw": "诉讼义务",
        "zjzm": "证据证明",
        "zsx": "真实性",
        "hfx": "合法性",
        "glx": "关联性",
        "myy": "没有异议",
        "yyy": "有异议",
        "mybc": "没有补充",
        "rzrf": "认罪认罚",
        "tqjs": "听清楚了",
    }
)

_SHORT = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One line of a template, of whoever has this role."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True)
class StageTemplate:
    """What is usually said in a stage. `procedures` empty: in all of them."""

    id: str
    stage: Stage
    passages: tuple[Passage, ...]
    procedures: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A line of a template for this hearing: `speaker` is a party."""

    speaker: str
    text: str


def _judge(text: str) -> Passage:
    return Passage(role=Role.PRESIDING_JUDGE, text=text)


_CIVIL = frozenset({"civil", "administrative"})
_CRIMINAL = frozenset({"criminal"})

TEMPLATES = (
    StageTemplate(
        id="discipline",
        stage=Stage.PREPARATION,
        passages=(
            Passage(
                role=Role.CLERK,
                text="请肃静，现在宣布法庭纪律：未经许可不得录音、录像、拍照或传播庭审；不得随意中断、退出庭审。",
            ),
        ),
    ),
    StageTemplate(
        id="opening",
        stage=Stage.PREPARATION,
        passages=(
            _judge("{court}现在开庭，依法审理{title}一案，案号{case_number}。"),
            _judge("本案由审判长{judge}主持，书记员{clerk}担任记录。"),
        ),
    ),
    StageTemplate(
        id="identity",
        stage=Stage.PREPARATION,
        passages=(_judge("请各方报明身份。{parties}。各方对对方出庭人员的身份有无异议？"),),
    ),
    StageTemplate(
        id="rights",
        stage=Stage.PREPARATION,
        passages=(
            _judge(
                "各方享有申请回避、提供证据、进行辩论、最后陈述等诉讼权利，是否听清？是否申请回避？"
            ),
        ),
    ),
    StageTemplate(
        id="charge",
        stage=Stage.INVESTIGATION,
        procedures=_CRIMINAL,
        passages=(
            _judge("现在开始法庭调查。请公诉人宣读起诉书。"),
            Passage(role=Role.PROSECUTOR, text="（宣读起诉书，内容略。）"),
            _judge("被告人{defendant}，起诉书指控的事实是否属实？有无意见？"),
        ),
    ),
    StageTemplate(
        id="claim",
        stage=Stage.INVESTIGATION,
        procedures=_CIVIL,
        passages=(
            _judge("现在开始法庭调查。请原告{plaintiff}陈述诉讼请求及事实和理由。"),
            _judge("请被告{defendant}答辩。"),
        ),
    ),
    StageTemplate(
        id="evidence",
        stage=Stage.EVIDENCE,
        passages=(_judge("现在进行举证质证。请对该证据的真实性、合法性、关联性发表意见。"),),
    ),
    StageTemplate(
        id="debate",
        stage=Stage.DEBATE,
        passages=(_judge("法庭调查结束，现在进行法庭辩论。请围绕争议焦点发表辩论意见。"),),
    ),
    StageTemplate(
        id="last",
        stage=Stage.LAST_STATEMENT,
        passages=(_judge("法庭辩论终结。现在由{defendant}作最后陈述。"),),
    ),
    StageTemplate(
        id="mediation",
        stage=Stage.MEDIATION,
        passages=(_judge("根据法律规定，当事人可以调解。各方是否同意在法庭主持下调解？"),),
    ),
    StageTemplate(
        id="deliberation",
        stage=Stage.DELIBERATION,
        passages=(_judge("现在休庭，由合议庭进行评议，评议后继续开庭。"),),
    ),
    StageTemplate(
        id="judgment",
        stage=Stage.JUDGMENT,
        passages=(
            _judge("现在宣判。"),
            _judge("庭审结束。请各方阅读笔录，确认无误后签名。现在闭庭。"),
        ),
    ),
)


def templates(state: HearingState) -> dict[str, tuple[Filled, ...]]:
    """The templates of this hearing's stages by their id, filled; in the order of the stages."""
    stages = state.stages or tuple(Stage)
    fields = _fields(state)
    found: dict[str, tuple[Filled, ...]] = {}
    for template in sorted(TEMPLATES, key=lambda one: _place(stages, one.stage)):
        fits = not template.procedures or state.procedure in template.procedures
        if fits and template.stage in stages:
            filled = (_filled(state, passage, fields) for passage in template.passages)
            found[template.id] = tuple(filled)
    return found


def stage_of(template: str) -> Stage:
    return next(one.stage for one in TEMPLATES if one.id == template)


def _place(stages: tuple[Stage, ...], stage: Stage) -> int:
    return stages.index(stage) if stage in stages else len(stages)


def _filled(state: HearingState, passage: Passage, fields: Mapping[str, str]) -> Filled:
    speakers = _of_role(state, passage.role) or _of_role(state, Role.PRESIDING_JUDGE)
    # The text is the template's own: whatever stands in a name is never taken for a field.
    text = re.sub(r"\{(\w+)\}", lambda found: fields.get(found[1]) or UNKNOWN, passage.text)
    return Filled(speaker=speakers[0].id if speakers else "", text=text)


def _fields(state: HearingState) -> dict[str, str]:
    def names(role: Role) -> str:
        return "、".join(party.name for party in _of_role(state, role))

    heard = [
        seat.party.name
        for seat in state.seats.values()
        if seat.party.role in (Role.PROSECUTOR, Role.PLAINTIFF, Role.DEFENDANT, Role.COUNSEL)
    ]
    return {
        "court": state.court,
        "case_number": state.case_number,
        "title": state.title,
        "judge": names(Role.PRESIDING_JUDGE),
        "clerk": names(Role.CLERK),
        "plaintiff": names(Role.PLAINTIFF),
        "defendant": names(Role.DEFENDANT),
        "parties": "；".join(heard),
    }


def _of_role(state: HearingState, role: Role) -> list[Party]:
    """Who sits for it now: not who was followed by another."""
    seats = (seat for seat in state.seats.values() if not seat.removed)
    return [seat.party for seat in seats if seat.party.role is role]


def terms(state: HearingState) -> tuple[str, ...]:
    """Names and words of the case, each once: who is in it, what it is called, what was submitted."""
    parties = [seat.party for seat in state.seats.values() if seat.party.role is not Role.OBSERVER]
    words = [
        *(party.name for party in parties),
        state.court,
        state.case_number,
        state.title,
        *(party.site for party in parties),
        *(one.name for one in state.exhibits if not one.withdrawn),
    ]
    return tuple(dict.fromkeys(word for word in words if word))


def check_abbreviations(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A clerk's own abbreviations as they are kept, or why not: letters and digits, each once."""
    found: dict[str, str] = {}
    for short, long in given:
        short, long = short.strip().lower(), long.strip()
        if not (_SHORT.fullmatch(short) and len(short) <= MAX_SHORT):
            raise Refused(Code.BAD_MESSAGE, short[:MAX_SHORT])
        if not long or len(long) > MAX_LONG or HIDDEN.search(long) or short in found:
            raise Refused(Code.BAD_MESSAGE, short)
        found[short] = long
    if len(found) > MAX_ABBREVIATIONS:
        raise Refused(Code.TOO_MANY, f"{MAX_ABBREVIATIONS} abbreviations")
    return found
