"""From each ask to what carries it out: a command of the hearing, or a step of the media plane.

No decisions here: `decide` says who may and when; the media plane checks what it is given.
"""

import asyncio
import typing
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import PASSING, Code, Refused
from hearing_server.domain.events import HEARD, Source
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.lines import after_at
from hearing_server.domain.log import Entry
from hearing_server.domain.planning import Claim
from hearing_server.services.hearings import Hearings, Make
from hearing_server.services.speech import Heard
from signaling import protocol as wire
from signaling import views
from signaling.peer import Peer
from signaling.rooms import Rooms
from signaling.sfu import ENDED, Producer, Sfu, SfuError, Transport, TransportState

RETRY_AFTER = 2.0  # seconds between attempts to enter a lost track while the store is down
CATCH_UP = 500  # events; a tab that has missed more gets the whole view

# Asks that are no command of the same name and fields.
_OTHERS = {wire.Enter, wire.Leave, wire.FreezeTranscript}

COMMANDS: dict[type[wire.Ask], type] = {
    wire.PauseProducer: cmd.PauseSource,
    wire.ResumeProducer: cmd.ResumeSource,
    **{
        ask: getattr(cmd, ask.__name__)
        for ask in typing.get_args(wire.AnyAsk)
        if ask not in _OTHERS and hasattr(cmd, ask.__name__)
    },
}


class Freezer(Protocol):
    """The use case that makes a document of the lines; it prints and seals in the background."""

    async def freeze(self, hearing: str, by: str) -> int: ...


class Reader(Protocol):
    """The use case that knows what of the record can be heard."""

    async def begin(self, hearing: str, lines: tuple[int, ...], make: Make, by: str) -> int: ...


class Calendar(Protocol):
    """The use case that knows what else is planned."""

    async def adjourned(self, hearing: str, until: int, *, anyway: bool) -> Claim:
        """What the hearing takes when it goes on then."""


class Asks:
    """Answers the asks of peers that have entered."""

    def __init__(
        self,
        hearings: Hearings,
        rooms: Rooms,
        sfu: Sfu,
        freezer: Freezer,
        calendar: Calendar,
        reader: Reader,
    ) -> None:
        self._hearings = hearings
        self._rooms = rooms
        self._sfu = sfu
        self._freezer = freezer
        self._calendar = calendar
        self._reader = reader
        self._others: dict[type, Callable[[Peer, Any], Awaitable[wire.AnyAnswer]]] = {
            wire.SuspendHearing: self._suspend,
            wire.ReadBack: self._read_back,
            wire.CreateTransport: self._create_transport,
            wire.ConnectTransport: self._connect_transport,
            wire.RestartIce: self._restart_ice,
            wire.Produce: self._produce,
            wire.CloseProducer: self._close_producer,
            wire.ResumeConsumer: self._resume_consumer,
            wire.Point: self._point,
            wire.HoldLine: self._hold_line,
            wire.ReleaseLine: self._release_line,
            wire.TypeLine: self._type_line,
            wire.SwitchCaptions: self._switch_captions,
            wire.AcceptDraft: self._accept_draft,
            wire.DropDraft: self._drop_draft,
        }
        self._stopping: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for task in self._stopping:
            task.cancel()
        await asyncio.gather(*self._stopping, return_exceptions=True)

    async def enter(self, peer: Peer, ask: wire.Enter) -> wire.Welcome:
        """Take the seat and join the room, with nothing lost between the welcome and the first tell."""
        hearing, arrive = peer.seated.hearing, _arrive(peer, ask)
        await self._hearings.execute(hearing, arrive, peer.party)
        missed = await self._missed(hearing, ask.after) if ask.after is not None else []
        state = await self._hearings.state(hearing)  # in memory by now: no other task runs between
        if state.seats[peer.party].connection != peer.connection:
            raise Refused(Code.SUPERSEDED)
        self._rooms.join(peer, state)
        complete = bool(missed) and missed[-1].seq == state.seq
        whole = not complete or views.widens(state, missed, peer.party)
        return wire.Welcome(
            you=peer.party,
            connection=peer.connection,
            seq=state.seq,
            server_time=self._hearings.now(hearing),
            view=views.view(state, peer.party) if whole else None,
            missed=[] if whole else views.told(state, missed, peer.party),
            rtp_capabilities=self._sfu.rtp_capabilities,
        )

    async def answer(self, peer: Peer, ask: wire.AnyAsk) -> wire.AnyAnswer:
        """The one answer to an ask; Refused, also when the seat is no longer this connection's."""
        if not self._rooms.holds(peer):
            raise Refused(peer.out_as)
        try:
            if type(ask) in self._others:
                return await self._others[type(ask)](peer, ask)
            if isinstance(ask, wire.FreezeTranscript):
                seq = await self._freezer.freeze(peer.seated.hearing, peer.party)
                return wire.Done(seq=seq)
            command = command_of(ask)
            self._rooms.desks(peer).check(peer.party, command)
            return await self._execute(peer, command)
        except SfuError as error:
            raise Refused(Code.MEDIA, error.code) from error

    async def _suspend(self, peer: Peer, ask: wire.SuspendHearing) -> wire.Done:
        """To a time that is free, which is decided where it is written down."""
        command = cmd.SuspendHearing(reason=ask.reason, until=ask.until)
        if ask.until is None:
            return await self._execute(peer, command)
        hearing = peer.seated.hearing
        claim = await self._calendar.adjourned(hearing, ask.until, anyway=ask.anyway)
        return await self._execute(peer, replace(command, anyway=claim.overridden), claim)

    async def _execute(
        self, peer: Peer, command: cmd.Command, claim: Claim | None = None
    ) -> wire.Done:
        """Carry out a command, unless the seat has changed hands while it waited for its turn."""
        make = _held(peer, command)
        seq = await self._hearings.execute_with(peer.seated.hearing, make, peer.party, claim)
        return wire.Done(seq=seq)

    async def _read_back(self, peer: Peer, ask: wire.ReadBack) -> wire.Done:
        make = _held(peer, cmd.ReadBack(lines=ask.lines))
        seq = await self._reader.begin(peer.seated.hearing, ask.lines, make, peer.party)
        return wire.Done(seq=seq)

    async def _missed(self, hearing: str, after: int) -> list[Entry]:
        state = await self._hearings.state(hearing)
        if not 0 < state.seq - after <= CATCH_UP:
            return []
        return await self._hearings.entries(hearing, after)

    async def _create_transport(
        self, peer: Peer, ask: wire.CreateTransport
    ) -> wire.TransportCreated:
        if ask.direction == "send":
            await self._stop_sending(peer)
            transport = peer.send_transport = self._new_transport(peer)
        else:
            _end(peer, peer.receive_transport)
            transport = peer.receive_transport = self._new_transport(peer)
            peer.rtp_capabilities = ask.rtp_capabilities
        self._rooms.changed(peer)
        parameters: dict[str, Any] = transport.parameters()
        return wire.TransportCreated(
            transport=transport.id,
            ice_parameters=parameters["iceParameters"],
            ice_candidates=parameters["iceCandidates"],
            dtls_parameters=parameters["dtlsParameters"],
        )

    def _new_transport(self, peer: Peer) -> Transport:
        def on_change(state: TransportState) -> None:
            """The line is up, silent, back or lost: not what was put an end to here."""
            if transport in (peer.send_transport, peer.receive_transport):
                if state in ENDED:
                    peer.forget(transport)
                self._rooms.line_changed(peer)

        transport = self._sfu.create_transport(on_change)
        return transport

    async def _stop_sending(self, peer: Peer) -> None:
        """A new sending transport replaces the old one and its tracks."""
        for source in list(peer.producers):
            await self._close_producer(peer, wire.CloseProducer(source=source))
        _end(peer, peer.send_transport)

    async def _connect_transport(self, peer: Peer, ask: wire.ConnectTransport) -> wire.Done:
        _own(peer, ask.transport).connect(ask.dtls_parameters)
        return wire.Done()

    async def _restart_ice(self, peer: Peer, ask: wire.RestartIce) -> wire.IceRestarted:
        return wire.IceRestarted(ice_parameters=_own(peer, ask.transport).restart_ice())

    async def _produce(self, peer: Peer, ask: wire.Produce) -> wire.Produced:
        transport = _own(peer, ask.transport)
        if transport is not peer.send_transport or ask.source in peer.producers:
            raise Refused(Code.MEDIA, "source_in_use")
        if (ask.kind == "audio") is not (ask.source in HEARD):
            # `reach` mutes and screens by source: a voice that came as a camera would get past it.
            raise Refused(Code.MEDIA, "wrong_kind")
        producer = transport.produce(ask.kind, ask.rtp_parameters)
        try:
            await self._execute(peer, cmd.StartSource(source=ask.source))
        except Refused:
            producer.close()
            raise
        peer.producers[ask.source] = producer
        producer.on_close(lambda: self._on_lost(peer, ask.source, producer))
        if producer.closed:  # while it was being saved
            self._on_lost(peer, ask.source, producer)
        self._rooms.changed(peer)
        return wire.Produced(producer=producer.id)

    def _on_lost(self, peer: Peer, source: Source, producer: Producer) -> None:
        """A track ended with its line: the log must not go on saying that it is sent."""
        if peer.producers.get(source) is not producer:
            return  # it was put an end to here
        del peer.producers[source]
        name = f"lost {source} {peer.connection}"
        task = asyncio.create_task(self._say_stopped(peer, source), name=name)
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _say_stopped(self, peer: Peer, source: Source) -> None:
        while source not in peer.producers and self._rooms.holds(peer):
            try:
                await self._execute(peer, cmd.StopSource(source=source))
                return
            except Refused as refusal:
                if refusal.code not in PASSING:
                    return
            await asyncio.sleep(RETRY_AFTER)

    async def _close_producer(self, peer: Peer, ask: wire.CloseProducer) -> wire.Done:
        """The log first: a track that it still names could not be produced again."""
        if ask.source not in peer.producers:
            raise Refused(Code.NO_CHANGE)
        peer.stopping.add(ask.source)
        try:
            done = await self._execute(peer, cmd.StopSource(source=ask.source))
        finally:
            peer.stopping.discard(ask.source)
        producer = peer.producers.pop(ask.source, None)
        if producer is not None:
            producer.close()
            self._rooms.changed(peer)
        return done

    async def _resume_consumer(self, peer: Peer, ask: wire.ResumeConsumer) -> wire.Done:
        if ask.consumer not in peer.consumers:
            raise Refused(Code.NOT_FOUND)
        peer.ready.add(ask.consumer)
        self._rooms.changed(peer)
        return wire.Done()

    async def _point(self, peer: Peer, ask: wire.Point) -> wire.Done:
        if not peer.pointing.take():
            raise Refused(Code.TOO_MANY)
        self._rooms.point(peer, wire.Pointed(x=ask.x, y=ask.y))
        return wire.Done()

    async def _hold_line(self, peer: Peer, ask: wire.HoldLine) -> wire.Done:
        self._rooms.desks(peer).hold(peer.party, ask.line)
        return wire.Done()

    async def _release_line(self, peer: Peer, ask: wire.ReleaseLine) -> wire.Done:
        self._rooms.desks(peer).release(peer.party, ask.line)
        return wire.Done()

    async def _type_line(self, peer: Peer, ask: wire.TypeLine) -> wire.Done:
        if not peer.typing.take():
            raise Refused(Code.TOO_MANY)
        self._rooms.desks(peer).type(peer.party, ask)
        return wire.Done()

    async def _switch_captions(self, peer: Peer, ask: wire.SwitchCaptions) -> wire.Done:
        peer.captions = ask.on
        return wire.Done()

    async def _accept_draft(self, peer: Peer, ask: wire.AcceptDraft) -> wire.Done:
        """The line has the span of the sound, and stands where that belongs."""
        state = self._rooms.room_of(peer).state
        if made_by(state, ask.operation, peer.party):  # the answer was lost on its way
            return wire.Done(seq=state.seq)

        async def enter(heard: Heard) -> wire.Done:
            line = cmd.EnterLine(
                speaker=ask.speaker,
                text=ask.text,
                started_at=heard.started_at,
                ended_at=heard.ended_at,
                after=after_at(state.lines, state.order, heard.started_at),
                operation=ask.operation,
            )
            return await self._execute(peer, line)

        return await self._rooms.room_of(peer).accept_draft(peer, ask.draft, enter)

    async def _drop_draft(self, peer: Peer, ask: wire.DropDraft) -> wire.Done:
        self._rooms.room_of(peer).drop_draft(peer, ask.draft)
        return wire.Done()


def made_by(state: HearingState, operation: str, party: str) -> bool:
    """Whether a desk's operation is carried out already."""
    return bool(operation) and any(
        (one.operation, one.by) == (operation, party) for one in state.operations
    )


def _held(peer: Peer, command: cmd.Command) -> Make:
    """The command, as long as the seat is this peer's when its turn comes."""

    async def make(state: HearingState, now: int) -> cmd.Command:
        if state.seats[peer.party].connection != peer.connection:
            raise Refused(Code.SUPERSEDED)
        return command

    return make


def command_of(ask: wire.AnyAsk) -> cmd.Command:
    """The command that an ask stands for, field by field."""
    command: cmd.Command = COMMANDS[type(ask)](
        **{name: getattr(ask, name) for name in ask.__struct_fields__}
    )
    return command


def _arrive(peer: Peer, ask: wire.Enter) -> cmd.Arrive:
    return cmd.Arrive(
        connection=peer.connection,
        accepted_as=ask.accepted_as,
        camera=ask.camera,
        microphone=ask.microphone,
        take_over=ask.take_over,
    )


def _own(peer: Peer, transport: str) -> Transport:
    """A peer's own transport; somebody else's does not exist for it."""
    for mine in (peer.send_transport, peer.receive_transport):
        if mine is not None and mine.id == transport:
            return mine
    raise Refused(Code.NOT_FOUND)


def _end(peer: Peer, transport: Transport | None) -> None:
    if transport is not None:
        peer.forget(transport)
        transport.close()
