"""Who may come in: what proves a seat, for how long, and how often."""

import hmac

import pytest

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.access import SESSION_MS, TICKET_MS, Access, Seated
from tests.hearing_server.domain.world import NOW


class FakeAccessStore:
    """An AccessStore of dicts; `saved` is all that was ever given to it."""

    def __init__(self) -> None:
        self.seats = {"clerk": "h1", "judge": "h1"}
        self.sessions: dict[bytes, tuple[Seated, int]] = {}
        self.tickets: dict[bytes, tuple[Seated, int]] = {}

    async def hearing_of(self, party: str) -> str | None:
        return self.seats.get(party)

    async def save_session(
        self, digest: bytes, seated: Seated, expires_at: int, account: str = ""
    ) -> None:
        self.sessions[digest] = (seated, expires_at)

    async def session(self, digest: bytes, now: int) -> Seated | None:
        seated, expires_at = self.sessions.get(digest, (None, 0))
        return seated if expires_at > now else None

    async def end_session(self, digest: bytes) -> None:
        seated, _ = self.sessions.pop(digest, (None, 0))
        self.tickets = {d: t for d, t in self.tickets.items() if t[0] != seated}

    async def save_ticket(self, digest: bytes, seated: Seated, expires_at: int) -> None:
        self.tickets[digest] = (seated, expires_at)

    async def use_ticket(self, digest: bytes, now: int) -> Seated | None:
        seated, expires_at = self.tickets.pop(digest, (None, 0))
        return seated if expires_at > now else None


class Door:
    def __init__(self) -> None:
        self.now = NOW
        self.store = FakeAccessStore()
        self.access = Access(self.store, b"k" * 32, lambda: self.now)


@pytest.fixture
def door() -> Door:
    return Door()


async def refusal(awaitable: object) -> Code:
    with pytest.raises(Refused) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


async def test_a_link_leads_to_its_seat(door: Door) -> None:
    """The same after a restart, since it follows from the secret; another secret makes another."""
    link = door.access.link("clerk")
    seated, _ = await Access(door.store, b"k" * 32, lambda: NOW).enter(link)
    assert seated == Seated(hearing="h1", party="clerk")
    other = Access(door.store, b"x" * 32, lambda: NOW).link("clerk")
    assert await refusal(door.access.enter(other)) is Code.BAD_TOKEN


@pytest.mark.parametrize(
    "forge",
    [
        lambda link, other: link[:-1],
        lambda link, other: link + "=",
        lambda link, other: "judge." + link.partition(".")[2],
        lambda link, other: link.upper(),
        lambda link, other: "",
        lambda link, other: "clerk.",
        lambda link, other: "庭\ud800.x",
    ],
)
async def test_a_forged_link_is_refused(door: Door, forge: object) -> None:
    link = door.access.link("clerk")
    forged = forge(link, door.access.link("judge"))  # type: ignore[operator]
    assert await refusal(door.access.enter(forged)) is Code.BAD_TOKEN
    assert door.store.sessions == {}


async def test_a_good_link_of_no_seat_is_refused_alike(door: Door) -> None:
    """The one code says nothing of whether the seat ever was."""
    assert await refusal(door.access.enter(door.access.link("nobody"))) is Code.BAD_TOKEN


async def test_links_are_compared_in_constant_time(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hmac.compare_digest, over the whole of both, and by nothing that is done before it."""
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def watched(a: bytes, b: bytes) -> bool:
        compared.append((a, b))
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    for link in ("clerk.AAAA", door.access.link("clerk")):
        try:
            await door.access.enter(link)
        except Refused:
            assert link == "clerk.AAAA"
        assert compared.pop() == (door.access.link("clerk").encode(), link.encode())


async def test_a_session_is_of_one_seat_for_twelve_hours(door: Door) -> None:
    seated, token = await door.access.enter(door.access.link("clerk"))
    assert await door.access.session(token, "clerk") == seated
    assert await refusal(door.access.session(token, "judge")) is Code.NO_SESSION
    for wrong in ("", token[:-1], "\udcff"):
        assert await refusal(door.access.session(wrong, "clerk")) is Code.NO_SESSION
    door.now += SESSION_MS - 1
    assert await door.access.session(token, "clerk") == seated
    door.now += 1
    assert await refusal(door.access.session(token, "clerk")) is Code.NO_SESSION


async def test_a_ticket_is_used_once_within_a_minute(door: Door) -> None:
    seated, _ = await door.access.enter(door.access.link("clerk"))
    used, late = await door.access.ticket(seated), await door.access.ticket(seated)
    assert used != late
    assert await door.access.use_ticket(used) == seated
    assert await refusal(door.access.use_ticket(used)) is Code.BAD_TOKEN
    assert await refusal(door.access.use_ticket("\ud800")) is Code.BAD_TOKEN
    door.now += TICKET_MS
    assert await refusal(door.access.use_ticket(late)) is Code.BAD_TOKEN


async def test_what_is_stored_opens_nothing(door: Door) -> None:
    """Only hashes of tokens are kept: who reads the database cannot come in."""
    seated, token = await door.access.enter(door.access.link("clerk"))
    ticket = await door.access.ticket(seated)
    kept = repr((door.store.sessions, door.store.tickets))
    assert token not in kept
    assert ticket not in kept
    for digest in (*door.store.sessions, *door.store.tickets):
        assert len(digest) == 32


async def test_a_barred_seat_gets_nowhere_and_is_told_why() -> None:
    """Its link, its session and its ticket only say that the party was removed."""
    barred: set[str] = set()

    async def bar(seated: Seated) -> None:
        if seated.party in barred:
            raise Refused(Code.REMOVED)

    access = Access(FakeAccessStore(), b"k" * 32, lambda: NOW, bar)
    seated, token = await access.enter(access.link("clerk"))
    ticket = await access.ticket(seated)
    barred.add("clerk")
    assert await refusal(access.session(token, "clerk")) is Code.REMOVED
    assert await refusal(access.use_ticket(ticket)) is Code.REMOVED
    assert await refusal(access.enter(access.link("clerk"))) is Code.REMOVED
    await access.enter(access.link("judge"))
