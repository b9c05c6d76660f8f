"""Passkeys by WebAuthn: the only home of that library."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account
from hearing_server.services.factors import CHALLENGE_MS, Passkey
from hearing_server.services.signer_passkeys import Made, challenge_of

# What a malformed answer of a browser makes the library raise besides its own.
FAULTS = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)


class WebAuthn:
    """Implements PasskeyCeremony. `name` is the court; `host` is what passkeys are bound to."""

    def __init__(self, name: str, host: str, origins: Sequence[str]) -> None:
        self._name = name
        self._host = host
        self._origins = list(origins)

    def register_options(self, account: Account, known: Sequence[bytes]) -> tuple[bytes, Any]:
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=self._name,
            user_id=account.id.encode(),
            user_name=account.login,
            user_display_name=account.name,
            timeout=CHALLENGE_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_described(known),
        )
        return options.challenge, json.loads(options_to_json(options))

    def registered(self, credential: Any, challenge: bytes) -> tuple[bytes, bytes, int]:
        try:
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origins,
                require_user_verification=True,
            )
        except FAULTS as error:
            raise Refused(Code.BAD_CREDENTIALS, type(error).__name__) from None
        return made.credential_id, made.credential_public_key, made.sign_count

    def signer_options(self, party: str, name: str) -> tuple[bytes, Any]:
        """Of the device itself, for one document."""
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=self._name,
            user_id=party.encode(),
            user_name=name,
            timeout=CHALLENGE_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                authenticator_attachment=AuthenticatorAttachment.PLATFORM,
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return options.challenge, json.loads(options_to_json(options))

    def assert_options(self, credential: bytes, challenge: bytes) -> Any:
        return self._use_options([credential], challenge)[1]

    def asserted(self, answer: Any, challenge: bytes, made: Made) -> None:
        proved = self._verified(answer, challenge, made.public_key, made.count)
        if proved.credential_id != made.credential:
            raise Refused(Code.BAD_CREDENTIALS, "another passkey")

    def login_options(self, known: Sequence[bytes]) -> tuple[bytes, Any]:
        return self._use_options(known)

    def _use_options(
        self, known: Sequence[bytes], challenge: bytes | None = None
    ) -> tuple[bytes, Any]:
        """(challenge, options); a challenge by chance where none is given."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host,
            challenge=challenge,
            timeout=CHALLENGE_MS,
            allow_credentials=_described(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options.challenge, json.loads(options_to_json(options))

    def credential_of(self, credential: Any) -> bytes:
        try:
            return base64url_to_bytes(credential["rawId"])[:1023]
        except FAULTS as error:
            raise Refused(Code.BAD_CREDENTIALS, type(error).__name__) from None

    def used(self, credential: Any, challenge: bytes, passkey: Passkey) -> int:
        try:
            handle = credential["response"].get("userHandle")
            if handle and base64url_to_bytes(handle) != passkey.account.encode():
                raise Refused(Code.BAD_CREDENTIALS, "user handle")
        except FAULTS as error:
            raise Refused(Code.BAD_CREDENTIALS, type(error).__name__) from None
        return self._verified(
            credential, challenge, passkey.public_key, passkey.sign_count
        ).new_sign_count

    def _verified(
        self, answer: Any, challenge: bytes, public_key: bytes, count: int
    ) -> VerifiedAuthentication:
        """What the answer proves; its user was verified. Refused(bad_credentials)."""
        try:
            return webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origins,
                credential_public_key=public_key,
                credential_current_sign_count=count,
                require_user_verification=True,
            )
        except FAULTS as error:
            raise Refused(Code.BAD_CREDENTIALS, type(error).__name__) from None


def judge_kept(kept: bytes, digest: str) -> str:
    """What is wrong with an assertion as SignerPasskeys kept it; empty if a device whose user was verified
    answered over this digest. For where it was asked, the answer's own word counts: the log has its hash.
    """
    try:
        said = json.loads(kept)
        answer = said["assertion"]
        client = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        origin = client["origin"]
        if said["digest"] != digest:
            return "over another digest"
        webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge_of(digest),
            expected_rp_id=urlsplit(origin).hostname or "",
            expected_origin=origin,
            credential_public_key=bytes.fromhex(said["public_key"]),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (*FAULTS, RecursionError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _described(credentials: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in credentials]
