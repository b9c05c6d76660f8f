"""Who of the court comes in without being let in, and what somebody sees who waits to be."""

from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.people import MAX_PARTIES
from hearing_server.domain.doors import identified, owes_promises
from hearing_server.domain.errors import Code
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import Presence
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.playable import plays
from hearing_server.domain.reach import reach
from hearing_server.domain.visible import seen
from hearing_server.services.codes import demanded
from signaling.views import view

from .test_privacy import refused
from .world import CLERK, DEFENDANT, JUDGE, MEMBER, WITNESS, World, planned

BY_ACCOUNT = (replace(JUDGE, account="ACCOUNT-judge"), replace(CLERK, account="ACCOUNT-clerk"))
ASSESSOR = Party(id="assessor", role=Role.ASSESSOR, name="陪审子（虚构）")


def hearing(*parties: Party) -> World:
    """It demands a code and the document; everybody has come."""
    demands = ev.Demands(code=True, identity=True)
    world = World(plan=replace(planned(*parties, DEFENDANT), demands=demands))
    return world.arrive(*parties, DEFENDANT)


def test_an_assessor_without_an_account_shows_what_is_demanded_and_waits() -> None:
    world = hearing(*BY_ACCOUNT, ASSESSOR)
    assert [p for p in world.state.seats if demanded(world.state, p)] == ["assessor", "defendant"]
    assert world.state.seats["assessor"].presence is Presence.WAITING
    admit = cmd.Admit(party="assessor")
    assert refused(world, "clerk", admit) is Code.IDENTITY_NOT_CONFIRMED
    world.do("clerk", cmd.BeginIdentityCheck(party="assessor"))
    world.do("clerk", cmd.ConfirmIdentity(party="assessor", document="身份证", number="123456789"))
    world.do("clerk", admit)
    assert world.state.seats["assessor"].presence is Presence.ADMITTED


def test_an_assessor_who_comes_by_a_link_accepts_the_rules_as_parties_do() -> None:
    """Whom the court knows by their account is asked for nothing."""
    world = World(plan=planned(*BY_ACCOUNT, ASSESSOR, DEFENDANT))
    owing = {p for p, seat in world.state.seats.items() if owes_promises(world.state, seat)}
    assert owing == {"assessor", "defendant"}
    assert refused(world, "assessor", cmd.Arrive(connection="c")) is Code.RULES_NOT_ACCEPTED
    world.do("judge", cmd.Arrive(connection="j"))
    promised = world.do("assessor", cmd.Arrive(connection="c", accepted_as="陪审子（虚构）"))
    kinds = (ev.ConsentGiven, ev.RulesAccepted, ev.NoRecordingPromised)
    assert [type(event) for event in promised[:3]] == list(kinds)
    world.do("assessor", cmd.Arrive(connection="d", take_over=True))
    assert not owes_promises(world.state, world.state.seats["assessor"])


def test_whoever_waits_to_be_on_the_bench_sees_nothing_of_it() -> None:
    """Not in deliberation, no recording, no document of anybody's, no note."""
    world = hearing(*BY_ACCOUNT, ASSESSOR)
    world.do("assessor", cmd.StartSource(source=ev.Source.MICROPHONE))
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    world.do("clerk", cmd.ConfirmIdentity(party="defendant", document="身份证", number="123456789"))
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.BeginDeliberation())
    world.do("judge", cmd.StartSource(source=ev.Source.MICROPHONE))
    assert not any("assessor" in (edge.party, edge.sink) for edge in reach(world.state))
    assert not plays(world.state, "assessor")
    note = cmd.PlaceNote(at=world.now, text="私记", private=True)
    assert refused(world, "assessor", note) is Code.NOT_ALLOWED
    (shown,) = (s for s in view(world.state, "assessor").seats if s.party == "defendant")
    assert shown.entry is None
    world.do("clerk", cmd.BeginIdentityCheck(party="assessor"))
    world.do("clerk", cmd.ConfirmIdentity(party="assessor", document="身份证", number="123456789"))
    world.do("judge", cmd.Admit(party="assessor"))
    assert plays(world.state, "assessor")
    assert any(edge.sink == "assessor" for edge in reach(world.state))


def test_nobody_comes_to_the_bench_by_a_link_alone() -> None:
    """Whatever the hearing demands of its parties, and not with everybody else at once."""
    world = World(*BY_ACCOUNT, ASSESSOR, DEFENDANT).arrive(*BY_ACCOUNT, ASSESSOR, DEFENDANT)
    admit = cmd.Admit(party="assessor")
    assert refused(world, "judge", admit) is Code.IDENTITY_NOT_CONFIRMED
    world.do("clerk", cmd.BeginIdentityCheck(party="assessor"))
    world.do("clerk", cmd.ConfirmIdentity(party="assessor", document="身份证", number="123456789"))
    world.do("clerk", cmd.AdmitAll())
    assert world.state.seats["defendant"].admitted
    assert not world.state.seats["assessor"].admitted
    assert refused(world, "clerk", cmd.AdmitAll()) is Code.NOT_WAITING
    world.do("clerk", admit)
    assert world.state.seats["assessor"].admitted


def test_a_stranger_on_the_bench_is_sent_out_and_sees_nothing_more_of_it() -> None:
    """Whom an account vouches for is not."""
    member = replace(MEMBER, account="ACCOUNT-member")
    world = hearing(*BY_ACCOUNT, member, ASSESSOR)
    world.do("clerk", cmd.BeginIdentityCheck(party="assessor"))
    world.do("clerk", cmd.ConfirmIdentity(party="assessor", document="身份证", number="123456789"))
    world.do("clerk", cmd.Admit(party="assessor"))
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.Dismiss(party="assessor"))
    assert not plays(world.state, "assessor")
    world.do("judge", cmd.Call(party="assessor"))
    assert plays(world.state, "assessor")
    world.do("judge", cmd.Remove(party="assessor", reason="不是本人"))
    assert world.state.seats["assessor"].presence is Presence.REMOVED
    for act in (cmd.Dismiss(party="member"), cmd.Remove(party="member", reason="x")):
        assert refused(world, "judge", act) is Code.NOT_ALLOWED


def test_who_is_sent_out_of_the_deliberation_knows_no_more_of_it() -> None:
    """What they shared in it stays there; what else changed in it all may know, for they are out of it."""
    world = hearing(*BY_ACCOUNT, ASSESSOR)
    world.do("clerk", cmd.BeginIdentityCheck(party="assessor"))
    world.do("clerk", cmd.ConfirmIdentity(party="assessor", document="身份证", number="123456789"))
    world.do("clerk", cmd.Admit(party="assessor"))
    world.send(*BY_ACCOUNT, ASSESSOR)
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.BeginDeliberation())
    world.do("assessor", cmd.PauseSource(source=Source.CAMERA))
    world.do("assessor", cmd.StartSource(source=Source.SCREEN))
    mark = len(world.entries)
    world.do("judge", cmd.Dismiss(party="assessor"))
    world.do("judge", cmd.PauseSource(source=Source.CAMERA))
    told = [seen(world.state, entry, "clerk") for entry in world.entries[mark:]]
    out = ev.PartyDismissed(party="assessor")
    assert [event for event in told if event] == [
        ev.SourcePaused(party="assessor", source=Source.CAMERA), out,
    ]  # fmt: skip
    assert seen(world.state, world.entries[-1], "assessor") is None
    seats = {seat.party: seat for seat in view(world.state, "assessor").seats}
    assert seats["judge"].sources[Source.CAMERA]


def test_who_waits_to_be_on_the_bench_is_not_muted_by_a_deliberation_that_they_were_not_in() -> (
    None
):
    world = hearing(*BY_ACCOUNT, ASSESSOR).send(*BY_ACCOUNT, ASSESSOR)
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.BeginDeliberation())
    world.do("judge", cmd.EndDeliberation())
    assert not world.state.seats["assessor"].muted


def test_an_account_vouches_for_an_assessor_too() -> None:
    world = hearing(*BY_ACCOUNT, replace(ASSESSOR, account="ACCOUNT-assessor"))
    assert world.state.seats["assessor"].presence is Presence.ADMITTED
    assert not demanded(world.state, "assessor")


def test_in_a_demonstration_all_of_the_court_come_in_by_their_links() -> None:
    world = hearing(JUDGE, CLERK, ASSESSOR)
    for party in ("judge", "clerk", "assessor"):
        seat = world.state.seats[party]
        assert seat.presence is Presence.ADMITTED
        assert identified(world.state, seat)
        assert not demanded(world.state, party)


def test_an_account_that_is_given_later_lets_nobody_fall_back() -> None:
    """Who is inside stays so over a lost connection."""
    world = hearing(JUDGE, CLERK, ASSESSOR)
    late = Party(id="late", role=Role.JUDGE, name="合议丑（虚构）", account="ACCOUNT-late")
    world.do(SERVER, cmd.AddParty(party=late, account="ACCOUNT-clerk"))
    gone = ev.Departure.NETWORK
    world.do(SERVER, cmd.Leave(party="assessor", connection="c-assessor", cause=gone))
    world.arrive(ASSESSOR, connection="again")
    assert world.state.seats["assessor"].presence is Presence.ADMITTED


def test_who_somebody_is_is_confirmed_in_an_identity_check() -> None:
    """Of whom the clerk sees there."""
    world = hearing(*BY_ACCOUNT)
    confirm = cmd.ConfirmIdentity(party="defendant", document="身份证", number="123456789")
    assert refused(world, "clerk", confirm) is Code.NOT_ALLOWED
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    world.do("clerk", confirm)
    assert world.state.seats["defendant"].identity


def test_nobody_is_let_in_whose_consent_is_withdrawn() -> None:
    world = World(JUDGE, CLERK, DEFENDANT).arrive(JUDGE, CLERK, DEFENDANT)
    world.do("defendant", cmd.WithdrawConsent(reason="不同意"))
    assert refused(world, "clerk", cmd.Admit(party="defendant")) is Code.RULES_NOT_ACCEPTED
    assert refused(world, "clerk", cmd.AdmitAll()) is Code.NOT_WAITING


def test_observers_take_no_seat_of_the_courts_own_people() -> None:
    world = World(JUDGE, CLERK, DEFENDANT).arrive(JUDGE, CLERK)
    world.do("judge", cmd.AllowObservers(allowed=True))
    for n in range(MAX_PARTIES):
        guest = Party(id=f"o{n}", role=Role.OBSERVER, name=f"旁听{n}")
        world.do(SERVER, cmd.RegisterObserver(party=guest, address="街", origin=f"{n}"))
    world.do(SERVER, cmd.AddParty(party=WITNESS, account="a1"))
    assert "witness" in world.state.seats
