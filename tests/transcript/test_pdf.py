"""Printing: real typst, read back with poppler."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transcript import fonts, pdf
from transcript.document import PrintedCharge, digest, local_time, to_json
from transcript.errors import FontsMissing, UnprintableCharacter

from . import court
from .court import printed_text, squeeze

MARKUP = (
    '#import "/etc/passwd" $x^2$ *bold* _it_ @ref <tag> `raw` \\u{41} // no /* no */ = - + \' --'
)


def test_same_record_gives_the_same_bytes() -> None:
    """Printing twice gives identical files; another word gives another."""
    first, again = pdf.render(court.document()), pdf.render(court.document())
    assert first.pdf == again.pdf
    assert pdf.render(court.document("另一句。")).pdf != first.pdf


def test_every_line_is_printed(tmp_path: Path) -> None:
    """Case number, attendance, each line with speaker and time, and the digest are on the pages."""
    document = court.document(*court.TEXTS, *(f"第{i}次询问，回答完毕。" for i in range(80)))
    document = replace(document, title="无名氏盗窃案")
    rendered = pdf.render(document)
    text = printed_text(rendered.pdf, tmp_path, "-raw")
    for line in document.lines:
        said = f"{line.speaker_label}（{line.speaker_name}）：{line.text}"
        assert squeeze(said) in text
    assert document.case_number in text
    assert squeeze(text).index("法庭笔录") < squeeze(text).index(document.title)
    assert "14:03:14" in text
    assert rendered.digest in text
    assert f"{rendered.pages}/{rendered.pages}" in text


def test_exhibits_and_opinions_are_printed(tmp_path: Path) -> None:
    """Whose each is, when it was shown, what each side says of it and why; still archival and tagged."""
    rendered = pdf.render(court.with_exhibits(court.document()))
    text = squeeze(printed_text(rendered.pdf, tmp_path, "-raw"))
    said = (
        *("证据及质证意见", "证据1借条扫描件.pdf", "公诉人（纪明远）", "当庭出示shown：14:13:07"),
        *(
            "不认可disputed",
            "认可accepted",
            "未表态none",
            "系复印件，请求提交原件。另：日期有涂改。",
        ),
        *("证据4照片.jpg", "未当庭出示", "无质证意见", f"SHA-256{'ab' * 32}"),
    )
    for words in said:
        assert squeeze(words) in text, words
    assert text.index("证据4") < text.index("以下无正文")
    path = tmp_path / "e.pdf"
    path.write_bytes(rendered.pdf)
    metadata = subprocess.run(["pdfinfo", "-meta", path], capture_output=True, check=True).stdout
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_who_kept_order_is_printed_with_the_times(tmp_path: Path) -> None:
    """What the clerk decided while the judge's connection was lost lies between the two."""
    plain = court.document()
    assert plain.opened_at is not None
    charge = PrintedCharge(
        name="季录文（虚构）", began_at=plain.opened_at, ended_at=plain.opened_at + 61_000
    )
    printed = pdf.render(replace(plain, charges=(charge,))).pdf
    text = squeeze(printed_text(printed, tmp_path))
    at = [f"{local_time(plain, t):%H:%M:%S}" for t in (charge.began_at, charge.ended_at)]
    assert "代行秩序" in text
    assert squeeze(f"季录文（虚构） {at[0]}–{at[1]}") in text


def test_what_is_sealed_is_printed_as_such(tmp_path: Path) -> None:
    """Number, time and speaker stay; not a word is in the file, nor in the record attached to it."""
    plain = court.with_exhibits(court.document("甲说", "秘密的话", "乙说"))
    printed = pdf.render(court.with_sealed(plain)).pdf
    text = squeeze(printed_text(printed, tmp_path, "-raw"))
    assert text.count("〔依法封存sealedbyorder〕") == 2
    assert "甲说" in text
    assert "秘密的话" not in text
    assert "系复印件" not in text
    second = plain.lines[1]
    assert squeeze(f"{second.speaker_label}（{second.speaker_name}）：〔依法封存") in text


def test_it_is_an_archival_and_accessible_pdf(tmp_path: Path) -> None:
    """The file says PDF/A-3a and PDF/UA-1, is tagged, and embeds every font."""
    path = tmp_path / "t.pdf"
    path.write_bytes(pdf.render(court.document()).pdf)
    metadata = subprocess.run(["pdfinfo", "-meta", path], capture_output=True, check=True).stdout
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    listed = subprocess.run(["pdffonts", path], capture_output=True, check=True).stdout.decode()
    assert all(" yes yes yes " in row for row in listed.splitlines()[2:])


def test_record_is_attached(tmp_path: Path) -> None:
    """The attachment transcript.json is the canonical form, and gives the printed digest."""
    document = court.document()
    (tmp_path / "t.pdf").write_bytes(pdf.render(document).pdf)
    out = tmp_path / "out.json"
    command = ["pdfdetach", "-save", "1", "-o", out, tmp_path / "t.pdf"]
    subprocess.run(command, check=True, capture_output=True)
    assert out.read_bytes() == to_json(document)
    assert digest(document) == pdf.render(document).digest
    assert json.loads(out.read_bytes())["lines"][0]["text"] == court.TEXTS[0]


def test_markup_prints_literally(tmp_path: Path) -> None:
    """Nothing that a person says is understood as typst."""
    hostile = replace(court.document(MARKUP), title="*庭审* #笔录", case_number="$1$ #2")
    text = printed_text(pdf.render(hostile).pdf, tmp_path, "-raw")
    for said in (MARKUP, "*庭审*#笔录", "$1$#2"):
        assert squeeze(said) in text


@pytest.mark.parametrize(
    "run", ["a" * 3000, "甲" * 3000, "0123456789/" * 300, "https://" + "x-" * 900]
)
def test_unbroken_run_stays_on_the_page(run: str, tmp_path: Path) -> None:
    """A string without a space is broken at the margin, and none of it is lost."""
    rendered = pdf.render(court.document(run))
    assert rendered.pages >= 2
    text = printed_text(rendered.pdf, tmp_path, "-raw")
    assert text.count(run[8]) >= run.count(run[8])
    path = tmp_path / "printed.pdf"
    words = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True)
    edges = [float(w.split(b'"')[0]) for w in words.stdout.split(b'xMax="')[1:]]
    assert max(edges) < 595.3 - 60  # the right margin is 68 points


def test_very_long_record_is_printed() -> None:
    """A line of 100,000 characters and 5,000 lines are printed, in seconds."""
    assert pdf.render(court.document("甲" * 100_000)).pages > 50
    assert pdf.render(court.document(*("好。" for _ in range(5000)))).pages > 100


def test_boxes_stand_in_signing_order() -> None:
    """Each signer has a box on a page, none overlaps, and the court's is last."""
    rendered = pdf.render(court.document())
    parties = [box.party for box in rendered.boxes]
    assert parties == [party for party, *_ in court.SIGNING_ORDER] + [None]
    for upper, lower in zip(rendered.boxes, rendered.boxes[1:], strict=False):
        assert upper.page < lower.page or upper.y >= lower.y + lower.height
    assert all(0 < b.y < 842 - b.height and 0 < b.x < 595 - b.width for b in rendered.boxes)


def test_newline_is_printed_as_a_break(tmp_path: Path) -> None:
    """A line may hold several paragraphs."""
    rendered = pdf.render(court.document("第一段。\n第二段。"))
    assert "第一段。第二段。" in printed_text(rendered.pdf, tmp_path, "-raw")


@pytest.mark.parametrize(
    "character",
    [
        "😀",
        "ا",
        "א",
        "\u202e",
        "\u2066",
        "\u200b",
        "\0",
        "\x1b",
        "\r",
        "\ue000",
        "\ud800",
        "\ufeff",
    ],
)
def test_unprintable_character_is_named(character: str) -> None:
    """Before the freeze a name that cannot be printed is refused, naming the character."""
    assert pdf.missing_glyphs(f"王{character}明{character}") == (character,)
    document = court.document(f"证人{character}到庭。")
    with pytest.raises(UnprintableCharacter) as refused:
        pdf.render(document)
    assert refused.value.code == "unprintable_character"
    assert f"U+{ord(character):04X}" in str(refused.value)
    str(refused.value).encode()  # may be logged


def test_rare_characters_are_printed(tmp_path: Path) -> None:
    """Rare names, other scripts of the typeface and signs are known to be printable, and are."""
    text = "龘靐齉𠮷㐂䶮・Ünal Nguyễn Пётр ①②§℃"
    assert pdf.missing_glyphs(text) == ()
    rendered = pdf.render(court.document(text))
    assert squeeze(text) in printed_text(rendered.pdf, tmp_path, "-raw")


SAID = st.text(
    st.one_of(
        st.characters(min_codepoint=0x21, max_codepoint=0x7E),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.sampled_from("，。；：？！（）《》“”、"),
    ),
    min_size=1,
    max_size=120,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SAID)
def test_text_survives_printing(tmp_path: Path, text: str) -> None:
    """Whatever is said is read back from the page, character by character."""
    assert squeeze(text) in printed_text(pdf.render(court.document(text)).pdf, tmp_path, "-raw")


def test_missing_fonts_are_said_in_one_line(tmp_path: Path) -> None:
    """A folder without the typeface gives the coded error."""
    with pytest.raises(FontsMissing) as refused:
        fonts.load((tmp_path,))
    assert refused.value.code == "fonts_missing"
    assert "\n" not in str(refused.value)


def test_extra_fonts_are_asked_too(tmp_path: Path) -> None:
    """A damaged font that a site adds is an error of the fonts, not of the transcript."""
    (tmp_path / "broken.otf").write_bytes(b"OTTO\x00\x05")
    with pytest.raises(FontsMissing):
        pdf.missing_glyphs("甲", [tmp_path])
