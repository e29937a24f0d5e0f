"""History files and mappings made to do harm: each is refused in words, and no worker or page pays for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.test import Client

from analytics.domain.calendars import CalendarWalk
from analytics.domain.capacity import Durations, slot_capacity
from analytics.domain.errors import Fault, ImportRefused, NoHistory
from analytics.domain.mapping_files import mapping_of_data
from analytics.models import SavedMapping
from analytics.selectors.choices import default_choice, history_facts
from analytics.selectors.lines import lines_measured
from analytics.services import files, incoming, unpacking, uploads
from analytics.services.files import HistoryFile
from analytics.services.mappings import mapping_for
from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed
from tests.analytics.conftest import Row, import_visits, visit
from tests.analytics.test_import_formats import first_fault, packed, sheet, workbook
from tests.analytics.test_import_pages import as_filled_in, brought, manager
from tests.clock import VirtualClock

__all__ = ["manager"]
HEADER = "expert_code,session_date,opens_at,closes_at,started_at"


def file_of(path: Path, text: str) -> HistoryFile:
    path.write_text(text)
    return HistoryFile(path)


@pytest.mark.parametrize("kind", ["day", "time"])
@pytest.mark.parametrize("form", ["%Y-%m-%d %Y", "%H%H", 7])
def test_a_format_that_cannot_be_read_by_is_refused_before_a_worker_tries(kind: str, form: object) -> None:
    with pytest.raises(ValueError, match=f"formats.{kind}"):
        mapping_of_data({"formats": {kind: form}})


def test_a_history_at_the_end_of_the_calendar_has_a_fault_in_its_row() -> None:
    with pytest.raises(Fault, match="no such weekday in month 1"):
        CalendarWalk(date(9999, 12, 30)).day("1", "January", "Monday", "morning")


def test_a_file_of_too_many_columns_is_refused_and_empty_ones_are_none(tmp_path: Path) -> None:
    wide = ",".join(f"c{number}" for number in range(501))
    with pytest.raises(ImportRefused) as refused:
        file_of(tmp_path / "a.csv", f"{wide}\n").sample(5)
    assert "more than 500 columns" in str(refused.value.errors[0])
    names, _rows = file_of(tmp_path / "b.csv", HEADER + "," * 900 + "\n").sample(5)
    assert names[:2] == ["expert_code", "session_date"]


def test_a_row_of_lines_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    found = file_of(tmp_path / "a.csv", HEADER + "\n" + '"a\n",' * 400_000)
    [(_line, row)] = found.rows()
    assert "longer than a million characters" in str(row)


def test_a_sample_is_short_whatever_the_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SAMPLE_LINES", 50)
    far = file_of(tmp_path / "a.csv", HEADER + "\n" + "x" * 5_000 + ",,,,\n" + "\n" * 100 + "far,,,,\n")
    _names, rows = far.sample(10)
    assert [len(row[0]) for row in rows] == [files.SAMPLE_CELL]
    with pytest.raises(ImportRefused, match="1 rows"):
        file_of(tmp_path / "b.csv", "n" * 201 + "," + HEADER + "\n").sample(10)


@pytest.mark.parametrize("small_for", [1, 2], ids=["while it is opened", "while rows are read"])
def test_a_workbook_over_which_the_process_grows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_for: int
) -> None:
    """Three megabytes of one letter took 2 GB, 200 kB of empty cells 3 GB."""
    letters = "a" * 600_000
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{letters}</t></is></c></row>'
    path = packed(workbook(tmp_path / "a.xlsx", ["text"]), sheet(row))
    monkeypatch.setattr(unpacking, "LOOKED_EVERY", 500_000)
    sizes = iter([*[0] * small_for, *[unpacking.GROWTH_MAX + 1] * 9])
    monkeypatch.setattr(unpacking, "resident_bytes", lambda: next(sizes))
    assert "unpacks to more than can be read" in str(first_fault(path))


def test_the_memory_of_this_process_is_known() -> None:
    assert unpacking.resident_bytes() > 10_000_000


@pytest.mark.django_db
def test_a_column_may_have_any_name(manager: Client) -> None:
    upload = brought(
        manager, ['doc\0tor,"the\nday",o,c,s', "Z,2018-11-05,08:00,12:00,09:00"], encoding="utf-8"
    )
    columns = {"expert_code": "doctor", "session_date": "the day", "opens_at": "o", "closes_at": "c"}
    asked = {f"column_{name}": column for name, column in columns.items()} | {"column_started_at": "s"}
    answer = manager.post(f"/manage/history/{upload.code}/check/", as_filled_in(manager, upload) | asked)
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.django_db
def test_a_mapping_that_names_no_column_or_cannot_be_read_is_offered_for_no_file(now: VirtualClock) -> None:
    for name, tables in (
        ("none", {"constants": {"expert_code": "Z"}}),
        ("old", {"formats": {"day": "%d%d"}}),
    ):
        SavedMapping.objects.create(name=name, tables=tables, saved_at=now(), saved_by="m")
    assert mapping_for(["anything"]) is None


@pytest.mark.django_db
def test_only_a_manager_discards_a_file(manager: Client, now: VirtualClock) -> None:
    upload = brought(manager, [HEADER, "Z,2018-11-05,08:00,12:00,09:00"])
    with pytest.raises(NotAllowed):
        uploads.upload_discard(code=upload.code, actor=Actor(kind="desk", name="desk"), now=now())


def test_a_row_that_nobody_thought_of_is_a_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprised(*args: object) -> None:
        raise OverflowError

    monkeypatch.setattr(files, "visit_of_fields", surprised)
    [(line, row)] = file_of(tmp_path / "a.csv", HEADER + "\nZ,2018-11-05,08:00,12:00,09:00\n").rows()
    assert (line, str(row)) == (2, "row 2: this row cannot be read")


@pytest.mark.django_db
def test_a_whole_hospital_under_one_code_is_refused_once(
    history_file: Callable[[Iterable[Row]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session of 100,000 walk-ins would be simulated at night, and fill every worker in turn."""
    monkeypatch.setattr(incoming, "VISITS_MAX", 3)
    with pytest.raises(CommandError, match="row 5: more than 3 visits in one session"):
        import_visits(history_file([visit(patient_ref=f"p{number}") for number in range(9)]))


@pytest.mark.django_db
@pytest.mark.parametrize("last", ["00", "01"])
def test_visits_that_end_as_they_begin_have_no_length(
    manager: Client, history_file: Callable[[Iterable[Row]], Path], last: str
) -> None:
    """Forty of them, at most one of a second: the models divided by nothing, and a slot had 144,000 numbers."""
    rows = [
        visit(
            registered_at=f"2018-11-05 07:{number:02d}",
            started_at=f"2018-11-05 09:{number:02d}",
            finished_at=f"2018-11-05 09:{number:02d}:{'00' if number else last}",
        )
        for number in range(40)
    ]
    import_visits(history_file(rows))
    assert len(lines_measured(default_choice(history_facts(), 12))) == 1
    assert manager.get("/manage/models/").status_code == 200
    with pytest.raises(NoHistory):
        slot_capacity(60, Durations(40, 1 / 60))
