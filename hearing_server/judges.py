"""Who judges what is verified: recording/ knows the record, transcript/ signatures and documents."""

from collections.abc import Iterator, Sequence

from cryptography import x509

from recording.verifying.judges import NOTHING_SAID, Judges, Said
from recording.verifying.report import Finding
from transcript.signing.container import judge_container, judge_crl
from transcript.signing.roots import judge_root
from transcript.verify import Logged, sealed_record, verify_pdf


def judge_document(
    pdf: bytes, roots: Sequence[x509.Certificate], said: Said = NOTHING_SAID
) -> Iterator[Finding]:
    for one in verify_pdf(pdf, roots, logged=Logged(**said._asdict())).findings:
        yield Finding(level=one.level, code=one.code, text=one.text)


def judge_assertion(kept: bytes, digest: str) -> str:
    from hearing_server.adapters.passkeys import judge_kept  # many a record has none

    return judge_kept(kept, digest)


JUDGES = Judges(
    judge_root, judge_container, judge_crl, judge_document, sealed_record, judge_assertion
)
