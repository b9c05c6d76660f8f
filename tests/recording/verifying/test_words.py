"""Each finding in both languages, and in the handbook, whose commands work."""

import json
import re
import subprocess
from pathlib import Path
from typing import get_args

from hearing_server.services.media import GapCause
from recording.verifying.report import CAUSES, WORDS, words
from transcript import verify

from .attack import segments_of


def test_every_code_and_cause_has_words_in_both_languages() -> None:
    """Also every cause that the recorder gives."""
    assert set(get_args(GapCause)) <= set(CAUSES)
    for said in (*WORDS.values(), *CAUSES.values()):
        chinese, english = words(said)
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
        assert any("a" <= char <= "z" for char in english)
        assert english.isascii()


def test_what_is_said_of_a_pdf_has_words_too() -> None:
    """transcript/verify.py gives its own codes: a bundle's lines are made of them."""
    text = Path(verify.__file__).read_text()
    given = re.findall(r'_(?:ok|warning|error|only)\(\s*"([a-z_]+)"', text)
    given += re.findall(r'return "([a-z_]+)", ', text)
    given += re.findall(r'code = "(\w+)" if .* else "(\w+)" if .* else "(\w+)"', text)[0]
    assert {"digest", "wrong_signer", "held_key"} <= set(given)
    assert set(given) <= set(WORDS)


def test_the_handbook_s_commands_work_by_hand(home: Path) -> None:
    """Those of docs/verifying.md, as they stand there, with openssl, sha256sum and Python alone."""
    text = (Path(__file__).parents[3] / "docs" / "verifying.md").read_text()
    by_hand = text.partition("## By hand")[2].partition("\n## ")[0]
    blocks = [part.partition("\n")[2] for part in by_hand.split("```")[1::2]]
    segment = segments_of(home)[0].relative_to(home).as_posix()
    stem = next((home / "roots.d").glob("*.json")).name.removesuffix(".json")
    done = []
    for block in blocks:
        script = block.replace("judge/camera/1795413787000-0.mkv", segment)
        script = script.replace("1795413787000-0.mkv", segment.split("/")[-1])
        script = script.replace("N=000161", f"N={stem}").replace(
            "log.jsonl 161", f"log.jsonl {int(stem)}"
        )
        ran = subprocess.run(["bash", "-e", "-c", script], cwd=home, capture_output=True, text=True)
        assert ran.returncode == 0, (script, ran.stderr)
        done.append(ran.stdout)
    digest = done[0].split()[0]
    assert f'"sha256":"{digest}"' in done[0]
    assert done[1].count("OK") >= 2
    assert ".3" in done[1]
    assert done[2].strip() == json.loads((home / "roots.d" / f"{stem}.json").read_bytes())["root"]


def test_the_handbook_knows_every_finding() -> None:
    """Each code has its row."""
    text = (Path(__file__).parents[3] / "docs" / "verifying.md").read_text()
    assert [code for code in WORDS if f"`{code}`" not in text] == []
