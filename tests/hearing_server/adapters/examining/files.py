"""Files as parties upload them, and files as attackers do. Made here, so that each says what is wrong with it."""

import base64
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


def pdf_with_shared_resources(pages: int = 3) -> bytes:
    """As many programs write them: one list of pictures and forms for all pages, and links between them.

    Page n says `secret-n` in its words, its picture, a form, a form in that form, a pattern, a soft mask,
    a note over it, and a picture that it takes through a form without a list of its own.
    """
    made = PdfWriter()
    every = {kind: DictionaryObject() for kind in ("/XObject", "/Pattern", "/ExtGState")}
    shared = made._add_object(DictionaryObject({Name(k): v for k, v in every.items()}))
    sheets = []
    for n in range(1, pages + 1):
        sheets.append(made.add_blank_page(width=595, height=842))
        inner = _form(made, f"secret-{n} inner")
        entries = {
            "/XObject": {
                f"/Im{n}": _grey(made, f"secret-{n} pixels"),
                f"/Ba{n}": _grey(made, f"secret-{n} bare"),
            },
            "/Pattern": {f"/Pa{n}": _form(made, f"secret-{n} pattern", shared)},
            "/ExtGState": {f"/Ma{n}": _mask(_form(made, f"secret-{n} mask", shared))},
        }
        outer = _form(made, f"secret-{n} outer /In{n} Do", shared)
        bare = _form(made, f"/Ba{n} Do")
        entries["/XObject"] |= {f"/In{n}": inner, f"/Ou{n}": outer, f"/Fo{n}": bare}
        for kind, found in entries.items():
            every[kind].update({Name(k): v for k, v in found.items()})
        words = f"(secret-{n} words) Tj /Im{n} Do /Ou{n} Do /Fo{n} Do /Pa{n} scn /Ma{n} gs"
        sheets[-1][Name("/Contents")] = made._add_object(_stream(words).flate_encode())
        sheets[-1][Name("/Resources")] = shared
    for n, sheet in enumerate(sheets, start=1):
        link = {
            "/Subtype": Name("/Link"),
            "/Dest": ArrayObject([sheets[n % pages].indirect_reference]),
        }
        note = {
            "/Subtype": Name("/Stamp"),
            "/Contents": TextStringObject(f"hidden-{n}"),
            "/P": sheets[n % pages].indirect_reference,
            "/AP": DictionaryObject({Name("/N"): _form(made, f"secret-{n} stamp", shared)}),
        }
        marks = [DictionaryObject({Name(k): v for k, v in one.items()}) for one in (link, note)]
        sheet[Name("/Annots")] = ArrayObject(made._add_object(mark) for mark in marks)
    return _written(made)


def pdf_of_many_names(forms: int = 12, names: int = 8) -> bytes:
    """Each form draws the next one under many names, of which it calls one."""
    made = PdfWriter()
    last = _form(made, "drawn")
    for n in range(forms):
        found = DictionaryObject({Name(f"/F{k}"): last for k in range(names)})
        resources = DictionaryObject({Name("/XObject"): found})
        words = "/F0 Do % " + " ".join(f"/F{k}" for k in range(names))
        last = _form(made, f"{n} {words}", resources)
    page = made.add_blank_page(width=595, height=842)
    page[Name("/Contents")] = made._add_object(_stream("/Fo Do"))
    page[Name("/Resources")] = DictionaryObject(
        {Name("/XObject"): DictionaryObject({Name("/Fo"): last})}
    )
    return _written(made)


def _stream(words: str) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(words.encode())
    return made


def _form(made: PdfWriter, words: str, resources: object = None) -> object:
    form = _stream(words)
    form[Name("/Subtype")] = Name("/Form")
    if resources is not None:
        form[Name("/Resources")] = resources
    return made._add_object(form)


def _grey(made: PdfWriter, pixels: str) -> object:
    image = _stream(pixels)
    image.update({Name("/Subtype"): Name("/Image"), Name("/Width"): NumberObject(1)})
    return made._add_object(image)


def _mask(group: object) -> DictionaryObject:
    mask = DictionaryObject({Name("/S"): Name("/Alpha"), Name("/G"): group})
    return DictionaryObject({Name("/SMask"): mask})


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
        sound = out.add_stream(
            "libopus" if kind in ("webm", "matroska") else "aac", rate=48000, layout="mono"
        )
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


def moving_gif(frames: int = 3) -> bytes:
    pictures = [Image.new("P", (40, 30), colour * 20) for colour in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=100, loop=0)
    return out.getvalue()


# 64x48, red at the left and blue at the right, as a telephone writes it (HEVC).
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAA"
    "AERAAAEAAQAAAAABoQABAAAAAAAAADoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADd"
    "aXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAA"
    "AwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAEJtZGF0AAAA"
    "NigBr1jm9Oq//+Vrv/6j/IfJ//9f/qr1X7QyT/sg1UktsDUYu8ag8XIQtIGEAZNtq+SEXJaxwA=="
)

HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.html", HTML)
    return out.getvalue()
