"""A hospital's file is read as its own system, or Excel, wrote it."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError
from openpyxl import Workbook

from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.visits import FIELDS, VisitRow
from analytics.services.files import HistoryFile
from analytics.services.text_files import encoding_of
from tests.analytics.conftest import import_visits, visit, written


def read(path: Path) -> list[VisitRow]:
    found = [row for _line, row in HistoryFile(path).rows()]
    assert not [row for row in found if isinstance(row, RowError)], found
    return [row for row in found if isinstance(row, VisitRow)]


def table(rows: list[dict[str, str]], separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("encoding", "start", "separator"),
    [
        ("utf-8", b"", ","),
        ("utf-8", b"\xef\xbb\xbf", ","),
        ("gb18030", b"", ","),
        ("gb18030", b"", ";"),
        ("utf-16-le", b"\xff\xfe", "\t"),
        ("utf-16-be", b"\xfe\xff", ","),
        ("utf-16-le", b"", ","),
        ("utf-16-be", b"", "|"),
    ],
)
def test_text_is_read_in_the_encoding_and_with_the_separator_that_it_was_written_with(
    tmp_path: Path, encoding: str, start: bytes, separator: str
) -> None:
    path = tmp_path / "a.csv"
    rows = [visit(department="神经内科", patient_ref="𠮷田·买买提"), visit(department="神经内科")]
    path.write_bytes(start + table(rows, separator).encode(encoding))
    assert [(row.session.department, row.patient_ref) for row in read(path)] == [
        ("神经内科", "𠮷田·买买提"),
        ("神经内科", ""),
    ]


def test_a_character_cut_by_the_end_of_a_piece_is_whole(tmp_path: Path) -> None:
    for size in (65_535, 65_536):
        path = tmp_path / f"{size}.csv"
        path.write_bytes(b"a" * (size - 1) + "科\n".encode())
        assert encoding_of(path) == "utf-8-sig"
        path.write_bytes(b"a" * (size - 1) + "科\n".encode("gb18030"))
        assert encoding_of(path) == "gb18030"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "row 1: UTF-32 text: save it as UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "row 1: an old or a locked Excel file"),
        (b"a,b\n\x81\x20,c\n", "row 2: neither UTF-8 nor GB18030 text"),
        (b"PK\x03\x04 no workbook", "row 1: not a readable XLSX file"),
        (b"", "row 1: the file is empty"),
        (b"\n\n,,,\n", "row 1: the file is empty"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        list(HistoryFile(path).rows())
    assert reason in str(refused.value.errors[0])


@pytest.mark.parametrize(
    ("text", "stands_for"),
    [
        ("2018-11-05 14:05", "14:05:00"),
        ("2018-11-05T14:05:30", "14:05:30"),
        ("2018/11/5 14:05", "14:05:00"),
        ("2018.11.05 14:05:07", "14:05:07"),
        ("20181105 14:05", "14:05:00"),
        ("2018年11月5日 14:05", "14:05:00"),
        ("43409.586805556", "14:05:00"),
        ("0.5868055556", "14:05:00"),
        ("14:05", "14:05:00"),
        ("2018-11-05 02:05 PM", "14:05:00"),
        ("2018-11-05 2:05:30 pm", "14:05:30"),
        ("2018-11-05 2:05pm", "14:05:00"),
        ("2018/11/5 下午2:05", "14:05:00"),
        ("下午 02:05", "14:05:00"),
        ("2:05 下午", "14:05:00"),
        ("下午 14:05", "14:05:00"),
        ("2018-11-05 12:30 PM", "12:30:00"),
        ("2018-11-05 上午 11:59", "11:59:00"),
    ],
)
def test_a_moment_is_understood_as_hospitals_and_spreadsheets_write_it(
    tmp_path: Path, text: str, stands_for: str
) -> None:
    hours = {"closes_at": "2018-11-05 18:00", "started_at": text, "finished_at": ""}
    path = written(tmp_path / "a.csv", [visit(**hours)])
    [row] = read(path)
    assert row.started_at is not None
    assert row.started_at.strftime("%F %T") == f"2018-11-05 {stands_for}"


@pytest.mark.parametrize(
    "text",
    [
        "13:05 AM",
        "99999.5",
        "1.5",
        "24:00",
        "2018-11-05 14.05",
        "下午",
        "2018-11-05 14:05 14:05",
        " " * 99 + "x",
    ],
)
def test_a_moment_that_may_mean_anything_is_no_moment(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "a.csv", [visit(started_at=text, finished_at="")])
    [(line, row)] = HistoryFile(path).rows()
    assert line == 2
    assert isinstance(row, RowError)
    assert "is not a time" in row.reason


def workbook(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    return path


def test_excel_dates_times_and_numbers_are_read_to_the_second(tmp_path: Path) -> None:
    day = datetime(2018, 11, 5)  # noqa: DTZ001 - a cell has no zone
    header = [
        "expert_code",
        "session_date",
        "opens_at",
        "closes_at",
        "registered_at",
        "started_at",
        "finished_at",
    ]
    path = workbook(
        tmp_path / "a.xlsx",
        [*header],
        [
            1001,
            day,
            time(8),
            day + timedelta(hours=12),
            43409.3125,
            day + timedelta(hours=9, seconds=40.9999),
            43409.38,
        ],
        [],
        [None, None],
        ["1001", 43409, timedelta(hours=8), "12:00", "上午7:31", 0.375, ""],
    )
    first, second = read(path)
    assert (first.session.expert_code, second.session.expert_code) == ("1001", "1001")
    assert first.session == second.session
    assert [str(moment)[11:19] for moment in (first.registered_at, first.started_at, first.finished_at)] == [
        "07:30:00",
        "09:00:41",
        "09:07:12",
    ]
    assert [str(moment)[11:19] for moment in (second.registered_at, second.started_at)] == [
        "07:31:00",
        "09:00:00",
    ]


def test_a_row_of_a_workbook_is_named_by_its_number_in_the_sheet(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["expert_code", "session_date", "opens_at", "closes_at", "started_at"],
        [],
        ["zhou", "2018-11-05", "08:00", "12:00", "09:00", "one too many"],
    )
    [(line, row)] = HistoryFile(path).rows()
    assert str(row) == "row 3: 6 fields where the header has 5"
    assert line == 3


def test_progress_tells_rows_and_share_of_the_file_and_reading_keeps_no_rows(tmp_path: Path) -> None:
    import tracemalloc

    def peak(count: int) -> int:
        path = written(tmp_path / f"{count}.csv", (visit(patient_ref=str(number)) for number in range(count)))
        file = HistoryFile(path)
        shares: list[float] = []
        list(HistoryFile(path).sample(1))
        tracemalloc.start()
        for line, _row in file.rows():
            if line % 500 == 0:
                shares.append(file.reached)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert shares == sorted(shares)
        assert 0.5 < shares[-1] <= 1
        return found

    few, many = peak(1_200), peak(3_000)
    assert many < few * 1.5, "three times the rows take more memory"


@pytest.mark.django_db
def test_every_error_stands_in_the_file_that_is_asked_for(tmp_path: Path) -> None:
    rows = [visit(started_at="x"), visit(patient_ref="ok"), visit(closes_at="=cmd()")]
    errors = tmp_path / "errors.csv"
    with pytest.raises(CommandError):
        import_visits(written(tmp_path / "a.csv", rows), "--errors", str(errors))
    assert list(csv.reader(errors.open(encoding="utf-8-sig"))) == [
        ["row", "what is wrong"],
        ["2", "started_at: 'x' is not a time"],
        ["4", "closes_at: '=cmd()' is not a time"],
    ]


@pytest.mark.django_db
def test_of_very_many_errors_the_first_are_named_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.services.incoming.FAULTS_KEPT", 2)
    monkeypatch.setattr("analytics.services.visits.FAULTS_KEPT", 2)
    rows = [*(visit(started_at="x") for _ in range(5)), *(visit(patient_ref="a") for _ in range(4))]
    errors = tmp_path / "errors.csv"
    with pytest.raises(CommandError, match="8 rows have errors"):
        import_visits(written(tmp_path / "a.csv", rows), "--errors", str(errors))
    assert "6 more rows have errors" in errors.read_text("utf-8-sig")


@pytest.mark.django_db
def test_a_dry_run_reports_what_the_file_holds(tmp_path: Path) -> None:
    rows = [visit(patient_ref="a"), visit(patient_ref="b", session_date="2018-11-12", channel="appointment")]
    out = import_visits(written(tmp_path / "a.csv", rows), "--dry-run")
    assert "2 sessions from 2018-11-05 to 2018-11-12" in out
    assert "booked 1, walk-ins 1, unknown channel 0" in out
    assert "with registration 2, check-in 0, start 2, length 2, patient 2" in out


def lines_without_end() -> Iterator[str]:
    yield "expert_code,session_date,opens_at,closes_at,started_at\n"
    yield "," * 3_000_000


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("".join(lines_without_end()))
    [(_line, row)] = HistoryFile(path).rows()
    assert "a line longer than a million characters" in str(row)


def test_of_merged_cells_only_the_first_has_a_value_and_the_other_rows_say_so(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "a.xlsx"
    page = book.active
    assert page is not None
    page.append(["expert_code", "session_date", "opens_at", "closes_at", "started_at"])
    for minute in ("09:00", "09:10"):
        page.append(["zhou", "2018-11-05", "08:00", "12:00", minute])
    page.merge_cells("A2:A3")
    book.save(path)
    first, second = (row for _line, row in HistoryFile(path).rows())
    assert isinstance(first, VisitRow)
    assert str(second) == "row 3: expert_code is missing"


def packed(path: Path, parts: dict[str, str]) -> Path:
    """The workbook at ``path`` with other parts inside."""
    with zipfile.ZipFile(path) as good:
        texts = {name: good.read(name) for name in good.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bad:
        for name, text in texts.items():
            bad.writestr(name, parts.get(name, text))
    return path


def sheet(rows: str, before: str = "") -> dict[str, str]:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'{before}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return {"xl/worksheets/sheet1.xml": text}


def laughs(levels: int) -> dict[str, str]:
    """Entities of entities: a few hundred letters that stand for a billion."""
    entities = [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, levels)]
    return sheet(
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>&e{levels - 1};</t></is></c></row>',
        f'<!DOCTYPE x [<!ENTITY e0 "ha">{"".join(entities)}]>',
    )


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"xl/theme/theme1.xml": " " * 2_000_000}, "unpacks to more than can be read"),
        (laughs(10), "not a readable XLSX file"),
        (
            sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="9999999999"><c><v>2</v></c></row>'),
            "not a readable",
        ),
        (sheet(f'<row r="1">{"<c><v>1</v></c>" * 501}</row>'), "more than 500 columns"),
    ],
)
def test_a_workbook_made_to_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: dict[str, str], reason: str
) -> None:
    monkeypatch.setattr("analytics.services.workbooks.ROWS_MAX", 50_000)
    monkeypatch.setattr("analytics.services.workbooks.IN_MEMORY_MAX", 1_000_000)
    path = packed(workbook(tmp_path / "a.xlsx", ["text"]), parts)
    assert reason in str(first_fault(path))


def first_fault(path: Path) -> RowError:
    try:
        return next(row for row in HistoryFile(path).cells() if isinstance(row, RowError))
    except ImportRefused as refused:
        return refused.errors[0]
