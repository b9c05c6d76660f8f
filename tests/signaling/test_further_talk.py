"""A further one comes into a talk that goes on: on the wire as in the rules."""

from hearing_server.domain import commands as cmd
from tests.hearing_server.domain.world import ADVOCATE, CLERK, DEFENDANT, INTERPRETER, JUDGE

from .courthouse import sitting
from .test_private import begin_talk

PEOPLE = (JUDGE, CLERK, DEFENDANT, ADVOCATE, INTERPRETER)


async def test_packets_reach_who_was_asked_in_once_they_are_in() -> None:
    async with sitting(*PEOPLE) as court:
        await court.arrive(*PEOPLE)
        court.do("clerk", cmd.AdmitAll())
        court.do("judge", cmd.OpenHearing())
        begin_talk(court)
        await court.check()
        court.do("advocate", cmd.AskConsultation(parties=("interpreter",), into=1))
        for party in ("interpreter", "defendant"):
            court.do(party, cmd.AcceptConsultation(consultation=2))
        await court.check()
        court.do("judge", cmd.PermitConsultation(consultation=2))
        await court.check()
        assert set(court.world.state.consultations[1].members) == {
            "defendant",
            "advocate",
            "interpreter",
        }
