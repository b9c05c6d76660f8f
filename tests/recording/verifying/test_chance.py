"""Attacks by chance: whatever is done to whatever file, verify ends with a finding and never with a crash."""

import random
from pathlib import Path

import pytest

from tests.recording.records import HearingRecord, copied
from transcript.signing.authority import Authority

from .attack import found, verified

UNPROVEN = {"README.txt", "court.pem"}  # of no weight when the root is given


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One change of a kind that chance picks."""
    place = chance.randrange(len(data))
    kind = chance.choice(["flip", "cut", "insert", "remove", "double", "swap"])
    if kind == "flip":
        return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
    if kind == "cut":
        return data[:place]
    if kind == "insert":
        return data[:place] + chance.randbytes(chance.randint(1, 40)) + data[place:]
    if kind == "remove":
        return data[:place] + data[place + chance.randint(1, 40) :]
    if kind == "double":
        return data[:place] + data
    other = chance.randrange(len(data))
    first, last = sorted((place, other))
    return data[last:] + data[first:last] + data[:first]


@pytest.mark.parametrize("seed", range(60))
def test_a_change_of_chance_is_found(
    original: HearingRecord, authority: Authority, tmp_path: Path, seed: int
) -> None:
    """In the log half of the time, otherwise in any file that the court's signature stands for."""
    chance = random.Random(seed)
    home = copied(original, tmp_path / "copy")
    files = sorted(p for p in home.rglob("*") if p.is_file() and p.name not in UNPROVEN)
    victim = home / "log.jsonl" if seed % 2 else chance.choice(files)
    before = victim.read_bytes()
    after = mutate(before, chance)
    victim.write_bytes(after)
    report = verified(home, authority)
    assert found(report) or after == before, victim.name
    assert all(one.line() for one in report.findings)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_but_chance_is_no_record(authority: Authority, tmp_path: Path, seed: int) -> None:
    """Bytes of chance in every place."""
    chance = random.Random(seed)
    (tmp_path / "roots.d").mkdir()
    for name in ("log.jsonl", "court.pem", "copy.json", "copy.sig", "copy.pem"):
        (tmp_path / name).write_bytes(chance.randbytes(chance.randint(0, 3000)))
    for end in ("json", "sig", "pem", "tst"):
        (tmp_path / "roots.d" / f"000001.{end}").write_bytes(chance.randbytes(300))
    assert found(verified(tmp_path, authority))
