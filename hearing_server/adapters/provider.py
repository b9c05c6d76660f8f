"""The court's identity provider by OpenID Connect: the only home of Authlib.

The protocol's parts are Authlib's, the requests aiohttp's. Everything is checked against the one
issuer of the settings; what the provider publishes is read again after an hour, its keys sooner when
a token is signed by one that is not among them.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlsplit

import aiohttp
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
    prepare_grant_uri,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hearing_server.addresses import is_loopback
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.provider import Identity, Request

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
ANSWER_IN = 10.0  # seconds
LARGEST = 1 << 20  # bytes of an answer
KEPT = 3600.0  # seconds
KEYS_AGAIN = 30.0  # seconds between two readings of the keys
LEEWAY = 60  # seconds that two clocks may differ


class Provider:
    """Implements IdentityProvider. `back` is our own address to which browsers come back."""

    def __init__(self, issuer: str, client: str, secret: str, back: str) -> None:
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._back = back
        self._published: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._reading = asyncio.Lock()

    async def address(self, state: str, request: Request) -> str:
        published = await self._metadata()
        again = {"prompt": "login", "max_age": "0"} if request.again else {}
        return str(
            prepare_grant_uri(
                published["authorization_endpoint"],
                self._client,
                "code",
                redirect_uri=self._back,
                scope="openid email profile",
                state=state,
                nonce=request.nonce,
                code_challenge=create_s256_code_challenge(request.verifier),
                code_challenge_method="S256",
                **again,
            )
        )

    async def identity(self, code: str, request: Request) -> Identity:
        published = await self._metadata()
        answer = await self._redeem(published, code, request)
        token = await self._verified(str(answer.get("id_token", "")))
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client},
                "sub": {"essential": True},
            },
            {
                "nonce": request.nonce,
                "client_id": self._client,
                "access_token": answer.get("access_token"),
                "max_age": 1 if request.again else None,
            },
        )
        try:
            claims.validate(now=int(time.time()), leeway=LEEWAY)
        except JoseError as error:
            raise _wrong(str(error)) from None
        return Identity(
            subject=str(claims["sub"])[:255],
            email=str(claims.get("email", "")),
            email_verified=claims.get("email_verified") is True,
            authenticated_at=int(claims.get("auth_time") or 0) * 1000,
        )

    async def _redeem(
        self, published: Mapping[str, Any], code: str, request: Request
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": request.verifier,
        }
        ways = published.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        headers = {}
        if self._secret and "client_secret_basic" in ways:  # RFC 6749 section 2.3.1
            who = (quote_plus(self._client), quote_plus(self._secret))
            headers["Authorization"] = aiohttp.encode_basic_auth(*who)
        else:
            form |= {"client_id": self._client}
            form |= {"client_secret": self._secret} if self._secret else {}
        return await self._ask("POST", published["token_endpoint"], data=form, headers=headers)

    async def _verified(self, token: str) -> jwt.Token:
        """The token, its signature checked with a key of the provider's."""
        for fresh in (False, True):
            keys = await self._key_set(fresh=fresh)
            try:
                return await asyncio.to_thread(jwt.decode, token, keys, ALGORITHMS)
            except (JoseError, ValueError, KeyError, TypeError) as error:
                fault = error
        raise _wrong(type(fault).__name__)

    async def _metadata(self) -> dict[str, Any]:
        async with self._reading:
            if self._published is None or time.monotonic() - self._published[0] > KEPT:
                found = await self._ask("GET", get_well_known_url(self._issuer, external=True))
                if found.get("issuer") != self._issuer:
                    raise _wrong("issuer")
                names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if not all(secure(str(found.get(name, ""))) for name in names):
                    raise _wrong("endpoints")
                self._published = (time.monotonic(), dict(found))
            return self._published[1]

    async def _key_set(self, *, fresh: bool) -> KeySet:
        published = await self._metadata()
        async with self._reading:
            age = time.monotonic() - self._keys[0] if self._keys else KEPT + 1
            if self._keys is None or age > (KEYS_AGAIN if fresh else KEPT):
                found: Any = await self._ask("GET", published["jwks_uri"])
                try:
                    self._keys = (time.monotonic(), KeySet.import_key_set(found))
                except (JoseError, ValueError, KeyError, TypeError):
                    raise _wrong("keys") from None
            return self._keys[1]

    async def _ask(self, method: str, url: str, **kwargs: Any) -> Mapping[str, Any]:
        """JSON, without following anybody elsewhere."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_IN)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.request(method, url, allow_redirects=False, **kwargs) as response,
            ):
                body = await response.content.read(LARGEST)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Refused(Code.BUSY, "identity provider") from error
        if status >= 500:
            raise Refused(Code.BUSY, "identity provider")
        if status != 200:
            raise _wrong(f"HTTP {status}")
        return _json(body)


def secure(url: str) -> bool:
    """Whether what is sent there stays between us: HTTPS, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        raise _wrong("not JSON") from None
    if not isinstance(found, dict):
        raise _wrong("not JSON")
    return found


def _wrong(detail: str) -> Refused:
    return Refused(Code.BAD_CREDENTIALS, f"provider: {detail}")
