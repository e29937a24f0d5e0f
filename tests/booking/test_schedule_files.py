"""Recurring periods in and out as files: what is read, what is refused with its line, all or nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, time
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from booking.domain.errors import FileUnreadable
from booking.domain.schedule_columns import COLUMNS, HEADERS
from booking.domain.schedule_files import PeriodRow, periods_of
from booking.models import ClinicSession, Expert, Room, SessionTemplate
from booking.services.schedule_files import (
    ImportResult,
    as_workbook,
    rows_of,
    templates_import,
    templates_rows,
)
from hospital.common.actor import Actor
from hospital.common.downloads import csv_bytes
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
MANAGER = Actor(kind="manager", name="manager")
GOOD = ["zhao", "1", "08:00", "12:00", "07:00", "r1", "60", "10", "0.60", "55.50", "2", "2026-11-02", ""]


@pytest.fixture(autouse=True)
def _clinic(db: None) -> None:
    factories.expert()
    Room.objects.create(code="r1", name="301")


def rows(*changes: dict[str, str]) -> list[list[str]]:
    return [
        list(COLUMNS),
        *([change.get(name, usual) for name, usual in zip(COLUMNS, GOOD, strict=True)] for change in changes),
    ]


def take_in(now: VirtualClock, table: list[list[str]], *, dry_run: bool = False) -> ImportResult:
    return templates_import(rows=table, actor=MANAGER, now=now(), dry_run=dry_run)


def wrong(result: ImportResult) -> list[tuple[int, str]]:
    return [(error.line, error.column) for error in result.errors]


def test_a_row_becomes_a_period_and_its_sessions(now: VirtualClock) -> None:
    assert take_in(now, rows({})) == ImportResult(1, 0, 0, ())
    made = SessionTemplate.objects.get()
    assert (made.fee_fen, made.every_weeks, made.valid_from, made.opens_at) == (
        5550,
        2,
        date(2026, 11, 2),
        time(8),
    )
    assert ClinicSession.objects.filter(fee_fen=5550).exists()


def test_a_dry_run_says_what_would_happen_and_does_nothing(now: VirtualClock) -> None:
    assert take_in(now, rows({}), dry_run=True) == ImportResult(1, 0, 0, ())
    assert not SessionTemplate.objects.exists()
    assert not ClinicSession.objects.exists()


def test_taking_in_the_same_file_again_changes_nothing(now: VirtualClock) -> None:
    take_in(now, rows({}))
    assert take_in(now, rows({})) == ImportResult(0, 0, 1, ())
    assert take_in(now, rows({"room": "r1", "share": "50%"})) == ImportResult(0, 1, 0, ())


def test_with_one_wrong_row_nothing_is_taken_in(now: VirtualClock) -> None:
    result = take_in(now, rows({}, {"weekday": "3"}, {"weekday": "4", "expert": "nobody"}))
    assert wrong(result) == [(4, "expert")]
    assert not SessionTemplate.objects.exists()


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("weekday", "8"),
        ("weekday", "Montag"),
        ("opens_at", "8 Uhr"),
        ("slot_minutes", "60.5"),
        ("slot_minutes", "4"),
        ("capacity_per_slot", "viele"),
        ("capacity_per_slot", "NaN"),
        ("share", "1.5"),
        ("share", "Infinity"),
        ("fee", "-1"),
        ("fee", "12.345"),
        ("every_weeks", "0"),
        ("valid_from", "31.12.2026"),
        ("valid_from", "2026-02-29"),
        ("valid_until", "never"),
        ("expert", ""),
        ("room", "nowhere"),
        ("closes_at", "08:20"),
    ],
)
def test_whatever_is_wrong_is_named_with_its_line_and_column(
    now: VirtualClock, column: str, text: str
) -> None:
    result = take_in(now, rows({column: text}))
    assert wrong(result) == [(2, column)]
    assert result.errors[0].reason % dict(result.errors[0].params)


def test_chinese_headers_are_those_of_the_page_or_of_the_form_and_errors_repeat_them(
    manager: Client, now: VirtualClock
) -> None:
    form = {"opens_at": "从", "closes_at": "止", "slot_minutes": "每时段分钟", "valid_from": "生效日期"}
    chinese = {column: name for name, column in HEADERS.items()} | form
    table = [[chinese[name] for name in COLUMNS], *rows({"opens_at": "8 Uhr", "room": "nowhere"})[1:]]
    file = SimpleUploadedFile("periods.csv", csv_bytes(table))
    page = manager.post("/manage/schedule/templates/import/", {"do": "check", "file": file}).content.decode()
    assert "<td>从</td>" in page
    assert "<td>诊室</td>" in page
    assert "每几周" in page
    assert take_in(now, [table[0], *rows({})[1:]]).added == 1


def test_every_wrong_cell_of_a_file_is_named_at_once(now: VirtualClock) -> None:
    result = take_in(now, rows({"weekday": "9", "opens_at": "x"}, {}, {"fee": "x"}))
    assert wrong(result) == [(2, "opens_at"), (2, "weekday"), (4, "fee")]


def test_two_periods_that_overlap_or_stand_twice_are_refused(now: VirtualClock) -> None:
    assert wrong(take_in(now, rows({}, {}))) == [(3, "opens_at")]
    overlapping = rows({}, {"opens_at": "11:00", "closes_at": "13:00"})
    assert wrong(take_in(now, overlapping)) == [(3, "opens_at")]


def test_a_missing_column_is_named(now: VirtualClock) -> None:
    table = [row[:5] + row[6:] for row in rows({})]
    assert wrong(take_in(now, table)) == [(1, "room")]


def test_chinese_headers_weekdays_and_an_empty_line_are_understood() -> None:
    text = (
        "专家,星期,开始,结束,现场挂号开始,诊室,时段分钟,时段号数,预约比例,开始日期\n\n"
        "zhao,周日,8:00,12:00,07:00,r1,60,10,60%,2026/11/1\n"
    )
    [period], errors = periods_of(rows_of(text.encode("gb18030")))
    assert errors == []
    assert isinstance(period, PeriodRow)
    assert (period.weekday, period.every_weeks, period.valid_from, period.fee_fen) == (
        7,
        1,
        date(2026, 11, 1),
        None,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_common_encodings_are_read(encoding: str) -> None:
    assert rows_of("专家,星期\n赵明,周一\n".encode(encoding)) == [["专家", "星期"], ["赵明", "周一"]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no workbook", b"\xff\xfe\x00\x01\xff", b"a,b\n" * 6000, b"x" * 2_000_001]
)
def test_what_is_no_table_or_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        rows_of(content)


@pytest.mark.parametrize("write", [csv_bytes, as_workbook])
def test_the_export_goes_in_again_unchanged(now: VirtualClock, write) -> None:
    take_in(now, rows({}, {"weekday": "3", "valid_until": "2027-01-31", "fee": ""}))
    assert take_in(now, rows_of(write(templates_rows()))) == ImportResult(0, 0, 2, ())


def test_no_cell_of_an_export_is_a_formula_and_it_still_goes_in_again(now: VirtualClock) -> None:
    Expert.objects.update(code="-1+cmd")
    Room.objects.update(code="@SUM")
    take_in(now, rows({"expert": "'-1+cmd", "room": "'@SUM"}))
    written = list(templates_rows())
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in written for cell in row)
    sheet = openpyxl.load_workbook(BytesIO(as_workbook(written))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert take_in(now, rows_of(csv_bytes(written))) == ImportResult(0, 0, 1, ())


def test_a_workbook_with_real_dates_and_times_is_understood(now: VirtualClock) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS))
    sheet.append(["zhao", 1, time(8), time(12), time(7), "r1", 60, 10, 0.6, 55.5, 2, date(2026, 11, 2), None])
    content = BytesIO()
    book.save(content)
    assert take_in(now, rows_of(content.getvalue())) == ImportResult(1, 0, 0, ())


@pytest.fixture
def manager(now: VirtualClock) -> Client:
    client = Client()
    client.force_login(factories.user("boss", "manager"))
    return client


def test_the_page_looks_first_and_takes_in_what_was_shown(manager: Client) -> None:
    address = "/manage/schedule/templates/import/"
    upload = SimpleUploadedFile("schedule.csv", csv_bytes(rows({})))
    looked = manager.post(address, {"do": "check", "file": upload})
    assert looked.status_code == 200
    assert not SessionTemplate.objects.exists()
    taken = manager.post(address, {"do": "apply", "content": looked.context["content"]})
    assert taken.status_code == 302
    assert SessionTemplate.objects.count() == 1
    assert "in use at that time" not in looked.content.decode()


def test_the_page_says_whose_session_is_in_the_room_already(manager: Client, now: VirtualClock) -> None:
    take_in(now, rows({}))
    factories.expert("beside")
    upload = SimpleUploadedFile("schedule.csv", csv_bytes(rows({"expert": "beside"})))
    looked = manager.post("/manage/schedule/templates/import/", {"do": "check", "file": upload})
    [(one, other)] = looked.context["result"].shared
    assert (one.expert.code, other.expert.code) == ("beside", "zhao")
    assert "in use at that time" in looked.content.decode()
    content = {"content": csv_bytes(rows({"expert": "beside"})).decode("utf-8-sig"), "dry_run": True}
    said = manager.post(
        "/api/v1/schedule/templates/import/", content, "application/json", headers={"Idempotency-Key": "k"}
    ).json()
    [pair] = said["rooms_shared"]
    assert (pair["one"]["expert"], pair["other"]["expert"]) == ("beside", "zhao"), "the API names them, too"


def test_the_page_shows_each_error_with_its_line(manager: Client) -> None:
    upload = SimpleUploadedFile("schedule.csv", csv_bytes(rows({"fee": "x"})))
    answer = manager.post("/manage/schedule/templates/import/", {"do": "check", "file": upload})
    assert answer.status_code == 422
    assert b"<td>fee</td>" in answer.content


def test_exports_are_files_to_keep(manager: Client, now: VirtualClock) -> None:
    take_in(now, rows({}))
    text = manager.get("/manage/schedule/templates.csv")
    assert text.content.startswith("\ufeffexpert,".encode())
    book = manager.get("/manage/schedule/templates.xlsx")
    assert rows_of(book.content)[1][0] == "zhao"


def workbook(change: Callable[[bytes], bytes] = bytes, *, sheet: Callable[[bytes], bytes] = bytes) -> bytes:
    """A workbook whose first sheet, and then whose packed bytes, are changed."""
    made, packed = BytesIO(as_workbook([["a", "b"]])), BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, sheet(content) if each.endswith("sheet1.xml") else content)
    return change(packed.getvalue())


def header_bytes(content: bytes, at: int, value: bytes) -> bytes:
    """The packed bytes with a field of every entry's headers set; ``at`` counts in the local header."""
    changed = bytearray(content)
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        place = content.find(mark)
        while place >= 0:
            changed[place + at + shift : place + at + shift + len(value)] = value
            place = content.find(mark, place + 4)
    return bytes(changed)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)
)


@pytest.mark.parametrize(
    "content",
    [
        workbook(sheet=lambda content: content[:-9]),
        workbook(sheet=lambda content: BOMB + b"]><worksheet>&j;</worksheet>"),
        workbook(lambda content: header_bytes(content, 6, b"\x01\x00")),
        workbook(lambda content: header_bytes(content, 8, b"\x63\x00")),
    ],
    ids=["malformed", "entities", "encrypted", "unknown compression"],
)
def test_a_workbook_that_nobody_can_open_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        rows_of(content)
