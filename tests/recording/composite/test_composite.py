"""What is in a composite, read out of the file itself: numbers in the pictures, tones in the sound."""

import json
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from hearing_server.services.composite import Cue, Extent, Hole, Scene, Stretch
from recording.composite.layout import CLOCK, Box, floor_of
from tests.recording import streams
from tests.recording.footage import Archive, filmed, heard

from .scenes import (
    COUNSEL,
    DEFENDANT,
    FOUR,
    JUDGE,
    PROSECUTOR,
    START,
    WITNESS,
    lumas,
    samples,
    script,
    seat,
    tile_number,
    tone_at,
)

WITHIN = 0.04
SECONDS = 12.0
"""Longer than a segment: sound and pictures cross from one file to the next."""


def pictures(seconds: float, first: int = 0) -> tuple[bytes, ...]:
    return streams.encode_video("vp8", int(seconds * 30), size=(320, 180), first=first)


def boxes(*seats, shared: bool = False) -> dict[str, Box]:
    return {tile.party: tile.picture for tile in floor_of(seats, shared).tiles}


def probe(path: Path) -> dict:
    """What ffprobe says; it must have nothing to complain about."""
    asked = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return json.loads(done.stdout)


def decodes(path: Path) -> None:
    """The whole file decodes without one error."""
    asked = [
        "ffmpeg",
        "-v",
        "error",
        "-xerror",
        "-i",
        str(path),
        "-map",
        "0:v?",
        "-map",
        "0:a",
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def captions_of(path: Path) -> str:
    asked = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:s", "-f", "webvtt", "-"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def four(archive: Archive) -> Archive:
    """Four cameras that number their pictures; the judge's microphone tells the time."""
    for party in ("judge", "prosecutor", "defendant", "counsel"):
        archive.keep(party, "camera", "vp8", filmed(pictures(SECONDS), START))
    archive.keep("judge", "microphone", "opus", heard(streams.encode_sound(SECONDS), START))
    return archive


async def test_no_picture_is_lost_and_lips_are_in_step(four, make):
    """Every 40 ms all four pictures are of that moment, and the sound is; nothing is decoded wrongly."""
    path, damaged = await make(script(four.segments, SECONDS))
    assert damaged == {}
    places, seen = boxes(*FOUR), lumas(path)
    assert [round(at * 25) for at, _ in seen] == list(range(int(SECONDS * 25)))
    for at, luma in seen[:-1]:
        for box in places.values():
            assert tile_number(luma, box) / 30 == pytest.approx(at, abs=WITHIN)
    sound = samples(path)
    assert len(sound) / 48_000 == pytest.approx(SECONDS, abs=WITHIN)
    for tone in range(2, int(SECONDS * 10) - 2):  # the middle of each, as it would be a frame off
        at = (tone + 0.5) * streams.TONE_MS / 1000
        assert tone_at(sound, at) == tone % 16
    edge = onset(sound, 16)
    assert edge == pytest.approx(16 * streams.TONE_MS / 1000, abs=WITHIN)
    decodes(path)


def onset(sound: np.ndarray, number: int) -> float:
    """When the tone `number` of the scale begins, to 2 ms."""
    at = (number - 0.5) * streams.TONE_MS / 1000
    while tone_at(sound, at) != number % 16:
        at += 0.002
    return at


async def test_the_file_is_what_players_expect(four, make):
    """H.264 of 1280x720 at 25, AAC, captions with their language; the index stands first."""
    cue = Cue(started_at=START + 500, ended_at=START + 2_000, text="审判长（秦明）：现在开庭。")
    path, _ = await make(script(four.segments, SECONDS, cues=[cue]))
    video, audio, captions = probe(path)["streams"]
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 1280, 720)
    assert video["avg_frame_rate"] == "25/1"
    assert audio["codec_name"] == "aac"
    assert captions["codec_name"] == "mov_text"
    assert captions["tags"]["language"] == "zho"
    for one in (video, audio):
        assert float(one["start_time"]) == 0
        assert float(one["duration"]) == pytest.approx(SECONDS, abs=WITHIN)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert "00:00.500 --> 00:02.000\n审判长（秦明）：现在开庭。" in captions_of(path)


async def test_nothing_clips_when_all_speak_at_once(archive, make):
    """Five loud voices in one mix: no sample reaches full scale, and all are heard."""
    loud = streams.encode_sound(3.0)
    for party in ("judge", "prosecutor", "defendant", "counsel"):
        for source in ("microphone", "screen_sound"):
            archive.keep(party, source, "opus", heard(loud, START))
    path, _ = await make(script(archive.segments, 3.0), "sound")
    sound = samples(path)
    assert 0.7 < np.abs(sound).max() < 1.0
    assert tone_at(sound, 1.55) == 15
    assert probe(path)["streams"][0]["codec_name"] == "aac"
    decodes(path)


async def test_a_masked_span_has_no_picture_and_no_tone(four, make):
    """From 3 to 7 s: a full card and silence in every kind, to the frame; before and after all is there."""
    masked = [Extent(START + 3_000, START + 7_000)]
    cues = [
        Cue(started_at=START + 3_500, ended_at=START + 4_500, text="封存的话"),
        Cue(started_at=START + 8_000, ended_at=START + 9_000, text="其他的话"),
    ]
    told = script(four.segments, SECONDS, masked=masked, cues=[cues[1]])
    path, _ = await make(told)
    places = boxes(*FOUR)
    card = None
    for at, luma in lumas(path):
        if 3.0 <= at < 7.0:
            below = luma[120:]  # under the clock
            card = below if card is None else card
            assert np.abs(below.astype(int) - card.astype(int)).mean() < 2
            assert all(
                luma[box.y + 10 : box.bottom - 10, box.x + 10 : box.x + 40].max() < 120
                for box in places.values()
            )
        elif at < 2.96 or at > 7.08:
            for box in places.values():
                assert tile_number(luma, box) / 30 == pytest.approx(at, abs=WITHIN)
    for kind in ("composite", "sound"):
        file, _ = (path, None) if kind == "composite" else await make(told, kind)
        sound = samples(file)
        assert np.abs(sound[int(3.03 * 48_000) : int(6.97 * 48_000)]).max() < 1e-3
        assert tone_at(sound, 2.85) == 28 % 16
        assert tone_at(sound, 7.15) == 71 % 16
    text = (await make(told, "captions"))[0].read_text()
    assert "其他的话" in text
    assert "封存" not in text


async def test_a_masked_span_is_not_in_a_partys_file(four, make):
    """Not one packet of it; the picture goes on with the next key frame."""
    judge = [one for one in four.segments if one.track.party == "judge"]
    masked = [Extent(START + 3_000, START + 7_000)]
    path, _ = await make(script(judge, SECONDS, masked=masked), "party")
    with av.open(str(path)) as source:
        numbers = [streams.read_number(frame) for frame in source.decode(video=0)]
    assert [n for n in numbers if 90 <= n < 210] == []
    assert set(range(90)) <= set(numbers)
    assert set(range(210, 360)) <= set(numbers)
    sound = samples(path)
    assert np.abs(sound[int(3.03 * 48_000) : int(6.97 * 48_000)]).max() < 1e-3
    probe(path)


async def test_gaps_are_told_in_words_and_seats_come_and_go(archive, make):
    """A camera that is away for 4 s leaves words; a witness has a seat while they are there."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(3), START))
    archive.keep("judge", "camera", "vp8", filmed(pictures(3, first=210), START + 7_000))
    archive.keep("witness", "camera", "vp8", filmed(pictures(4, first=120), START + 4_000))
    hole = Hole(
        party="judge",
        source="camera",
        started_at=START + 3_000,
        ended_at=START + 7_000,
        cause="network",
    )
    scenes = [
        Scene(started_at=START, seats=("judge",), why={}),
        Scene(started_at=START + 4_000, seats=("judge", "witness"), why={}),
        Scene(started_at=START + 8_000, seats=("judge",), why={}),
    ]
    told = script(archive.segments, 10, seats=(JUDGE, WITNESS), scenes=scenes, holes=[hole])
    path, _ = await make(told)
    alone, both = boxes(JUDGE), boxes(JUDGE, WITNESS)
    by_time = {round(at, 2): luma for at, luma in lumas(path)}
    assert tile_number(by_time[2.0], alone["judge"]) == 60
    assert tile_number(by_time[9.0], alone["judge"]) == pytest.approx(270, abs=1)
    assert tile_number(by_time[6.0], both["witness"]) == pytest.approx(180, abs=1)
    assert tile_number(by_time[7.6], both["witness"]) == pytest.approx(228, abs=1)
    words = by_time[6.0][
        both["judge"].y + 8 : both["judge"].bottom - 8,
        both["judge"].x + 8 : both["judge"].right - 8,
    ]
    assert words.min() > 20  # no black or white column of a picture
    assert 0.001 < (words > 120).mean() < 0.1  # letters


async def test_a_line_that_loses_pictures_now_and_then_still_shows_those_that_came(archive, make):
    """Short losses near each other are one gap in the log: words stand only where no picture came."""
    came = [*filmed(pictures(2), START), *filmed(pictures(3, first=150), START + 5_000)]
    archive.keep("judge", "camera", "vp8", came)
    hole = Hole(
        party="judge",
        source="camera",
        started_at=START + 500,
        ended_at=START + 7_500,
        cause="network",
    )
    path, _ = await make(script(archive.segments, 8, seats=(JUDGE,), holes=[hole]))
    box = boxes(JUDGE)["judge"]
    by_time = {round(at, 2): luma for at, luma in lumas(path)}
    for at, number in ((1.0, 30), (1.8, 54), (2.6, 59), (5.2, 156), (6.0, 180), (7.0, 210)):
        assert tile_number(by_time[at], box) == pytest.approx(number, abs=1), at
    for at in (3.2, 4.0, 4.8):
        words = by_time[at][box.y + 8 : box.bottom - 8, box.x + 8 : box.right - 8]
        assert words.min() > 20
        assert 0.001 < (words > 120).mean() < 0.1


async def test_a_shared_screen_opens_below_the_row(archive, make):
    """While it is there the seats stand in a row; then they are back in their places."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(6), START))
    archive.keep("counsel", "screen", "vp8", filmed(pictures(2, first=500), START + 2_000))
    told = script(archive.segments, 6, seats=(JUDGE, COUNSEL))
    path, _ = await make(told)
    by_time = {round(at, 2): luma for at, luma in lumas(path)}
    row = floor_of((JUDGE, COUNSEL), True)
    assert row.stage is not None
    stage = Box(row.stage.x + 2, row.stage.y, row.stage.width, row.stage.height)
    for at in (2.4, 3.2, 3.8):
        assert tile_number(
            by_time[at], boxes(JUDGE, COUNSEL, shared=True)["judge"]
        ) == pytest.approx(at * 30, abs=1)
        shown = screen_box(stage)
        assert tile_number(by_time[at], shown) == pytest.approx(500 + (at - 2) * 30, abs=1)
    for at in (1.0, 5.0):
        assert tile_number(by_time[at], boxes(JUDGE, COUNSEL)["judge"]) == pytest.approx(
            at * 30, abs=1
        )


def screen_box(stage: Box) -> Box:
    from recording.composite.layout import fitted

    return fitted(320, 180, stage)


async def test_a_screened_person_has_a_seat_without_picture_or_voice(archive, make):
    """Under the alias; what was filmed and said of them is in no segment of the script."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(2), START))
    hidden = seat("witness", "stand", "证人", "化名甲", hidden=True, silent=True)
    path, _ = await make(script(archive.segments, 2, seats=(JUDGE, hidden)))
    box = boxes(JUDGE, hidden)["witness"]
    _, luma = lumas(path)[20]
    words = luma[box.y + 8 : box.bottom - 8, box.x + 8 : box.right - 8]
    assert 0.001 < (words > 120).mean() < 0.1


async def test_an_adjournment_is_a_card_and_time_goes_on_after_it(archive, make):
    """Ten minutes take five seconds; the numbers after it are those of after it."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(2), START))
    later = START + 602_000
    archive.keep("judge", "camera", "vp8", filmed(pictures(2, first=300), later))
    stretches = [
        Stretch(started_at=START, ended_at=START + 2_000, frames=50),
        Stretch(
            started_at=START + 2_000, ended_at=later, frames=125, cause="paused", reason="证人未到"
        ),
        Stretch(started_at=later, ended_at=later + 2_000, frames=50),
    ]
    path, _ = await make(script(archive.segments, 4, seats=(JUDGE,), stretches=stretches))
    seen = lumas(path)
    assert len(seen) == 225
    assert tile_number(seen[25][1], boxes(JUDGE)["judge"]) == 30
    assert tile_number(seen[200][1], boxes(JUDGE)["judge"]) == pytest.approx(330, abs=1)


async def test_the_clock_ticks_with_the_recorded_time(archive, make):
    """Its box changes once a second, at the second, and at no other time."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(5), START))
    path, _ = await make(script(archive.segments, 5, seats=(JUDGE,)))
    box, before, changed = CLOCK, None, []
    for at, luma in lumas(path):
        clock = luma[box.y : box.bottom, box.x : box.right].astype(int)
        if before is not None and np.abs(clock - before).max() > 60:
            changed.append(round(at, 2))
        before = clock
    assert changed == [1.0, 2.0, 3.0, 4.0]


async def test_who_speaks_is_lit(archive, make):
    """The judge for two seconds, then the prosecutor."""
    for party in ("judge", "prosecutor"):
        archive.keep(party, "camera", "vp8", filmed(pictures(5), START))
    sound = streams.encode_sound(2.0)
    archive.keep("judge", "microphone", "opus", heard(sound, START))
    archive.keep("prosecutor", "microphone", "opus", heard(sound, START + 3_000))
    path, _ = await make(script(archive.segments, 5, seats=(JUDGE, PROSECUTOR)))
    places = boxes(JUDGE, PROSECUTOR)
    with av.open(str(path)) as source:
        rgb = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
    for index, party, lit in (
        (25, "judge", True),
        (25, "prosecutor", False),
        (100, "judge", False),
        (100, "prosecutor", True),
    ):
        box = places[party]
        edge = (
            rgb[index][box.y + 1 : box.y + 3, box.x + 40 : box.right - 40]
            .reshape(-1, 3)
            .mean(axis=0)
        )
        assert bool(edge[1] > edge[0] + 60) is lit, (index, party, edge)
    assert DEFENDANT not in places
