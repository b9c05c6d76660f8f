"""Captions and drafts of one room: what was heard, to whoever may read it. It decides by what it is given.

A caption goes to who switched captions on and heard the sound itself. A draft goes to the clerks' desks: of
what is recorded, which they may play at any time; not of an interpreter's channel, which is no record.
"""

import time
from collections.abc import Iterable, Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import check
from hearing_server.domain.doors import oversees
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import Right, may
from hearing_server.domain.reach import Reach
from hearing_server.services.speech import Heard, SpeechHealth
from signaling import protocol as wire
from signaling.drafts import Drafts
from signaling.hearers import Hearers
from signaling.peer import Peer

Peers = Mapping[str, Peer]


class Captions:
    def __init__(self, health: SpeechHealth) -> None:
        self._health = health
        self._hearers = Hearers()
        self._drafts = Drafts()
        self._edges = Reach({})
        self._told: dict[str, wire.SpeechTold] = {}  # by connection

    def follow(self, state: HearingState, edges: Reach, peers: Peers) -> None:
        """After every reconciliation."""
        if self._health.state == "off":
            return
        self._hearers.follow(edges, peers, time.monotonic())
        self._edges = edges
        self._tell_health(state, peers)

    def greet(self, state: HearingState, peer: Peer) -> None:
        """A desk that comes, or comes back, is told all that waits for it."""
        if _at_desk(state, peer.party):
            for heard in self._drafts.all:
                peer.tell(_draft(heard))

    def hear(self, state: HearingState, heard: Heard, peers: Peers) -> None:
        party = heard.track.party
        caption = wire.Captioned(
            party=party, utterance=heard.utterance, text=heard.text, final=heard.final
        )
        for reader in self._hearers.of(party, heard.began, heard.until):
            peer = peers.get(reader)
            if peer is not None and peer.captions:
                peer.tell(caption)
        seat = state.seats.get(party)
        if seat is None or seat.channel_closed:
            return
        gone = self._drafts.take(heard)
        self._tell_desks(state, peers, [_gone(name) for name in gone])
        if heard.utterance not in gone:
            self._tell_desks(state, peers, [_draft(heard)])

    def is_so(self, state: HearingState, health: SpeechHealth, peers: Peers) -> None:
        """How the recogniser is, from now on."""
        if health.state != "on" and self._health.state == "on":
            self._tell_desks(state, peers, [_gone(name) for name in self._drafts.cut_off()])
        self._health = health
        self._tell_health(state, peers)

    def drop(self, state: HearingState, peer: Peer, draft: str, peers: Peers) -> None:
        check(state, cmd.EnterLine, peer.party)
        self._drafts.drop(draft)
        self._tell_desks(state, peers, [_gone(draft)])

    def claim(self, state: HearingState, peer: Peer, draft: str) -> Heard:
        check(state, cmd.EnterLine, peer.party)
        return self._drafts.claim(draft)

    def give_back(self, draft: str) -> None:
        self._drafts.give_back(draft)

    def settle(self, state: HearingState, draft: str, peers: Peers) -> None:
        self._drafts.settle(draft)
        self._tell_desks(state, peers, [_gone(draft)])

    def _tell_desks(
        self, state: HearingState, peers: Peers, messages: Iterable[wire.AnyTell]
    ) -> None:
        desks = [peer for party, peer in peers.items() if _at_desk(state, party)]
        for message in messages:
            for peer in desks:
                peer.tell(message)

    def _tell_health(self, state: HearingState, peers: Peers) -> None:
        """Whether there are captions, and of whom there are none, as far as one hears them."""
        told: dict[str, wire.SpeechTold] = {}
        shed = {name.party for name in self._health.shed if name.hearing == state.hearing}
        for party, peer in peers.items():
            without = sorted(
                one
                for one in shed
                if one == party or party in self._edges.sinks(one, Source.MICROPHONE)
            )
            message = wire.SpeechTold(state=self._health.state, without=without)
            told[peer.connection] = message
            if self._told.get(peer.connection) != message:
                peer.tell(message)
        self._told = told


def _at_desk(state: HearingState, party: str) -> bool:
    return oversees(state, party) and may(state.seats[party].party.role, Right.WRITE)


def _gone(utterance: str) -> wire.DraftGone:
    return wire.DraftGone(draft=utterance)


def _draft(heard: Heard) -> wire.DraftTold:
    return wire.DraftTold(
        draft=heard.utterance,
        party=heard.track.party,
        text=heard.text,
        words=[wire.SpokenWord(text=word.text, at=word.at) for word in heard.words],
        started_at=heard.started_at,
        ended_at=heard.ended_at,
        final=heard.final,
    )
