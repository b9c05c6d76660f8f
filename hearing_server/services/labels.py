"""Roles and procedures as they are printed, Chinese and English."""

from hearing_server.domain.parties import Role

LABELS = {
    Role.PRESIDING_JUDGE: ("审判长", "Presiding judge"),
    Role.JUDGE: ("审判员", "Judge"),
    Role.ASSESSOR: ("人民陪审员", "People's assessor"),
    Role.CLERK: ("书记员", "Clerk"),
    Role.PROSECUTOR: ("公诉人", "Prosecutor"),
    Role.PLAINTIFF: ("原告", "Plaintiff"),
    Role.DEFENDANT: ("被告", "Defendant"),
    Role.COUNSEL: ("诉讼代理人", "Counsel"),
    Role.WITNESS: ("证人", "Witness"),
    Role.EXPERT: ("鉴定人", "Expert"),
    Role.INTERPRETER: ("翻译", "Interpreter"),
    Role.BAILIFF: ("法警", "Bailiff"),
    Role.DETENTION_OFFICER: ("看守所民警", "Detention officer"),
    Role.OBSERVER: ("旁听", "Observer"),
}
CRIMINAL = {
    Role.DEFENDANT: ("被告人", "Defendant"),
    Role.COUNSEL: ("辩护人", "Defence counsel"),
}
PROCEDURES = {
    "criminal": "刑事",
    "civil": "民事",
    "administrative": "行政",
    "mediation": "调解",
}


def labels(role: Role, procedure: str) -> tuple[str, str]:
    """A role as it is printed, Chinese and English: a criminal defendant is 被告人, a civil one 被告."""
    return (CRIMINAL if procedure == "criminal" else {}).get(role) or LABELS[role]
