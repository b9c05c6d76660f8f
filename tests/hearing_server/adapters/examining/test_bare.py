"""Films, sounds and moving pictures as whoever is only shown them gets them: the same to eye and ear, and
nothing of where, when, by whom and with what they were taken."""

import asyncio
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from hearing_server.adapters.examining import bare
from hearing_server.adapters.examining.bare import BareFiles
from hearing_server.adapters.examining.strip import _bare_h264, _bare_jpeg, _bare_png, _bare_vorbis
from hearing_server.adapters.exhibit_files import StoredExhibits
from hearing_server.domain.errors import Code, Refused

from . import files

PLACE = "+30.6570+104.0650/"
ABOUT = {
    "location": PLACE,
    "artist": "secret artist",
    "comment": "secret comment",
    "title": "secret title",
    "com.android.model": "secret telephone",
}


def told(folder: Path, data: bytes, *, kind: str, about: Mapping[str, str] = ABOUT) -> bytes:
    """The same packets in a file that says a lot: tags of its own and of each stream, and a chapter."""
    path = folder / f"told.{kind}"
    options = {"movflags": "+use_metadata_tags"} if kind in ("mp4", "mov") else {}
    with (
        av.open(io.BytesIO(data)) as plain,
        av.open(str(path), "w", format=kind, options=options) as out,
    ):
        out.metadata.update(about)
        copies = {}
        for stream in plain.streams:
            copies[stream.index] = out.add_stream_from_template(stream, opaque=True)
            copies[stream.index].metadata["handler_name"] = "secret device"
            copies[stream.index].metadata["title"] = "secret stream"
        out.set_chapters(
            [
                {
                    "id": 1,
                    "start": 0,
                    "end": 1,
                    "time_base": 1,
                    "metadata": {"title": "secret chapter"},
                }
            ]
        )
        for packet in plain.demux():
            if packet.size:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    return path.read_bytes()


async def made(folder: Path, data: bytes, media_type: str) -> bytes:
    return (await _path(BareFiles(StoredExhibits(folder)), folder, data, media_type)).read_bytes()


async def _path(maker: BareFiles, folder: Path, data: bytes, media_type: str) -> Path:
    path = folder / "file"
    path.write_bytes(data)
    return await maker.make(path, hashlib.sha256(data).hexdigest(), media_type)


def played(data: bytes) -> dict[str, list[tuple[Any, bytes]]]:
    """By stream: every picture and piece of sound, with its time."""
    found: dict[str, list[tuple[Any, bytes]]] = {}
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(*container.streams.video, *container.streams.audio):
            kind = type(frame).__name__
            found.setdefault(kind, []).append((frame.time, frame.to_ndarray().tobytes()))
    return found


def says(data: bytes) -> list[str]:
    """All tags that anybody reads in it, and what stands in it in plain."""
    with av.open(io.BytesIO(data)) as container:
        tags = [*container.metadata.items()]
        tags += [tag for stream in container.streams for tag in stream.metadata.items()]
        types = [str(stream.type) for stream in container.streams]
        chapters = container.chapters()
    read = [f"{key}={value}" for key, value in tags]
    found = [one for one in (*read, str(data)) if "secret" in one or PLACE in one]
    return [*found, *map(str, chapters), *(t for t in types if t not in ("video", "audio"))]


SAFE = (21, 14, 7, 0)  # how a number is laid into four bytes (ID3v2.3, section 3.1)

FILMS = [
    ("mp4", "h264", "video/mp4"),
    ("mov", "h264", "video/mp4"),
    ("webm", "libvpx", "video/webm"),
]
SONGS = [
    ("mp3", "mp3", "audio/mpeg"),
    ("wav", "pcm_s16le", "audio/wav"),
    ("ogg", "libopus", "audio/ogg"),
    ("flac", "flac", "audio/flac"),
    ("webm", "libopus", "audio/webm"),
    ("mp4", "aac", "audio/mp4"),
    ("mov", "pcm_s16le", "audio/mp4"),
]


@pytest.mark.parametrize(("kind", "codec", "media_type"), FILMS)
async def test_a_film_plays_the_same_and_tells_nothing(
    kind: str, codec: str, media_type: str, tmp_path: Path
) -> None:
    data = told(tmp_path, files.film(tmp_path / "film", kind=kind, codec=codec), kind=kind)
    assert says(data)
    shown = await made(tmp_path, data, media_type)
    assert says(shown) == []
    assert played(shown) == played(data)
    assert len(played(shown)["VideoFrame"]) == 40
    assert b"Lavf6" not in shown, "what wrote it"
    if codec == "h264":
        assert b"x264" in data
        assert b"x264" not in shown, "between the pictures"


@pytest.mark.parametrize(("kind", "codec", "media_type"), SONGS)
async def test_a_sound_plays_the_same_and_tells_nothing(
    kind: str, codec: str, media_type: str, tmp_path: Path
) -> None:
    data = told(tmp_path, files.song(tmp_path / "song", kind=kind, codec=codec), kind=kind)
    assert says(data)
    shown = await made(tmp_path, data, media_type)
    assert says(shown) == []
    assert played(shown) == played(data)


async def test_a_raw_sound_is_written_without_the_tags_before_it(tmp_path: Path) -> None:
    tagged = told(tmp_path, files.song(tmp_path / "song"), kind="mp3")
    tags = tagged[: 10 + sum(byte << shift for byte, shift in zip(tagged[6:10], SAFE, strict=True))]
    data = tags + files.song(tmp_path / "raw", kind="adts", codec="aac")
    assert b"secret" in data
    assert b"secret" not in await made(tmp_path, data, "audio/aac")


async def test_a_song_loses_its_cover(tmp_path: Path) -> None:
    """Whose picture may have a place of its own."""
    cover = Image.new("RGB", (30, 30), "red")
    about = cover.getexif()
    about[0x0110] = "secret telephone"
    out = io.BytesIO()
    cover.save(out, "JPEG", exif=about)
    jpeg = out.getvalue()
    head = b"\0image/jpeg\0\3\0" + jpeg  # ID3v2.3, section 4.15
    frame = b"APIC" + len(head).to_bytes(4) + b"\0\0" + head
    size = bytes((len(frame) >> shift) & 127 for shift in SAFE)
    data = b"ID3\3\0\0" + size + frame + files.song(tmp_path / "song")
    with av.open(io.BytesIO(data)) as container:
        assert len(container.streams.video) == 1
    shown = await made(tmp_path, data, "audio/mpeg")
    assert b"secret" not in shown
    with av.open(io.BytesIO(shown)) as container:
        assert len(container.streams.video) == 0


async def test_a_film_stays_turned_as_it_was_held(tmp_path: Path) -> None:
    """Where that is written beside the pictures (ISO/IEC 14496-12, 8.3.2)."""
    data = files.film(tmp_path / "film")
    upright = b"".join(n.to_bytes(4, signed=True) for n in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0))
    quarter = b"".join(n.to_bytes(4, signed=True) for n in (0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0))
    at = data.index(b"tkhd")
    turned = data[:at] + data[at:].replace(upright, quarter, 1)
    assert _turned(turned) != _turned(data)
    assert _turned(await made(tmp_path, turned, "video/mp4")) == _turned(turned)


def _turned(data: bytes) -> float:
    with av.open(io.BytesIO(data)) as container:
        return next(container.decode(video=0)).rotation


async def test_a_moving_picture_loses_its_comments(tmp_path: Path) -> None:
    plain = files.moving_gif()
    at = plain.index(b"\x21\xf9")
    data = (
        plain[:at]
        + b"\x21\xfe\x06secret\x00"
        + b"\x21\xff\x0bXMP DataXMP\x06secret\x00"
        + plain[at:]
    )
    shown = await made(tmp_path, data, "image/gif")
    assert shown == plain
    assert b"NETSCAPE2.0" in shown


def test_what_a_camera_writes_between_its_pictures_is_left_out_but_for_what_players_need() -> None:
    """Some write date and place there (SEI of user data)."""
    recovery = bytes((6, 2, 0x80, 0x40))
    user = bytes((5, 22)) + bytes(15) + b"\1secret"
    escaped = user.replace(bytes(3), b"\0\0\3\0")
    picture = b"\x65picture"
    units = (b"\x06" + recovery + escaped + b"\x80", b"\x06" + escaped + b"\x80", picture)
    data = b"".join(len(unit).to_bytes(4) + unit for unit in units)
    kept = (b"\x06" + recovery + b"\x80", picture)
    assert _bare_h264(data, 4) == b"".join(len(unit).to_bytes(4) + unit for unit in kept)


def test_a_vorbis_stream_keeps_its_heads_but_for_the_comments() -> None:
    """In Matroska they stand where the codec's own settings do."""
    identification, setup = b"\1vorbis" + bytes(23), b"\5vorbis" + bytes(300)
    comments = b"\3vorbis" + b"\6\0\0\0secret" + bytes(300) + b"\1"
    laced = bytes((2, len(identification), 255, len(comments) - 255))
    bare = _bare_vorbis(laced + identification + comments + setup)
    assert b"secret" not in bare
    assert bare.endswith(setup)
    assert bare[3:].startswith(identification + b"\3vorbis")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_film_of_single_pictures_loses_what_each_tells(kind: str) -> None:
    picture = Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 40)
    about = picture.getexif()
    about[0x0110] = "secret telephone"
    out, plain = io.BytesIO(), io.BytesIO()
    picture.save(out, kind, exif=about)
    picture.save(plain, kind)
    assert b"secret" in out.getvalue()
    clean = _bare_jpeg if kind == "JPEG" else _bare_png
    assert clean(out.getvalue()) == plain.getvalue()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What a child was asked to write anew."""
    found, ask = [], bare.have_written

    async def counted(path: Path, *arguments: Any, **bounds: float) -> bool:
        found.append(path)
        return await ask(path, *arguments, **bounds)

    monkeypatch.setattr(bare, "have_written", counted)
    return found


async def test_what_cannot_be_made_is_not_tried_at_every_request(
    tmp_path: Path, asked: list[Path]
) -> None:
    """Each try may take a minute, in which nobody else's film is made."""
    time = 0.0
    maker = BareFiles(StoredExhibits(tmp_path), lambda: time)
    for moment, tries in ((0, 1), (1, 1), (599, 1), (601, 2), (700, 2)):
        time = moment
        with pytest.raises(Refused):
            await _path(maker, tmp_path, b"torn" * 50, "video/mp4")
        assert len(asked) == tries
    song = files.song(tmp_path / "song")
    assert (await _path(maker, tmp_path, song, "audio/mpeg")).is_file()


async def test_what_many_are_shown_is_made_once_and_kept(tmp_path: Path, asked: list[Path]) -> None:
    data = files.song(tmp_path / "song")
    maker = BareFiles(StoredExhibits(tmp_path))
    paths = await asyncio.gather(*(_path(maker, tmp_path, data, "audio/mpeg") for _ in range(5)))
    assert len(set(paths)) == len(asked) == 1
    again = BareFiles(StoredExhibits(tmp_path))  # another start
    assert await _path(again, tmp_path, data, "audio/mpeg") == paths[0]
    assert len(asked) == 1


async def test_what_cannot_be_made_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    for media_type in ("video/mp4", "audio/mpeg", "image/gif"):
        with pytest.raises(Refused) as caught:
            await made(tmp_path, b"torn" * 50, media_type)
        assert caught.value.code is Code.BAD_FILE
    assert not any((tmp_path / "parts").iterdir())
    assert not any((tmp_path / "bare").iterdir())
