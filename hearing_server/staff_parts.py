"""The composition root's part for the court's staff; the command line uses the first half alone."""

from urllib.parse import urlsplit

from hearing_server.adapters.audit_store import SqlAudit
from hearing_server.adapters.passkeys import WebAuthn
from hearing_server.adapters.passwords import Argon2Passwords
from hearing_server.adapters.provider import Provider
from hearing_server.adapters.staff_credentials import SqlCredentials
from hearing_server.adapters.staff_store import SqlStaff
from hearing_server.adapters.store import SqlStore
from hearing_server.adapters.totp import Totp
from hearing_server.config import Settings
from hearing_server.services.access import Access
from hearing_server.services.attempts import Attempts
from hearing_server.services.audit import Audit
from hearing_server.services.factors import SecondFactors
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.passkeys import PasskeySignIn
from hearing_server.services.provider import ProviderSignIn
from hearing_server.services.sign_in import SignIn
from hearing_server.services.signer_passkeys import (
    AssertionFiles,
    HearingSignings,
    SignerPasskeys,
    Signings,
)
from hearing_server.services.staff import Staff
from hearing_server.services.staff_sessions import StaffSessions
from hearing_server.web.audit import AuditTrail
from hearing_server.web.http import Routes
from hearing_server.web.signer_passkeys import SeatedOf, SignerPasskeyRoutes
from hearing_server.web.staff import StaffDoor
from hearing_server.web.staff_accounts import StaffAccounts
from hearing_server.web.staff_factors import StaffFactors
from hearing_server.web.staff_seats import StaffSeats
from hearing_server.web.staff_session import StaffGate


class StaffAdministration:
    """Accounts and the trail: what needs no secret of the data folder."""

    def __init__(self, seats: SqlStore, now: Clock) -> None:
        database = seats.database
        self.audit = Audit(SqlAudit(database), now)
        self.store = SqlStaff(database)
        self.credentials = SqlCredentials(database)
        self.passwords = Argon2Passwords()
        self.sessions = StaffSessions(self.store, now)
        self.attempts = Attempts(self.credentials, now)
        self.staff = Staff(
            self.store, self.credentials, self.sessions, seats, self.attempts, self.audit, now
        )


class StaffParts(StaffAdministration):
    """`secret` encrypts the keys of one-time codes."""

    def __init__(self, seats: SqlStore, now: Clock, settings: Settings, secret: bytes) -> None:
        super().__init__(seats, now)
        self._settings, self._now = settings, now
        s, totp = settings, Totp(secret, settings.court)
        self.ceremony = ceremony = WebAuthn(
            s.court, urlsplit(s.url).hostname or "", s.allowed_origins
        )
        self.gate = StaffGate(self.sessions, secure=s.secure_pages, proxies=s.trusted_proxies)
        self.sign_in = SignIn(
            self.store,
            self.credentials,
            self.sessions,
            self.attempts,
            self.audit,
            self.passwords,
            totp,
            now,
            second_factor=s.second_factor,
        )
        self.factors = SecondFactors(
            self.credentials, self.sign_in, self.sessions, self.audit, totp, ceremony, now
        )
        self.passkeys = PasskeySignIn(
            self.store, self.credentials, self.sessions, self.audit, ceremony, now
        )

    def routes(self, access: Access, hearings: Hearings) -> Routes:
        s = self._settings
        door = StaffDoor(
            self.gate,
            self.sign_in,
            self.factors,
            self.passkeys,
            self._provider(),
            self.staff,
            court=s.court,
            provider_name=s.oidc_name,
            secure=s.secure_pages,
        )
        mine = StaffFactors(self.gate, self.sign_in, self.factors, self.sessions)
        accounts = StaffAccounts(self.gate, self.staff, self.audit, s.url)
        trail = AuditTrail(self.gate, self.audit)
        seats = StaffSeats(self.gate, self.audit, access, hearings, secure=s.secure_pages)
        parts = (door, mine, accounts, trail, seats)
        return [route for part in parts for route in part.routes()]

    def sign_by(self, hearings: Hearings, files: AssertionFiles, signer: SeatedOf) -> Routes:
        """Passkeys over what is signed, of whoever sits in a hearing."""
        passkeys = self.passkeys_over(HearingSignings(hearings), files)
        return SignerPasskeyRoutes(passkeys, signer).routes()

    def passkeys_over(self, signings: Signings, files: AssertionFiles) -> SignerPasskeys:
        return SignerPasskeys(signings, self.factors.challenges, self.ceremony, files)

    def _provider(self) -> ProviderSignIn | None:
        s = self._settings
        if not s.oidc_issuer:
            return None
        back = f"{s.url}/api/staff/oidc/return"
        provider = Provider(s.oidc_issuer, s.oidc_client, s.oidc_secret, back)
        return ProviderSignIn(
            provider, self.store, self.factors.challenges, self.sessions, self.audit, self._now
        )
