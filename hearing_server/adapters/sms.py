"""SMS by the HTTP gateway that the court has: address, method, headers and body are settings.

`{telephone}`, `{text}` and `{id}` are put in so that no value can leave its place: encoded for a JSON
string, a form, XML or a URL, by where they stand.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

import aiohttp

from hearing_server.domain.cases import same_telephone
from hearing_server.services.letters import Envelope, Undeliverable

PATIENCE = 20.0  # seconds
MAX_ANSWER = 64 * 1024  # bytes looked at
PASSING = frozenset({408, 425, 429})
FIELDS = ("telephone", "text", "id")
_FIELD = re.compile(r"\{(telephone|text|id)\}")


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """`accepted` is what the answer must hold to count as taken; empty: any answer of 2xx."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: str
    accepted: str = ""


class HttpSms:
    """Implements Sender. No redirect is followed: only the address of the settings is asked."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def send(self, envelope: Envelope) -> None:
        url, body = filled(self._gateway, envelope)
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        try:
            async with self._http.request(
                self._gateway.method,
                url,
                data=body.encode() if body else None,
                headers=self._gateway.headers,
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(MAX_ANSWER)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Undeliverable(f"gateway {type(error).__name__}") from None
        self._judge(response.status, answer)

    def _judge(self, status: int, answer: bytes) -> None:
        if not 200 <= status < 300:
            permanent = 400 <= status < 500 and status not in PASSING
            raise Undeliverable(f"gateway HTTP {status}", permanent=permanent)
        if self._gateway.accepted and self._gateway.accepted.encode() not in answer:
            raise Undeliverable("gateway did not accept it")


def filled(gateway: Gateway, envelope: Envelope) -> tuple[str, str]:
    """Address and body with the values put in."""
    values = {
        "telephone": _dialled(envelope.to),
        "text": envelope.text.short,
        "id": envelope.id,
    }
    kind = next((v for n, v in gateway.headers.items() if n.lower() == "content-type"), "")
    return _put(gateway.url, values, _in_url), _put(gateway.body, values, _encoder(kind))


def _put(template: str, values: Mapping[str, str], encode: Callable[[str], str]) -> str:
    """All at once, so that a text that says {id} stays as it is."""
    return _FIELD.sub(lambda found: encode(values[found[1]]), template)


def _encoder(content_type: str) -> Callable[[str], str]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _in_url
    if kind.endswith("xml"):
        return _in_xml
    return _in_plain if kind == "text/plain" else _in_json


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _in_url(value: str) -> str:
    return quote(value, safe="")


def _in_xml(value: str) -> str:
    return escape(value, {'"': "&quot;", "'": "&apos;"})


def _in_plain(value: str) -> str:
    return value


def _dialled(telephone: str) -> str:
    return ("+" if telephone.startswith("+") and not telephone.startswith("+86") else "") + (
        same_telephone(telephone)
    )
