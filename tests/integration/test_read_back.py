"""Reading back against a server process: what was said is heard again by everybody, and nobody speaks into it."""

import io
import sqlite3
import time

import av
import numpy as np
import pytest

from tests.transcript.speech.voices import HIGH, LOW, voice

from .harness import Client, Refusal, ServerProcess
from .voiced import Voice, speech


async def heard(client: Client, number: int, line: int) -> float:
    """How loud what they are given of it is, RMS of full scale, and that it is about as long as was said."""
    path = f"/api/seats/{client.seat}/read-back/{number}/lines/{line}/sound"
    told = await client.get(path)
    samples = []
    for started_at, _ in told["pieces"]:
        with av.open(io.BytesIO(await client.get(f"{path}/{started_at}"))) as piece:
            samples += [frame.to_ndarray().ravel() for frame in piece.decode(audio=0)]
    sound = np.concatenate(samples)
    sound = sound / np.iinfo(sound.dtype).max if sound.dtype.kind == "i" else sound
    return float(np.sqrt(np.mean(np.square(sound))))


async def test_a_line_is_read_back_to_the_courtroom(server: ServerProcess) -> None:
    """Ordered by the judge, heard by all, spoken into by nobody, over by itself; and stopped."""
    async with (
        Voice(server, "presiding_judge") as judge,
        Voice(server, "defendant") as accused,
        Client(server, "counsel") as counsel,
        Client(server, "clerk") as clerk,
    ):
        await clerk.enter()
        await counsel.enter()
        await judge.sit()
        await accused.sit()
        await judge.ask("admit_all")
        await judge.ask("open_hearing")
        await clerk.event("recording_began", party=accused.seat, source="microphone")
        began = int(time.time() * 1000)
        await accused.say(speech(voice(LOW, 1.0), voice(HIGH, 1.0)))
        await clerk.ask("enter_line", speaker=accused.seat, text="是的。", started_at=began)
        line = (await counsel.event("line_entered"))["event"]["line"]
        with pytest.raises(Refusal, match="not_allowed"):
            await accused.ask("read_back", lines=[line])
        with pytest.raises(Refusal, match="sound_not_ready"):
            await judge.ask("read_back", lines=[line])
        with pytest.raises(Refusal, match="not_found"):
            await counsel.get(f"/api/seats/{counsel.seat}/lines/{line}/sound")
        await clerk.event("segment_recorded", party=accused.seat, source="microphone")
        at_the_desk = await clerk.get(f"/api/seats/{clerk.seat}/lines/{line}/sound")
        assert len(at_the_desk["pieces"]) == 1

        await judge.ask("read_back", lines=[line])
        for reader in (judge, accused, counsel, clerk):
            told = await reader.event("read_back_began", read_back=1)
            assert [one["line"] for one in told["event"]["lines"]] == [line]
            assert told["by"] == judge.seat
            assert await heard(reader, 1, line) > 0.01
        over = await counsel.event("read_back_ended", read_back=1)
        assert over["event"]["cause"] == "finished"
        assert over["at"] >= told["event"]["ends_at"]
        with pytest.raises(Refusal, match="not_found"):
            await heard(counsel, 1, line)

        await clerk.ask("read_back", lines=[line])
        await judge.ask("stop_read_back")
        assert (await accused.event("read_back_ended", read_back=2))["event"]["cause"] == "stopped"
        rows = viewed(server)
        assert (counsel.seat, f"sound of line {line}, read back 1") in rows
        assert (clerk.seat, f"sound of line {line}") in rows


def viewed(server: ServerProcess) -> list[tuple[str, str]]:
    with sqlite3.connect(server.data / "hearings.sqlite3") as database:
        query = "select actor, detail from audit where action = 'view' order by id"
        return list(database.execute(query))
