"""What leaves for mail servers and gateways: every value in its place, whatever it says."""

import json
from email.header import decode_header, make_header
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearing_server.adapters.mail import MailServer, SmtpMail
from hearing_server.adapters.sealing import Sealing
from hearing_server.adapters.sms import Gateway, filled
from hearing_server.domain.outbox import Text
from hearing_server.services.letters import Envelope

HOSTILE = '"},{"to": "x"} &mobile=1 <evil/> \\ {id} %22\n第二行'


def envelope(text: str, to: str = "+86 138-0000-0000") -> Envelope:
    return Envelope(id="m1", to=to, text=Text(subject="题", body=text, short=text))


def gateway(kind: str, body: str, url: str = "https://sms.example/send") -> Gateway:
    return Gateway(url=url, method="POST", headers={"Content-Type": kind}, body=body)


@given(st.text(st.characters(codec="utf-8"), max_size=80) | st.just(HOSTILE))
def test_a_text_stays_in_its_place_in_json_and_in_a_form(text: str) -> None:
    _, body = filled(
        gateway("application/json", '{"a": ["{telephone}"], "t": "{text}"}'), envelope(text)
    )
    assert json.loads(body) == {"a": ["13800000000"], "t": text}
    _, body = filled(
        gateway("application/x-www-form-urlencoded", "m={telephone}&t={text}&r={id}"),
        envelope(text),
    )
    found = parse_qs(body, keep_blank_values=True, strict_parsing=True)
    assert found == {"m": ["13800000000"], "t": [text], "r": ["m1"]}


def test_a_text_stays_in_its_place_in_xml_and_in_an_address() -> None:
    _, body = filled(
        gateway("text/xml; charset=utf-8", '<s to="{telephone}">{text}</s>'), envelope(HOSTILE)
    )
    root = ElementTree.fromstring(body)
    assert (root.tag, root.text, len(root)) == ("s", HOSTILE, 0)
    url, body = filled(
        gateway("", "", "https://sms.example/send?t={text}&n={telephone}"), envelope(HOSTILE)
    )
    assert parse_qs(urlsplit(url).query)["t"] == [HOSTILE]
    assert urlsplit(url).netloc == "sms.example"


def test_a_foreign_number_keeps_its_country() -> None:
    _, body = filled(gateway("text/plain", "{telephone}"), envelope("", to="+49 30 123456"))
    assert body == "+4930123456"


def test_a_mail_has_one_recipient_and_an_id_of_its_own() -> None:
    """Also when the subject holds line breaks: no header can be added."""
    server = MailServer(
        host="h", port=25, security="none", sender="court@court.example", name="虚构法院"
    )
    sent = Envelope(
        id="m1", to="a@b.example", text=Text(subject="一\nBcc: x@y.example", body="正文", short="")
    )
    mail = SmtpMail(server)._message(sent)
    assert mail["Message-ID"] == "<m1@court.example>"
    assert mail["Bcc"] is None
    assert str(make_header(decode_header(str(mail["Subject"])))) == "一 Bcc: x@y.example"
    assert mail.get_content().strip() == "正文"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    sealing, other = Sealing(b"k" * 32), Sealing(b"o" * 32)
    sealed = sealing.seal(b"381902", "m1")
    assert b"381902" not in sealed
    assert sealing.open(sealed, "m1") == b"381902"
    for bad in (
        sealing.open(sealed, "m2"),
        other.open(sealed, "m1"),
        sealing.open(sealed[:5], "m1"),
    ):
        assert bad is None
    assert sealing.seal(b"381902", "m1") != sealed


@pytest.mark.parametrize("length", [0, 12, 20])
def test_what_is_too_short_was_not_sealed(length: int) -> None:
    assert Sealing(b"k" * 32).open(bytes(length), "m1") is None
