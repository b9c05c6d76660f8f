"""Signs as a browser does: a P-256 key of its own, ECDSA with SHA-256, r and s in 64 bytes."""

import base64

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from .harness import Client, Refusal


class BrowserKey:
    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> str:
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def sign(self, to_be_signed: str) -> str:
        der = self._key.sign(base64.b64decode(to_be_signed), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()


async def read(client: Client, version: int = 1) -> None:
    """To the end, as the page tells it; done before, it is so already."""
    signer = (await client.get(f"/api/seats/{client.seat}"))["signer"]
    try:
        await client.ask("read_transcript", version=version, page=signer["pages"])
    except Refusal as refusal:
        if refusal.code not in ("no_change", "transcript_changed"):
            raise


async def sign(client: Client, version: int = 1, name_image: str = "", strokes: str = "") -> str:
    """The whole ceremony, the reading included; the SHA-256 of the signed file."""
    await read(client, version)
    key = BrowserKey()
    body = {
        "version": version,
        "public_key": key.public,
        "name_image": name_image,
        "strokes": strokes,
    }
    prepared = await client.post(f"/api/seats/{client.seat}/signature", body)
    path = f"/api/seats/{client.seat}/signature/{prepared['preparation']}"
    finished = await client.post(path, {"signature": key.sign(prepared["to_be_signed"])})
    return str(finished["sha256"])
