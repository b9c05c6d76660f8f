"""An OpenID provider of one's own, on a real port: it signs what the test tells it to."""

import base64
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

CLIENT, SECRET = "hearing-server", "shared: with the provider"


class IdentityProvider:
    """`claims` are what it says of whoever asks; `lie` changes the token once it is put together."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.claims: dict[str, Any] = {"sub": "p-1", "email": "zhou@court.example"}
        self.lie: dict[str, Any] = {}
        self.algorithm = "ES256"
        self.asked: list[dict[str, str]] = []  # what browsers were sent with
        self.redeemed: list[dict[str, str]] = []
        self.authorization: list[str | None] = []
        self.down = False
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._configuration),
                web.get("/keys", self._keys),
                web.post("/token", self._token),
            ]
        )
        self.server = TestServer(app)
        self.published_issuer = ""

    @property
    def issuer(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def visit(self, location: str) -> str:
        """The browser is here and the person agrees; the code that it is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        self.asked.append(query)
        return f"code-{len(self.asked)}"

    async def _configuration(self, request: web.Request) -> web.Response:
        issuer = self.issuer
        return web.json_response(
            {
                "issuer": self.published_issuer or issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def _token(self, request: web.Request) -> web.Response:
        if self.down:
            raise web.HTTPServiceUnavailable
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.redeemed.append(form)
        self.authorization.append(request.headers.get("Authorization"))
        asked = self.asked[int(form["code"].removeprefix("code-")) - 1]
        if create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            raise web.HTTPBadRequest
        return web.json_response({"access_token": "a", "id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce}
        claims |= self.claims | self.lie
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(), algorithms=["none"])
        if self.algorithm == "HS256":  # with the public key as the secret, an old confusion
            head = json.dumps({"alg": "HS256", "kid": "one"}).encode()
            text = f"{_encoded(head)}.{_encoded(json.dumps(claims).encode())}"
            mac = hmac.digest(self.key.as_pem(private=False), text.encode(), "sha256")
            return f"{text}.{_encoded(mac)}"
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
