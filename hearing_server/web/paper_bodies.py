"""What the pages of papers send and get, and how it becomes the domain's and back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hearing_server.domain.cases import CaseParty
from hearing_server.domain.outbox import masked
from hearing_server.domain.papers.consent import Consent
from hearing_server.domain.papers.events import Letter
from hearing_server.domain.papers.paper import Objection, Paper, Said, Sent, Service, Signer
from hearing_server.domain.papers.service import effect
from hearing_server.domain.papers.shape import Shape


class MakeBody(msgspec.Struct, forbid_unknown_fields=True):
    template: str
    language: str
    values: dict[str, str]
    replaces: str = ""


class AnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    """`objection`: the number of it among the person's, from 1."""

    person: str
    objection: int
    accepted: bool
    reason: str


class SigningBody(msgspec.Struct, forbid_unknown_fields=True):
    people: list[str]
    deadline: int = 0
    code: bool = False
    stuck_days: int = msgspec.field(default=2)
    remind_hours: list[int] = []


class PeopleBody(msgspec.Struct, forbid_unknown_fields=True):
    people: list[str] = []


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    reason: str


class ServeBody(msgspec.Struct, forbid_unknown_fields=True):
    person: str
    ways: list[str]


class ConsentBody(msgspec.Struct, forbid_unknown_fields=True):
    how: str
    through: str
    ways: list[str]
    confirmed: list[str] = []


class OwnConsentBody(msgspec.Struct, forbid_unknown_fields=True):
    ways: list[str]


class LinkBody(msgspec.Struct, forbid_unknown_fields=True):
    link: str


class PagesBody(msgspec.Struct, forbid_unknown_fields=True):
    pages: list[int]


class TextBody(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class SignBody(msgspec.Struct, forbid_unknown_fields=True):
    """`digest` is of the record that the statement on the page named."""

    digest: str
    public_key: str
    possession: str
    name_image: str
    strokes: str = ""


class FinishBody(msgspec.Struct, forbid_unknown_fields=True):
    signature: str


def listed_json(shape: Shape) -> dict[str, Any]:
    names = ("id", "title", "template", "language", "phase", "made_at", "deadline", "signers",
             "signed", "refused", "stuck")  # fmt: skip
    return {name: getattr(shape, name) for name in names}


def board_json(paper: Paper) -> dict[str, Any]:
    """Everything the clerk sees of a paper, person by person."""
    assert paper.made is not None
    signing = paper.signing
    return {
        **_head(paper),
        "case": paper.made.case,
        "replaces": paper.made.replaces,
        "template": paper.made.template,
        "values": {value.name: value.text for value in paper.made.values},
        "made_at": paper.made_at,
        "made_by": paper.made_by,
        "completed_at": paper.completed_at,
        "withdrawn": _said(paper.withdrawn),
        "deadline": signing.deadline if signing and paper.signers else None,
        "code": bool(signing and signing.code),
        "late": bool(signing and signing.late),
        "closed": _said(signing.closed) if signing else None,
        "signers": [_signer_row(paper, one) for one in paper.signers.values()],
        "services": [service_json(paper, one) for one in paper.services.values()],
    }


def _head(paper: Paper) -> dict[str, Any]:
    assert paper.made is not None
    return {
        "id": paper.id,
        "court": paper.made.court,
        "number": paper.made.case_number,
        "case_title": paper.made.case_title,
        "title": paper.made.title,
        "language": paper.made.language,
        "phase": paper.phase,
        "pages": paper.pages or paper.made.pages,
        "sha256": paper.sha256,
        "digest": paper.signing.digest if paper.signing else "",
    }


def _signer_row(paper: Paper, signer: Signer) -> dict[str, Any]:
    letters = paper.letters_to(signer.to.person, Letter.SIGN, Letter.REMIND)
    return {
        "person": signer.to.person,
        "role": signer.to.role,
        "name": signer.to.name,
        "state": state_of(signer, letters),
        "letters": [_letter(sent) for sent in letters],
        "downloaded_at": signer.downloaded_at,
        "code_at": signer.code_at,
        "stuck": {"cause": signer.stuck[0], "at": signer.stuck[1]} if signer.stuck else None,
        "reminders": signer.reminders,
        **signer_json(signer),
    }


def state_of(signer: Signer, letters: list[Sent]) -> str:
    """Where somebody stands, in one word: what the board is filtered by."""
    if signer.signed_at is not None:
        return "signed"
    if signer.refused is not None:
        return "refused"
    if signer.stuck is not None:
        return "stuck"
    if signer.waits:
        return "objected"
    if signer.opened_at is not None:
        return "opened"
    reached = any(sent.delivered_at is not None for sent in letters)
    return "sent" if reached else "waiting"


def signer_json(signer: Signer) -> dict[str, Any]:
    """What the signer may know of themselves too."""
    return {
        "opened_at": signer.opened_at,
        "read_to": signer.read_to,
        "objections": [_objection(one) for one in signer.objections],
        "asserted_at": signer.asserted_at,
        "permitted": _said(signer.permitted),
        "held": signer.held,
        "witness": signer.witness,
        "signed_at": signer.signed_at,
        "refused": _said(signer.refused),
    }


def service_json(paper: Paper, service: Service) -> dict[str, Any]:
    found = effect(service)
    return {
        "person": service.to.person,
        "role": service.to.role,
        "name": service.to.name,
        "letters": [_letter(s) for s in paper.letters_to(service.to.person, Letter.SERVE)],
        "confirmed_ways": list(service.basis.confirmed),
        "effect": {"at": found.at, "rule": found.rule, "way": found.way} if found else None,
        **own_service_json(service),
    }


def own_service_json(service: Service) -> dict[str, Any]:
    return {
        "ways": list(service.ways),
        "begun_at": service.begun_at,
        "delivered": dict(service.delivered),
        "opened_at": service.opened_at,
        "downloaded_at": service.downloaded_at,
        "confirmed_at": service.confirmed_at,
    }


def own_json(paper: Paper, person: str) -> dict[str, Any]:
    """What the person it is addressed to sees of a paper."""
    signer, service = paper.signers.get(person), paper.services.get(person)
    signing = None
    if signer is not None and paper.signing is not None:
        signing = {
            **signer_json(signer),
            "shown": sorted(signer.shown),
            "deadline": paper.signing.deadline,
        }
    own = own_service_json(service) if service else None
    withdrawn = _said(paper.withdrawn)
    return {**_head(paper), "signing": signing, "service": own, "withdrawn": withdrawn}


def consent_json(consent: Consent) -> dict[str, Any]:
    return {
        "given_at": consent.given_at,
        "revoked_at": consent.revoked_at,
        "how": consent.how,
        "through": consent.through,
        "ways": list(consent.ways),
        "confirmed": list(consent.confirmed),
    }


def contacts_json(person: CaseParty) -> Mapping[str, str]:
    """Enough of each contact to recognise it."""
    return {
        "email": masked(person.email) if person.email else "",
        "sms": masked(person.telephone) if person.telephone else "",
    }


def _letter(sent: Sent) -> dict[str, Any]:
    return {
        "letter": sent.post.letter,
        "way": sent.post.way,
        "queued_at": sent.queued_at,
        "delivered_at": sent.delivered_at,
        "failed_at": sent.failed_at,
        "fault": sent.fault,
    }


def _objection(one: Objection) -> dict[str, Any]:
    return {"text": one.text, "at": one.at, "answer": vars(one.answer) if one.answer else None}


def _said(said: Said | None) -> dict[str, Any] | None:
    return None if said is None else {"text": said.text, "at": said.at}
