"""Files as parties upload them, and files as attackers do. Made here, so that each says what is wrong with it."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import av
import numpy
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

Name = NameObject


def pdf(pages: int = 2) -> bytes:
    return _written(_pages(pages))


def _pages(pages: int) -> PdfWriter:
    made = PdfWriter()
    for number in range(pages):
        page = made.add_blank_page(width=595, height=842)
        words = DecodedStreamObject()
        words.set_data(f"BT /F1 24 Tf 72 700 Td (Page {number + 1}) Tj ET".encode())
        font = DictionaryObject(
            {
                Name("/Type"): Name("/Font"),
                Name("/Subtype"): Name("/Type1"),
                Name("/BaseFont"): Name("/Helvetica"),
            }
        )
        page[Name("/Contents")] = made._add_object(words.flate_encode())
        page[Name("/Resources")] = DictionaryObject(
            {Name("/Font"): DictionaryObject({Name("/F1"): font})}
        )
    return made


def _written(made: PdfWriter) -> bytes:
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def encrypted_pdf() -> bytes:
    made = _pages(1)
    made.encrypt("secret", algorithm="AES-256")
    return _written(made)


def pdf_with_action(kind: str) -> bytes:
    made = _pages(1)
    action = DictionaryObject({Name("/S"): Name(kind), Name("/F"): TextStringObject("cmd.exe")})
    made.root_object[Name("/OpenAction")] = made._add_object(action)
    return _written(made)


def pdf_with_script() -> bytes:
    made = _pages(1)
    script = {Name("/S"): Name("/JavaScript"), Name("/JS"): TextStringObject("app.alert(1)")}
    made.root_object[Name("/OpenAction")] = made._add_object(DictionaryObject(script))
    return _written(made)


def pdf_with_attachment() -> bytes:
    made = _pages(1)
    made.add_attachment("invoice.xml", b"<invoice/>")
    return _written(made)


def pdf_bomb(times: int = 1) -> bytes:
    """A page whose content is a gigabyte of blanks, packed once or twice."""
    packed = _packed_blanks(1 << 30)
    filters = [Name("/FlateDecode")] * times
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    made = _pages(1)
    stream = StreamObject()
    stream._data = packed
    stream[Name("/Filter")] = ArrayObject(filters)
    made.pages[0][Name("/Contents")] = made._add_object(stream)
    return _written(made)


def _packed_blanks(size: int) -> bytes:
    packer, out = zlib.compressobj(9), []
    for _ in range(size >> 20):
        out.append(packer.compress(bytes(1 << 20)))
    return b"".join([*out, packer.flush()])


def pdf_with_giant_picture() -> bytes:
    made = _pages(1)
    stream = StreamObject()
    stream._data = b"\xff\xd8\xff"
    stream.update(
        {
            Name("/Subtype"): Name("/Image"),
            Name("/Filter"): Name("/JPXDecode"),
            Name("/Width"): NumberObject(60_000),
            Name("/Height"): NumberObject(60_000),
        }
    )
    made.pages[0][Name("/Thumb")] = made._add_object(stream)
    return _written(made)


def picture(kind: str, size: tuple[int, int] = (320, 240)) -> bytes:
    pixels = numpy.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype="uint8")
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def giant_png(side: int = 40_000) -> bytes:
    """A billion and a half pixels in a few hundred kilobytes."""
    row = zlib.compressobj(9)
    data = b"".join(row.compress(bytes(side + 1)) for _ in range(side)) + row.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def lying_png() -> bytes:
    """Says that it is enormous and holds nothing."""
    header = struct.pack(">IIBBBBB", 30_000, 4000, 8, 6, 0, 0, 0)
    body = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + struct.pack(">I", 0)
        + b"IEND"
        + struct.pack(">I", zlib.crc32(b"IEND"))
    )


def film(
    path: Path, *, seconds: int = 4, kind: str = "mp4", codec: str = "h264", faststart: bool = True
) -> bytes:
    """A moving picture with a tone."""
    options = {"movflags": "+faststart"} if kind == "mp4" and faststart else {}
    with av.open(str(path), "w", format=kind, options=options) as out:
        video = out.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        sound = out.add_stream("libopus" if kind == "webm" else "aac", rate=48000, layout="mono")
        for number in range(seconds * 10):
            pixels = numpy.full((120, 160, 3), number * 5 % 255, dtype="uint8")
            out.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        out.mux(video.encode())
        _sing(out, sound, seconds)
    return path.read_bytes()


def song(path: Path, *, seconds: int = 3, kind: str = "mp3", codec: str = "mp3") -> bytes:
    with av.open(str(path), "w", format=kind) as out:
        _sing(out, out.add_stream(codec, rate=48000, layout="mono"), seconds)
    return path.read_bytes()


def _sing(out: "av.container.OutputContainer", stream: "av.AudioStream", seconds: int) -> None:
    resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=48000)
    fifo = av.AudioFifo()
    times = numpy.arange(seconds * 48000) / 48000
    wave = (numpy.sin(times * 440 * 6.283) * 8000).astype("int16").reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
    frame.sample_rate = 48000
    for made in resampler.resample(frame):
        fifo.write(made)
    size = stream.codec_context.frame_size or 1024
    while piece := fifo.read(size, partial=True):
        out.mux(stream.encode(piece))
    out.mux(stream.encode())


HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.html", HTML)
    return out.getvalue()
