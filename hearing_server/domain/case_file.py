"""Many cases as one CSV file, one row a person: read with every fault named, and written so that no
spreadsheet takes a cell for a formula. Pure.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hearing_server.domain import cases as model
from hearing_server.domain.case_words import (
    COLUMNS,
    HEADINGS,
    MEANING,
    NEEDED,
    OF_CASE,
    SIDE_OF,
    WORDS,
)
from hearing_server.domain.cases import Case, CaseParty, Fault, Problem
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.procedures import Procedure
from hearing_server.domain.spreadsheet import meant, safe

MAX_BYTES = 1_000_000
MAX_ROWS = 5_000
MAX_FIELD = 4_000
MAX_FAULTS = 500  # named at once; a file with more is of another kind


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """`row` counts the file's records from 1, its heading included; `column` is as the file names it."""

    row: int
    column: str
    problem: Problem
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a file holds. With any fault nothing of it may be taken; ids are numbers of rows."""

    cases: tuple[Case, ...] = ()
    numbers: tuple[
        tuple[int, str], ...
    ] = ()  # of every case and the row it begins in, faulty or not
    rows: int = 0
    faults: tuple[RowFault, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, kw_only=True)
class _Row:
    number: int  # of the record in the file
    cells: dict[str, str]


def read(data: bytes) -> Read:
    """The cases of a CSV file in UTF-8 or GB18030, separated by commas, semicolons or tabs."""
    if len(data) > MAX_BYTES:
        return _refused(Problem.TOO_MANY, f"{len(data)} > {MAX_BYTES}")
    text, encoding = decode(data)
    if text is None or "\0" in text:
        return _refused(Problem.HIDDEN_CHARACTER, "UTF-8, GB18030")
    records, problem = _records(text)
    if problem is not None:
        return problem
    if not records:
        return _refused(Problem.REQUIRED)
    columns, heading_faults = _columns(records[0])
    if heading_faults:
        return Read(faults=tuple(heading_faults), encoding=encoding)
    body = [
        (n, record) for n, record in enumerate(records[1:], start=2) if any(map(str.strip, record))
    ]
    rows, found = _rows(columns, records[0], body)
    groups = _groups(rows)
    cases, more = _cases(groups)
    named = [replace(f, column=_heading(records[0], columns, f.column)) for f in more]
    found = sorted([*found, *named], key=lambda fault: fault.row)[:MAX_FAULTS]
    if not rows and not found:
        return _refused(Problem.REQUIRED)
    return Read(
        cases=() if found else cases,
        numbers=tuple((group[0].number, number) for number, group in groups.items() if number),
        rows=len(body),
        faults=tuple(found),
        encoding=encoding,
    )


def decode(data: bytes) -> tuple[str | None, str]:
    """UTF-8 with or without its mark, else UTF-16 with its mark, else GB18030 as Excel writes it."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding
        except UnicodeDecodeError:
            continue
    return None, ""


def _refused(problem: Problem, value: str = "", row: int = 1) -> Read:
    return Read(faults=(RowFault(row=row, column="", problem=problem, value=value),))


def _records(text: str) -> tuple[list[list[str]], Read | None]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            if len(records) > MAX_ROWS:
                return [], _refused(Problem.TOO_MANY, f"> {MAX_ROWS}", len(records))
            records.append(record)
    except csv.Error as error:
        return [], _refused(Problem.HIDDEN_CHARACTER, str(error)[:60], len(records) + 1)
    return records, None


def _separator(text: str) -> str:
    """The one that parts the most of the heading, outside quotes."""
    heading = "".join(text[:MAX_FIELD].split('"')[::2]).lstrip().split("\n", 1)[0]
    return max(",;\t，", key=heading.count)


def _columns(heading: Sequence[str]) -> tuple[dict[str, int], list[RowFault]]:
    """Where each column is. Every heading must be known, so that a misspelt one loses nothing."""
    found: dict[str, int] = {}
    bad: list[RowFault] = []
    for index, cell in enumerate(heading):
        name = cell.strip().lower().replace("_", " ")
        if not name:
            continue
        column = HEADINGS.get(name)
        if column is None or column in found:
            problem = Problem.UNKNOWN_VALUE if column is None else Problem.DUPLICATE
            value = model.shown(cell)
            bad.append(RowFault(row=1, column=value, problem=problem, value=value))
        else:
            found[column] = index
    chinese = not any(cell.isascii() and cell.strip() for cell in heading)
    bad += [
        RowFault(row=1, column=COLUMNS[column][0 if chinese else 1], problem=Problem.REQUIRED)
        for column in NEEDED
        if column not in found
    ]
    return found, bad


def _heading(heading: Sequence[str], columns: dict[str, int], column: str) -> str:
    return (
        heading[columns[column]].strip() if column in columns else COLUMNS.get(column, (column,))[0]
    )


def _rows(
    columns: dict[str, int], heading: Sequence[str], body: Iterable[tuple[int, list[str]]]
) -> tuple[list[_Row], list[RowFault]]:
    rows: list[_Row] = []
    found: list[RowFault] = []
    for number, record in body:
        cells = {c: _cell(record[i]) for c, i in columns.items() if i < len(record)}
        extra = [cell for cell in record[len(heading) :] if cell.strip()]
        if extra:
            value = model.shown(extra[0])
            found.append(RowFault(row=number, column="", problem=Problem.TOO_MANY, value=value))
        for column, cell in cells.items():
            if len(cell) > MAX_FIELD:
                name, value = heading[columns[column]].strip(), model.shown(cell)
                found.append(
                    RowFault(row=number, column=name, problem=Problem.TOO_LONG, value=value)
                )
        rows.append(_Row(number=number, cells=cells))
    return rows, found


def _cell(text: str) -> str:
    """As it was before it was made safe for a spreadsheet."""
    text = text.strip(" \u3000\n")
    return meant(text) if text[:1] == "'" else text.strip()


def _groups(rows: Sequence[_Row]) -> dict[str, list[_Row]]:
    """The rows of each case, by its number."""
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(model.tidy_number(row.cells.get("number", "")), []).append(row)
    return groups


def _cases(groups: Mapping[str, Sequence[_Row]]) -> tuple[tuple[Case, ...], list[RowFault]]:
    made: list[Case] = []
    found: list[RowFault] = []
    for number, group in groups.items():
        case, faults = _case(number, group)
        found += faults
        if case is not None:
            made.append(case)
    return tuple(made), found


def _case(number: str, group: Sequence[_Row]) -> tuple[Case | None, list[RowFault]]:
    """One case of its rows: the first says procedure and title, later ones repeat them or say nothing."""
    first, found = group[0], list[RowFault]()
    for row in group[1:]:
        for column in ("procedure", "title"):
            said = row.cells.get(column, "")
            if said and said != first.cells.get(column, ""):
                found.append(_fault(row, column, Problem.DIFFERS, said))
    procedure = _word(first, "procedure", found, required=True)
    parties = [_party(row, group, found) for row in group]
    case = model.tidy(
        Case(
            id=str(first.number),
            number=number,
            procedure=Procedure(procedure or Procedure.CIVIL),
            title=first.cells.get("title", ""),
            parties=tuple(party for party in parties if party is not None),
        )
    )
    row_of = [row for row, party in zip(group, parties, strict=True) if party is not None]
    found += [_placed(fault, first, row_of) for fault in model.faults(case)]
    return (None if found else case), found


def _party(row: _Row, group: Sequence[_Row], found: list[RowFault]) -> CaseParty | None:
    """Nobody in a row that only names its case; somebody of no telling role while a fault says so."""
    cells = row.cells
    if not any(cell for column, cell in cells.items() if column not in OF_CASE):
        return None
    role = _word(row, "role", found, required=True)
    side = _word(row, "side", found)
    language = _word(row, "language", found) or "zh-CN"
    counsel_for = _named(row, "counsel_for", group, found)
    interpreter_for = _named(row, "interpreter_for", group, found)
    if role is None:
        counsel_for = interpreter_for = ()
    return CaseParty(
        id=str(row.number),
        role=Role(role or Role.WITNESS),
        name=cells.get("name", ""),
        side=Side(side) if side else SIDE_OF.get(Role(role or Role.WITNESS), Side.NEUTRAL),
        email=cells.get("email", ""),
        telephone=cells.get("telephone", ""),
        language=language,
        sign_language=_word(row, "sign_language", found) == "True",
        counsel_for=counsel_for,
        interpreter_for=interpreter_for,
        notes=cells.get("notes", ""),
        detained_at=cells.get("detained_at", ""),
    )


def _named(row: _Row, column: str, group: Sequence[_Row], found: list[RowFault]) -> tuple[str, ...]:
    """The rows of the people named in a cell, parted by 、 or a semicolon."""
    text = row.cells.get(column, "")
    named: list[str] = []
    for name in filter(
        None, (part.strip() for part in text.replace("；", "、").replace(";", "、").split("、"))
    ):
        same = [r for r in group if r is not row and r.cells.get("name", "").strip() == name]
        if len(same) != 1:
            problem = Problem.DUPLICATE if same else Problem.UNKNOWN_PERSON
            found.append(_fault(row, column, problem, name))
        else:
            named.append(str(same[0].number))
    return tuple(named)


def _word(row: _Row, column: str, found: list[RowFault], *, required: bool = False) -> str | None:
    """What a cell that holds one of a few words means; None if it is empty or not one of them."""
    said = row.cells.get(column, "").strip().lower()
    if not said:
        if required:
            found.append(_fault(row, column, Problem.REQUIRED, ""))
        return None
    meaning = MEANING[column].get(said)
    if meaning is None:
        found.append(_fault(row, column, Problem.UNKNOWN_VALUE, said))
    return meaning


def _placed(fault: Fault, first: _Row, row_of: Sequence[_Row]) -> RowFault:
    """A fault of the case at the row and column it comes from."""
    parts = fault.field.split(".")
    row, column = (row_of[int(parts[1])], parts[2]) if len(parts) == 3 else (first, fault.field)
    return _fault(row, column, fault.problem, fault.value)


def _fault(row: _Row, column: str, problem: Problem, value: str) -> RowFault:
    return RowFault(row=row.number, column=column, problem=problem, value=model.shown(value))


def write(cases: Iterable[Case], language: str) -> Iterator[str]:
    """The lines of a CSV file that `read` takes again; `language` is zh-CN or en."""
    which = 0 if language == "zh-CN" else 1
    yield _line([pair[which] for pair in COLUMNS.values()])
    for case in cases:
        names = {party.id: party.name for party in case.parties}
        for party in case.parties:
            yield _line([_said(column, case, party, names, which) for column in COLUMNS])
        if not case.parties:
            nobody = [
                WORDS["procedure"][case.procedure][which] if c == "procedure" else ""
                for c in COLUMNS
            ]
            yield _line([case.number, nobody[1], case.title, *nobody[3:]])


def _said(column: str, case: Case, party: CaseParty, names: dict[str, str], which: int) -> str:
    if column in ("number", "title"):
        return str(getattr(case, column))
    if column in ("counsel_for", "interpreter_for"):
        return "、".join(names.get(each, "") for each in getattr(party, column))
    value = str(case.procedure if column == "procedure" else getattr(party, column))
    return WORDS[column][value][which] if column in WORDS else value


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()


def template(language: str) -> str:
    """A file to fill in, with one invented case of two people."""
    people = (
        CaseParty(id="1", role=Role.PLAINTIFF, name="甲某（虚构）", side=Side.CLAIM,
                  email="jia@example.com", telephone="13800000000"),
        CaseParty(id="2", role=Role.COUNSEL, name="乙律师（虚构）", side=Side.CLAIM,
                  email="yi@example.com", counsel_for=("1",)),
        CaseParty(id="3", role=Role.DEFENDANT, name="丙某（虚构）", side=Side.DEFENCE,
                  telephone="13900000000"),
    )  # fmt: skip
    case = Case(
        id="",
        number="（2026）测0001民初1号",
        procedure=Procedure.CIVIL,
        title="甲某诉丙某民间借贷纠纷（示例，请删除）",
        parties=people,
    )
    return "".join(write([case], language))
