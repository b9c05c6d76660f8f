"""Decisions about messages: a party to a desk and back, and between parties where the judge opened it."""

from collections.abc import Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import ANY, SITTING, Decision, Events, Rule, seat_of, text
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events.messages import EVERYBODY
from hearing_server.domain.hearing import HearingState, Message, Presence, Seat
from hearing_server.domain.message_readers import CLERK_DESK, TECHNICIAN_DESK, reader_of
from hearing_server.domain.parties import Right, Role

MAX_MESSAGE = 2000
MAX_MESSAGES = 20_000

RULES: Mapping[type, Rule] = {
    cmd.SendMessage: Rule(phases=ANY, admitted=False),
    cmd.SendFromDesk: Rule(phases=ANY, server=True),
    cmd.ReadMessages: Rule(phases=ANY, admitted=False),
    cmd.ReadAtDesk: Rule(phases=ANY, server=True),
    cmd.OpenChat: Rule(phases=SITTING, right=Right.PRESIDE),
    cmd.CloseChat: Rule(phases=SITTING, right=Right.PRESIDE, deputy=True),
}


def _send(state: HearingState, command: cmd.SendMessage, by: str, now: int) -> Events:
    seat = seat_of(state, by)
    _check_recipient(state, seat, command.to)
    return _message(state, reader_of(seat.party), command.to, command.text, command.answers, "")


def _check_recipient(state: HearingState, seat: Seat, to: str) -> None:
    clerk = seat.party.role is Role.CLERK
    if seat.party.role is Role.OBSERVER:
        raise Refused(Code.NOT_ALLOWED, to[:64])
    if to == EVERYBODY:
        if not state.chat:
            raise Refused(Code.CHAT_CLOSED)
        if seat.presence is not Presence.ADMITTED:
            raise Refused(Code.NOT_PRESENT)
    elif clerk and to != CLERK_DESK:
        if to != TECHNICIAN_DESK:
            seat_of(state, to)
    elif clerk or to not in (CLERK_DESK, TECHNICIAN_DESK):
        raise Refused(Code.NOT_ALLOWED, to[:64])


def _send_from_desk(state: HearingState, command: cmd.SendFromDesk, by: str, now: int) -> Events:
    seat_of(state, command.to)
    return _message(
        state, TECHNICIAN_DESK, command.to, command.text, command.answers, command.account
    )


def _message(
    state: HearingState, sender: str, to: str, body: str, answers: int | None, account: str
) -> Events:
    if len(state.messages) >= MAX_MESSAGES:
        raise Refused(Code.TOO_MANY, f"{MAX_MESSAGES} messages")
    if answers is not None:
        known = 1 <= answers <= len(state.messages)
        asked = state.messages[answers - 1] if known else None
        if asked is None or (asked.sender, asked.to) != (to, sender):
            raise Refused(Code.NOT_FOUND, "answers")
    return (
        ev.MessageSent(
            message=len(state.messages) + 1,
            sender=sender,
            to=to,
            text=text(body, MAX_MESSAGE),
            answers=answers,
            account=account,
        ),
    )


def _read(state: HearingState, command: cmd.ReadMessages, by: str, now: int) -> Events:
    reader = reader_of(seat_of(state, by).party)
    return _read_by(state, reader, command.correspondent, command.up_to)


def _read_at_desk(state: HearingState, command: cmd.ReadAtDesk, by: str, now: int) -> Events:
    return _read_by(state, TECHNICIAN_DESK, command.correspondent, command.up_to)


def _read_by(state: HearingState, reader: str, correspondent: str, up_to: int) -> Events:
    read = state.read_up_to.get(reader, {}).get(correspondent, 0)
    sent = [m.message for m in state.messages if _between(m, reader, correspondent)]
    if not sent or not read < min(up_to, sent[-1]):
        raise Refused(Code.NO_CHANGE)
    return (
        ev.MessagesRead(reader=reader, correspondent=correspondent, up_to=min(up_to, sent[-1])),
    )


def _between(message: Message, reader: str, correspondent: str) -> bool:
    """Whether `reader` has it from `correspondent`, or in the open chat."""
    if correspondent == EVERYBODY:
        return message.to == EVERYBODY
    return (message.sender, message.to) == (correspondent, reader)


def _chat(open: bool) -> Decision:
    def decision(
        state: HearingState, command: cmd.OpenChat | cmd.CloseChat, by: str, now: int
    ) -> Events:
        if state.chat is open:
            raise Refused(Code.NO_CHANGE)
        return (ev.ChatOpened(),) if open else (ev.ChatClosed(),)

    return decision


DECISIONS: Mapping[type, Decision] = {
    cmd.SendMessage: _send,
    cmd.SendFromDesk: _send_from_desk,
    cmd.ReadMessages: _read,
    cmd.ReadAtDesk: _read_at_desk,
    cmd.OpenChat: _chat(True),
    cmd.CloseChat: _chat(False),
}
