"""The words of a file of cases: its columns, and what may stand in those that hold one of a few words."""

from hearing_server.domain.parties import Role, Side
from hearing_server.domain.procedures import Procedure

# Column: the two headings under which it is found, the first as it is written in each language.
COLUMNS = {
    "number": ("案号", "case number"),
    "procedure": ("程序", "procedure"),
    "title": ("案由", "title"),
    "role": ("诉讼地位", "role"),
    "name": ("姓名或名称", "name"),
    "side": ("所属方", "side"),
    "email": ("电子邮箱", "e-mail"),
    "telephone": ("手机号码", "telephone"),
    "language": ("语言", "language"),
    "counsel_for": ("代理或辩护对象", "counsel for"),
    "interpreter_for": ("翻译对象", "interpreter for"),
    "sign_language": ("手语", "sign language"),
    "detained_at": ("羁押场所", "detained at"),
    "notes": ("备注", "notes"),
}
OF_CASE = ("number", "procedure", "title")
NEEDED = (*OF_CASE, "role", "name")
HEADINGS = {heading: column for column, pair in COLUMNS.items() for heading in pair}

WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "procedure": {
        Procedure.CRIMINAL: ("刑事", "criminal"),
        Procedure.CIVIL: ("民事", "civil"),
        Procedure.ADMINISTRATIVE: ("行政", "administrative"),
        Procedure.MEDIATION: ("调解", "mediation"),
    },
    "role": {
        Role.PROSECUTOR: ("公诉人", "prosecutor"),
        Role.PLAINTIFF: ("原告", "plaintiff"),
        Role.DEFENDANT: ("被告", "defendant"),
        Role.COUNSEL: ("代理人", "counsel"),
        Role.WITNESS: ("证人", "witness"),
        Role.EXPERT: ("鉴定人", "expert"),
        Role.INTERPRETER: ("翻译", "interpreter"),
        Role.BAILIFF: ("法警", "bailiff"),
        Role.DETENTION_OFFICER: ("看守所民警", "detention officer"),
    },
    "side": {
        Side.CLAIM: ("控方或原告方", "claim"),
        Side.DEFENCE: ("被告方", "defence"),
        Side.NEUTRAL: ("无", "neutral"),
    },
    "language": {"zh-CN": ("中文", "chinese"), "en": ("英文", "english")},
    "sign_language": {"True": ("是", "yes"), "False": ("否", "no")},
}
_ALSO: dict[str, dict[str, str]] = {
    "role": {"被告人": Role.DEFENDANT, "辩护人": Role.COUNSEL, "诉讼代理人": Role.COUNSEL,
             "申请人": Role.PLAINTIFF, "被申请人": Role.DEFENDANT, "claimant": Role.PLAINTIFF,
             "翻译人员": Role.INTERPRETER, "民警": Role.DETENTION_OFFICER},
    "side": {"控方": Side.CLAIM, "原告方": Side.CLAIM, "prosecution": Side.CLAIM,
             "claimant": Side.CLAIM, "被告人方": Side.DEFENCE, "辩方": Side.DEFENCE,
             "none": Side.NEUTRAL},
    "language": {"zh-cn": "zh-CN", "zh": "zh-CN", "普通话": "zh-CN", "汉语": "zh-CN",
                 "en": "en", "英语": "en"},
    "procedure": {},
    "sign_language": {"true": "True", "false": "False", "1": "True", "0": "False"},
}  # fmt: skip
SIDE_OF = {
    Role.PROSECUTOR: Side.CLAIM,
    Role.PLAINTIFF: Side.CLAIM,
    Role.DEFENDANT: Side.DEFENCE,
}


MEANING: dict[str, dict[str, str]] = {
    column: {
        **{word: str(value) for value, pair in words.items() for word in pair if word},
        **{str(value): str(value) for value in words if value},
        **{word: str(value) for word, value in _ALSO[column].items()},
    }
    for column, words in WORDS.items()
}
