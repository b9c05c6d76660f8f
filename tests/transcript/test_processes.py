"""Signing in processes of their own: real ones, with real keys; killed, stopped, refused."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transcript import court
from transcript.document import digest
from transcript.errors import SigningError
from transcript.signing import processes as module
from transcript.signing import work
from transcript.signing.authority import Authority
from transcript.signing.calls import Keys
from transcript.signing.inspection import inspect
from transcript.signing.processes import SigningProcesses


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = Keys(folder=tmp_path / "keys", passphrase=b"a passphrase", court_name=court.COURT)
    made.open()
    return made


@pytest.fixture
def signing(keys: Keys) -> Iterator[SigningProcesses]:
    processes = SigningProcesses(keys, count=1)
    yield processes
    processes.close()


def signatory(party: str, key: court.BrowserKey) -> work.Signatory:
    return work.Signatory(
        party=party,
        name="虚构",
        label="辩护人",
        hearing="h1",
        public_key=key.spki,
        minutes=60,
        name_image=None,
        statement="以上笔录已阅，记录无误。",
    )


def code(attempt: object) -> str:
    with pytest.raises(SigningError) as refused:
        attempt()  # type: ignore[operator]
    return refused.value.code


def worker_of(signing: SigningProcesses) -> int:
    process = signing._all[0]._process
    assert process is not None
    return process.pid


def test_a_transcript_is_printed_signed_and_archived_elsewhere(
    signing: SigningProcesses, keys: Keys
) -> None:
    """The same authority, as seen from here: its certificates lead to the same root, and are on its list."""
    document = court.document()
    pdf, pages = signing.call(work.print_and_seal, document, digest(document))
    assert pages > 0
    party = document.signers[0].party
    key = court.BrowserKey()
    begun = signing.call(work.prepare, pdf, signatory(party, key))
    signed = signing.call(work.finish, begun, key.sign(begun.to_be_signed), pdf)
    archived = signing.call(work.archive, signed)
    authority = keys.open()
    assert [one.party for one in authority.issued()] == [party]
    report = inspect(archived, (authority.root.certificate,), authority.now())
    assert [one.sound for one in report.signatures] == [True, True, True]  # seal, party, timestamp


def test_what_is_refused_there_is_refused_here(signing: SigningProcesses) -> None:
    document = court.document()
    assert code(lambda: signing.call(work.print_and_seal, document, "0" * 64)) == "another_digest"
    bad = work.Signatory(
        party="p", name="n", label="l", hearing="h", public_key=b"no key", minutes=5,
        name_image=None, statement="s",
    )  # fmt: skip
    assert code(lambda: signing.call(work.prepare, b"", bad)) == "bad_public_key"
    with pytest.raises(RuntimeError, match="Traceback"):
        signing.call(work.archive, 5)


@pytest.mark.fault
def test_a_killed_process_costs_one_call(signing: SigningProcesses) -> None:
    """kill -9 between calls and amid one: whoever asked is told to ask again, and the next call is done."""
    document = court.document()
    signing.start()
    os.kill(worker_of(signing), signal.SIGKILL)
    assert code(lambda: signing.call(work.digest, document)) == "signing_unavailable"
    assert signing.call(work.digest, document)[0] == digest(document)
    victim = worker_of(signing)
    os.kill(victim, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
    assert code(lambda: signing.call(work.digest, document)) == "signing_unavailable"
    assert signing.call(work.digest, document)[0] == digest(document)


@pytest.mark.fault
def test_a_process_that_hangs_is_replaced(
    signing: SigningProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = court.document()
    signing.call(work.digest, document)
    victim = worker_of(signing)
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.2)
    monkeypatch.setattr(module, "END_WITHIN", 0.2)
    os.kill(victim, signal.SIGSTOP)
    assert code(lambda: signing.call(work.digest, document)) == "signing_unavailable"
    monkeypatch.setattr(module, "ANSWER_WITHIN", 60)
    assert signing.call(work.digest, document)[0] == digest(document)
    assert worker_of(signing) != victim


def test_a_process_that_takes_nothing_in_is_replaced(
    signing: SigningProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paper is more than its link holds: it is given up all the same, and not by the one that hangs."""
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.2)
    monkeypatch.setattr(module, "END_WITHIN", 0.2)
    signing.start()
    victim, over = worker_of(signing), threading.Event()
    os.kill(victim, signal.SIGSTOP)
    rescue = threading.Timer(60, lambda: (over.set(), os.kill(victim, signal.SIGKILL)))
    rescue.start()
    assert code(lambda: signing.call(work.archive, bytes(8 << 20))) == "signing_unavailable"
    rescue.cancel()
    assert not over.is_set()
    monkeypatch.setattr(module, "ANSWER_WITHIN", 60)
    document = court.document()
    assert signing.call(work.digest, document)[0] == digest(document)


def test_a_wrong_passphrase_is_not_a_hang(keys: Keys) -> None:
    wrong = SigningProcesses(
        Keys(folder=keys.folder, passphrase=b"another", court_name=court.COURT), count=1
    )
    assert code(lambda: wrong.call(work.digest, court.document())) == "signing_unavailable"
    wrong.close()


def test_it_ends_with_the_server(signing: SigningProcesses) -> None:
    """Its link closes, whatever way the server went."""
    signing.start()
    process = signing._all[0]._process
    assert process is not None
    signing._all[0]._link.close()  # type: ignore[union-attr]
    assert process.wait(20) == 0


def test_two_processes_and_the_server_write_one_list_of_certificates(keys: Keys) -> None:
    """Nobody's line is torn by another's."""
    both, authority = SigningProcesses(keys, count=2), keys.open()
    document = court.document()
    pdf, _ = both.call(work.print_and_seal, document, "")
    party = document.signers[0].party

    def many() -> None:
        for _ in range(5):
            both.call(work.prepare, pdf, signatory(party, court.BrowserKey()))

    threads = [threading.Thread(target=many) for _ in range(2)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    while any(thread.is_alive() for thread in threads) and time.monotonic() - began < 60:
        issued = authority.issued()
        if issued:
            authority.revoke(issued[-1].serial)
    for thread in threads:
        thread.join(60)
    both.close()
    assert len(authority.issued()) == 10
    assert Authority.open(keys.folder, b"a passphrase", court.COURT).crl() is not None
