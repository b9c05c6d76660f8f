# Parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""What was added to a PDF after a signature, judged for many signers without comparing everything with everything.

pyHanko compares what each signature covers with every later revision: for 35 signers 666 comparisons, 18 s.
Every revision is compared with what the first signature covers, by pyHanko's policy as it is: that is the
court's seal, which allows least. For a later signature the same comparisons serve, if nothing that it covers
beyond the seal is touched again: no object that was written since the seal is written twice (but for the
catalog and the two kinds of metadata, which the policy itself looks through), and none that is written later
is drawn or reached from anywhere new. Where that does not hold, each revision is compared with the one before
it, once for all signatures: no weaker, since what two revisions may not do together one of them may not do.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffPolicy,
    DiffResult,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

Found = DiffResult | SuspiciousModification
Edge = tuple[tuple[str | int, ...], int]  # by which path within an object, to which object


class EachRevisionOnce(DiffPolicy):
    """For one file, whose first signature covers the revision `sealed` and allows `permits`."""

    def __init__(self, reader: PdfFileReader, sealed: int, permits: MDPPerm | None) -> None:
        self._sealed = sealed
        self._permits = permits
        self._found: dict[tuple[int, int, MDPPerm | None], Found] = {}
        self._untouched = _untouched(reader, sealed)

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        return DEFAULT_DIFF_POLICY.apply(old, new, field_mdp_spec, doc_mdp)

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> Found:
        if field_mdp_spec is not None:  # it locks fields: ours never does
            return DEFAULT_DIFF_POLICY.review_file(reader, base_revision, field_mdp_spec, doc_mdp)
        base: Any = base_revision
        number: int = base if isinstance(base, int) else base.revision
        as_sealed = number == self._sealed or (
            number > self._sealed and self._untouched and doc_mdp in (None, self._permits)
        )
        level, fields = ModificationLevel.NONE, set[str]()
        for revision in range(number + 1, reader.xrefs.total_revisions):
            if as_sealed:
                step = self._step(reader, self._sealed, revision, self._permits)
            else:
                step = self._step(reader, revision - 1, revision, doc_mdp)
            if isinstance(step, SuspiciousModification):
                return step
            level = max(level, step.modification_level)
            fields |= step.changed_form_fields
        return DiffResult(level, fields)

    def _step(
        self, reader: PdfFileReader, before: int, after: int, doc_mdp: MDPPerm | None
    ) -> Found:
        key = before, after, doc_mdp
        if key not in self._found:
            old, new = (reader.get_historical_resolver(number) for number in (before, after))
            try:
                self._found[key] = self.apply(old, new, None, doc_mdp)
            except SuspiciousModification as found:
                self._found[key] = found
        return self._found[key]


def _untouched(reader: PdfFileReader, sealed: int) -> bool:
    """Whether nothing that was written since the seal is written twice, or reached from anywhere new."""
    old = reader.get_historical_resolver(sealed)
    free = _document_wide(reader, old)
    touched: dict[int, int] = {}  # objects that existed already, and the revision that wrote them
    written: list[tuple[int, Any]] = []
    for revision in range(sealed + 1, reader.xrefs.total_revisions):
        new = reader.get_historical_resolver(revision)
        if new.root_ref != old.root_ref:
            return False
        for ref in new.explicit_refs_in_revision():
            written.append((revision, ref))
            if reader.xrefs.get_introducing_revision(ref) == revision or ref.idnum in free:
                continue
            if ref.idnum in touched or reader.xrefs.get_introducing_revision(ref) > sealed:
                return False
            touched[ref.idnum] = revision
    for revision, ref in written:
        before: set[Edge] = set()
        if reader.xrefs.get_introducing_revision(ref) <= sealed:
            before = set(_edges(old(ref)))
        now = set(_edges(reader.get_historical_resolver(revision)(ref)))
        if any(touched.get(number, 0) > revision for _, number in now - before):
            return False
    return True


def _document_wide(reader: PdfFileReader, old: HistoricalResolver) -> set[int]:
    """The catalog, the document's information and its metadata."""
    found = {reader.root_ref.idnum}
    for holder, key in ((old.trailer_view, "/Info"), (old.root, "/Metadata")):
        value = holder.raw_get(key) if key in holder else None
        if isinstance(value, generic.IndirectObject):
            found.add(value.idnum)
    return found


def _edges(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Edge]:
    """What an object refers to directly."""
    if isinstance(value, generic.IndirectObject):
        yield path, value.idnum
    elif isinstance(value, generic.DictionaryObject):
        for key in value:
            yield from _edges(value.raw_get(key), (*path, str(key)))
    elif isinstance(value, generic.ArrayObject):
        for index in range(len(value)):
            yield from _edges(value.raw_get(index), (*path, index))
