"""Steps of messages."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import Step, put, state_step
from hearing_server.domain.hearing import HearingState, Message


def _sent(state: HearingState, event: ev.MessageSent, at: int) -> HearingState:
    message = Message(
        message=event.message,
        sender=event.sender,
        to=event.to,
        text=event.text,
        at=at,
        answers=event.answers,
    )
    return replace(state, messages=(*state.messages, message))


def _read(state: HearingState, event: ev.MessagesRead, at: int) -> HearingState:
    read = put(state.read_up_to.get(event.reader, {}), event.correspondent, event.up_to)
    return replace(state, read_up_to=put(state.read_up_to, event.reader, read))


STEPS: Mapping[type, Step] = {
    ev.MessageSent: _sent,
    ev.MessagesRead: _read,
    ev.ChatOpened: state_step(chat=True),
    ev.ChatClosed: state_step(chat=False),
}
