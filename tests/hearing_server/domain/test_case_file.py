"""Many cases in one file: read as a spreadsheet writes it, every fault by row and column, safe to open."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.domain import case_file
from hearing_server.domain.case_file import RowFault
from hearing_server.domain.cases import Case, CaseParty, Problem, faults, tidy
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.procedures import Procedure
from hearing_server.domain.spreadsheet import meant, safe

HEADING = "案号,程序,案由,诉讼地位,姓名或名称,电子邮箱,代理或辩护对象"
ROWS = (
    "（2026）测0001民初1号,民事,甲诉丙借款,原告,甲（虚构）,jia@example.com,",
    "（2026）测0001民初1号,,,代理人,乙（虚构）,,甲（虚构）",
    "（2026）测0001刑初2号,刑事,丁盗窃,被告人,丁（虚构）,,",
)
FILE = "\n".join((HEADING, *ROWS, ""))


def where(text: str) -> list[tuple[int, str, str]]:
    return [(f.row, f.column, f.problem) for f in case_file.read(text.encode()).faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_is_read_as_spreadsheets_write_it(encoding: str, separator: str, end: str) -> None:
    """Any of the encodings, separators and ends of line gives the same cases."""
    text = FILE.replace(",", separator).replace("\n", end)
    read = case_file.read(text.encode(encoding))
    assert read.faults == ()
    assert [(c.number, c.procedure, len(c.parties)) for c in read.cases] == [
        ("（2026）测0001民初1号", Procedure.CIVIL, 2),
        ("（2026）测0001刑初2号", Procedure.CRIMINAL, 1),
    ]
    counsel = read.cases[0].parties[1]
    assert (counsel.role, counsel.counsel_for) == (Role.COUNSEL, (read.cases[0].parties[0].id,))
    assert read.cases[0].parties[0].side is Side.CLAIM


def test_a_quoted_cell_may_hold_a_line_break_a_separator_and_a_quote() -> None:
    """A row's number counts records, as the spreadsheet's own numbers do."""
    text = f'{HEADING},备注\n{ROWS[0]},"一,二\n""三"""\nx,民事,t,原告,某,,,\n'
    assert where(text) == [(3, "案号", Problem.BAD_NUMBER)]
    good = case_file.read(f'{HEADING},备注\n{ROWS[0]},"一,二\n""三"""\n'.encode())
    assert good.cases[0].parties[0].notes == '一,二\n"三"'


def test_every_fault_names_row_column_and_what_stood_there() -> None:
    text = "\n".join(
        (HEADING, ROWS[0], "（2026）测0001民初1号,刑事,,国王,,nobody,", ",民事,t,原告,某,,无此人")
    )
    read = case_file.read(text.encode())
    assert read.cases == ()
    assert list(read.faults) == [
        RowFault(row=3, column="程序", problem=Problem.DIFFERS, value="刑事"),
        RowFault(row=3, column="诉讼地位", problem=Problem.UNKNOWN_VALUE, value="国王"),
        RowFault(row=3, column="姓名或名称", problem=Problem.REQUIRED, value=""),
        RowFault(row=3, column="电子邮箱", problem=Problem.BAD_EMAIL, value="nobody"),
        RowFault(row=4, column="代理或辩护对象", problem=Problem.UNKNOWN_PERSON, value="无此人"),
        RowFault(row=4, column="案号", problem=Problem.REQUIRED, value=""),
    ]


def test_a_heading_that_is_unknown_missing_or_twice_is_said() -> None:
    """A misspelt column would otherwise lose what stands in it."""
    assert where("案号,程序,案由,诉讼地位,姓名,姓名或名称\n") == [
        (1, "姓名", Problem.UNKNOWN_VALUE),
    ]
    assert (1, "案号", Problem.DUPLICATE) in where(f"{HEADING},案号\n")
    assert where("Case number,Procedure,Title,Role\n") == [(1, "name", Problem.REQUIRED)]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.REQUIRED),
        (HEADING.encode(), Problem.REQUIRED),
        (b"\xff\xfe\x00", Problem.HIDDEN_CHARACTER),
        (b"\x81\x20\xff", Problem.HIDDEN_CHARACTER),
        (b"a,b\0c", Problem.HIDDEN_CHARACTER),
        (b'a,"b\n', Problem.HIDDEN_CHARACTER),
        (b"x" * 1_000_001, Problem.TOO_MANY),
        (f"{HEADING}\n".encode() + f"{ROWS[0]}\n".encode() * 5001, Problem.TOO_MANY),
    ],
)
def test_what_is_no_file_of_cases_is_one_fault(data: bytes, problem: Problem) -> None:
    read = case_file.read(data)
    assert read.cases == ()
    assert [f.problem for f in read.faults] == [problem]


def test_a_cell_beyond_the_limit_is_named() -> None:
    row = f"（2026）测0001民初1号,民事,{'长' * 4001},原告,甲,,"
    assert (2, "案由", Problem.TOO_LONG) in where(f"{HEADING}\n{row}\n")


def test_two_of_one_name_cannot_be_meant_by_it() -> None:
    rows = [r for r in ROWS[:1] for _ in range(2)] + [ROWS[1]]
    assert where("\n".join((HEADING, *rows))) == [(4, "代理或辩护对象", Problem.DUPLICATE)]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_template_is_taken_as_it_is(language: str) -> None:
    read = case_file.read(case_file.template(language).encode("utf-8-sig"))
    assert read.faults == ()
    assert len(read.cases[0].parties) == 3


cell = st.text(st.characters(codec="utf-8"), max_size=40)
names = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="、;；'"),
    min_size=1, max_size=20,
)  # fmt: skip
parties = st.builds(
    CaseParty,
    id=st.uuids().map(str),
    role=st.sampled_from([Role.PLAINTIFF, Role.DEFENDANT, Role.WITNESS, Role.PROSECUTOR]),
    name=names,
    side=st.sampled_from(Side),
    language=st.sampled_from(["zh-CN", "en"]),
    sign_language=st.booleans(),
    notes=cell,
    telephone=st.sampled_from(["", "+86 13800000000", "13900000000"]),
)
cases = st.builds(
    Case,
    id=st.just(""),
    number=st.integers(1, 99999).map(lambda n: f"（2026）测0001民初{n}号"),
    procedure=st.sampled_from(Procedure),
    title=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    parties=st.lists(parties, max_size=4, unique_by=lambda p: p.name).map(tuple),
)


@settings(max_examples=150)
@given(st.lists(cases, max_size=4, unique_by=lambda c: c.number), st.sampled_from(["zh-CN", "en"]))
def test_what_is_written_is_read_again(made: list[Case], language: str) -> None:
    """Every case that is right, whatever its texts look like to a spreadsheet."""
    made = [tidy(case) for case in made]
    made = [case for case in made if not faults(case) and case.title.strip("'") == case.title]
    made = [
        c
        for c in made
        if all("\r" not in p.notes and p.notes == p.notes.strip("' \u3000") for p in c.parties)
    ]
    text = "".join(case_file.write(made, language))
    read = case_file.read(text.encode("utf-8-sig"))
    if not made:
        return
    assert read.faults == ()
    assert [_plain(case) for case in read.cases] == [_plain(case) for case in made]


def _plain(case: Case) -> Case:
    """Without ids, which are the file's own; `、` parts what links."""
    people = tuple(replace(p, id="", counsel_for=(), interpreter_for=()) for p in case.parties)
    return replace(case, id="", parties=people)


@settings(max_examples=200)
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_nothing_breaks_it(data: str | bytes) -> None:
    """Whatever is sent, the answer is cases or faults."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    for prefix in (b"", HEADING.encode() + b"\n"):
        read = case_file.read(prefix + raw)
        assert bool(read.cases) != bool(read.faults)


@given(st.text(max_size=30))
def test_no_cell_is_a_formula(text: str) -> None:
    """A spreadsheet reckons with what begins with one of these; and it is read as it was meant."""
    for cell in (text, *(sign + text for sign in "=+-@\t\r\n＝＋－＠'")):
        assert not safe(cell).startswith(tuple("=+-@\t\r\n＝＋－＠"))
        assert meant(safe(cell)) == cell


def test_a_formula_in_a_case_is_written_as_text() -> None:
    party = CaseParty(id="1", role=Role.PLAINTIFF, name='=HYPERLINK("http://evil.example")')
    case = Case(id="", number="（2026）测0001民初1号", procedure=Procedure.CIVIL, title="@SUM(A1)",
                parties=(party,))  # fmt: skip
    rows = list(csv.reader(io.StringIO("".join(case_file.write([case], "en")))))
    assert rows[1][2] == "'@SUM(A1)"
    assert rows[1][4].startswith("'=HYPERLINK")
