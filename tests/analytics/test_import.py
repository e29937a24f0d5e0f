"""Visit history comes in whole or not at all, and a second time changes nothing."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from openpyxl import Workbook

from analytics.domain.visits import FIELDS
from analytics.models import BinSummary, HourSummary, ImportBatch, SessionDay, Visit
from tests.analytics.conftest import import_visits, the_summary_says_what_the_visits_say, visit, written

pytestmark = pytest.mark.django_db
KEPT = (ImportBatch, SessionDay, Visit, BinSummary, HourSummary)


def nothing_is_stored() -> bool:
    return not any(model.objects.exists() for model in KEPT)


def test_a_canonical_file_becomes_visits_a_session_and_its_summary(tmp_path: Path) -> None:
    rows = [
        visit(patient_ref="a"),
        visit(
            patient_ref="b",
            registered_at="2018-11-05 07:30:40",
            started_at="2018-11-05 09:05",
            finished_at="2018-11-05 09:12",
        ),
        visit(
            patient_ref="c",
            channel="appointment",
            registered_at="2018-11-01 10:00",
            slot_starts_at="2018-11-05 10:00",
            checked_in_at="2018-11-05 09:50",
            started_at="2018-11-05 10:01",
            finished_at="2018-11-05 10:07",
        ),
        visit(
            patient_ref="d",
            channel="appointment",
            registered_at="2018-11-01 10:00",
            started_at="",
            finished_at="",
            outcome="no_show",
        ),
        visit(
            patient_ref="e",
            registered_at="2018-11-05 07:31",
            started_at="",
            finished_at="",
            outcome="cancelled",
        ),
    ]
    assert "Added 5 of 5 visits in 1 sessions" in import_visits(written(tmp_path / "a.csv", rows))
    day = SessionDay.objects.get()
    assert (day.weekday, day.walk_ins, day.live_appointments, day.no_shows, day.cancelled, day.seen) == (
        1,
        2,
        2,
        1,
        1,
        3,
    )
    early = BinSummary.objects.get(index=-2)
    assert (early.walk_ins, early.minutes_1, early.minutes_2, early.starts) == (2, 0, 1, 0)
    nine = BinSummary.objects.get(index=4)
    assert (nine.starts, nine.timed, nine.duration_s, nine.duration_squares_s) == (2, 2, 720, 300**2 + 420**2)
    assert HourSummary.objects.get(index=-1).walk_ins == 2
    assert HourSummary.objects.get(index=1).starts == 2
    assert the_summary_says_what_the_visits_say()


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [visit(patient_ref="a"), visit(patient_ref="b")])
    import_visits(path)
    before = [list(model.objects.order_by("pk").values()) for model in KEPT]
    assert "Added 0 of 2 visits" in import_visits(path)
    assert before == [list(model.objects.order_by("pk").values()) for model in KEPT]


def test_a_longer_file_adds_only_what_is_new_and_counts_the_session_again(tmp_path: Path) -> None:
    import_visits(written(tmp_path / "a.csv", [visit(patient_ref="a")]))
    out = import_visits(written(tmp_path / "b.csv", [visit(patient_ref="a"), visit(patient_ref="b")]))
    assert "Added 1 of 2 visits in 1 sessions; 1 were there already." in out
    assert SessionDay.objects.get().walk_ins == 2


def test_a_dry_run_says_what_it_would_do_and_stores_nothing(tmp_path: Path) -> None:
    assert "Would add 1 of 1" in import_visits(written(tmp_path / "a.csv", [visit()]), "--dry-run")
    assert nothing_is_stored()


def test_who_the_patient_was_cannot_be_read_from_the_database(tmp_path: Path) -> None:
    import_visits(written(tmp_path / "a.csv", [visit(patient_ref="110105194912310021")]))
    stored = Visit.objects.get()
    assert len(bytes(stored.patient_index)) == 32
    assert b"1101051949" not in bytes(stored.patient_index) + bytes(stored.identity)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"expert_code": ""}, "expert_code is missing"),
        (
            {"registered_at": "", "started_at": "", "finished_at": ""},
            "registered_at and started_at are both missing",
        ),
        ({"started_at": "NaN"}, "started_at: 'NaN' is not a time"),
        ({"started_at": "2018-11-05 25:00"}, "started_at: '2018-11-05 25:00' is not a time"),
        (
            {"session_date": "2018-02-30", "opens_at": "08:00", "closes_at": "12:00"},
            "session_date: '2018-02-30' is not a date",
        ),
        ({"finished_at": "2018-11-05 08:59"}, "finished_at is before started_at"),
        ({"registered_at": "2018-11-05 09:30"}, "started_at is before registered_at"),
        ({"finished_at": "2018-11-05 18:00"}, "finished_at is more than 8 hours after started_at"),
        ({"closes_at": "2018-11-05 07:00:00"}, "closes_at is not within 16 hours after opens_at"),
        ({"slot_minutes": "-60"}, "slot_minutes: '-60' is not a number of minutes"),
        ({"slot_minutes": "nan"}, "slot_minutes: 'nan' is not a number of minutes"),
        ({"channel": "internet"}, "channel: 'internet' is none of appointment, walk_in"),
        ({"outcome": "no_show"}, "started_at is given but outcome is no_show"),
        (
            {"started_at": "2018-11-15 09:00", "finished_at": ""},
            "started_at is not within 12 hours of the session",
        ),
        ({"patient_ref": "a\x00b"}, "patient_ref holds a control character"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason_and_nothing_is_stored(
    tmp_path: Path, wrong: dict[str, str], reason: str
) -> None:
    good = [visit(patient_ref=str(number)) for number in range(5)]
    path = written(tmp_path / "a.csv", [*good, visit(**wrong), visit(patient_ref="later")])
    with pytest.raises(CommandError) as refused:
        import_visits(path)
    assert f"row 7: {reason}" in str(refused.value)
    assert "Nothing was imported: 1 rows have errors." in str(refused.value)
    assert nothing_is_stored()


def test_the_same_visit_twice_in_a_file_is_refused_naming_both_rows(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="row 4: the same visit as row 2"):
        import_visits(
            written(
                tmp_path / "a.csv", [visit(patient_ref="a"), visit(patient_ref="b"), visit(patient_ref="a")]
            )
        )
    assert nothing_is_stored()


def test_a_row_that_contradicts_its_session_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match="row 3: slot_minutes differs from an earlier row of the same session"
    ):
        import_visits(
            written(tmp_path / "a.csv", [visit(patient_ref="a"), visit(patient_ref="b", slot_minutes="30")])
        )
    assert nothing_is_stored()


def test_every_bad_row_is_reported_at_once(tmp_path: Path) -> None:
    rows = [visit(started_at="x"), visit(patient_ref="ok"), visit(closes_at="y")]
    with pytest.raises(CommandError) as refused:
        import_visits(written(tmp_path / "a.csv", rows))
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "row 2",
        "row 4",
        "Nothing was imported",
    ]


def test_a_file_cut_off_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [visit(patient_ref=str(number)) for number in range(6)])
    path.write_bytes(path.read_bytes()[:-70])
    with pytest.raises(CommandError, match=r"row 7: \d+ fields where the header has 16"):
        import_visits(path)
    assert nothing_is_stored()


def test_a_utf8_file_with_damaged_bytes_is_not_read_as_gibberish(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv",
        [visit(patient_ref="甲", department="神经内科"), visit(patient_ref="乙", department="神经内科")],
    )
    text = path.read_bytes()
    path.write_bytes(text[: text.rindex("科".encode())] + b"\xff" + text[text.rindex("科".encode()) + 1 :])
    with pytest.raises(CommandError, match="row 3: not UTF-8 text"):
        import_visits(path)
    assert nothing_is_stored()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_names_come_in_whatever_the_encoding(tmp_path: Path, encoding: str) -> None:
    import_visits(written(tmp_path / "a.csv", [visit(department="神经内科")], encoding))
    assert SessionDay.objects.get().department == "神经内科"


def test_a_file_without_a_needed_column_says_which(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("expert_code,session_date,opens_at\nz,2018-11-05,08:00\n")
    with pytest.raises(CommandError, match="row 1: the header lacks closes_at, registered_at or started_at"):
        import_visits(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04 not a workbook"])
def test_a_file_that_is_no_history_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CommandError, match="row 1: "):
            import_visits(path)
    assert nothing_is_stored()


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(FIELDS))
    row = visit(patient_ref="17")
    sheet.append([float(row[name]) if name == "slot_minutes" else row.get(name) or None for name in FIELDS])
    book.save(tmp_path / "a.xlsx")
    assert "Added 1 of 1" in import_visits(tmp_path / "a.xlsx")
    assert SessionDay.objects.get().slot_minutes == 60


def test_a_file_or_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        import_visits(tmp_path / "missing.csv")
    with pytest.raises(CommandError, match="no mapping 'nowhere': name a file, or one of hangu"):
        import_visits(written(tmp_path / "a.csv", [visit()]), "--mapping", "nowhere")


def test_a_mapping_file_translates_headers_words_and_12_hour_clocks(tmp_path: Path) -> None:
    mapping = tmp_path / "his.toml"
    mapping.write_text(
        """
        [constants]
        expert_code = "zhou"
        [columns]
        session_date = "日期"
        opens_at = "开诊"
        closes_at = "停诊"
        channel = "来源"
        registered_at = "挂号时间"
        [words.channel]
        "现场" = "walk_in"
        [formats]
        day = "%d/%m/%Y"
        time = "%I:%M %p"
        """,
        encoding="utf-8",
    )
    path = tmp_path / "his.csv"
    path.write_text(
        "日期,开诊,停诊,来源,挂号时间\n05/11/2018,02:00 PM,06:00 PM,现场,05/11/2018 01:45 PM\n",
        encoding="gb18030",
    )
    import_visits(path, "--mapping", str(mapping))
    stored = Visit.objects.get()
    assert stored.channel == "walk_in"
    assert stored.registered_at is not None
    assert stored.registered_at.isoformat() == "2018-11-05T05:45:00+00:00"
