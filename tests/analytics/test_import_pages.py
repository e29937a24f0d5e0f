"""A manager brings a file, says what its columns mean, has it checked, and takes it in; all on the page."""

import csv
from collections.abc import Iterable
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics import tasks
from analytics.domain.mapping_files import mapping_of_toml
from analytics.models import HistoryUpload, SavedMapping, SessionDay, UploadPart, Visit
from analytics.services import uploads
from analytics.services.mappings import mapping_named
from analytics.services.upload_parts import upload_file
from analytics.services.uploads import upload_read, uploads_forget
from hospital.common import history, jobs
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
HIS = [
    "医生工号,科室,就诊日期,开诊,停诊,来源,挂号时间,接诊时间,状态,患者编号",
    "Z1,神经内科,2018/11/5,上午,上午,现场,2018/11/5 上午7:30,2018/11/5 上午9:00,已就诊,110105194912310021",
    "Z1,神经内科,2018/11/5,上午,上午,微信,2018/11/1 下午2:05,2018/11/5 上午9:10,已就诊,P2",
]


@pytest.fixture
def manager(client: Client, now: VirtualClock) -> Client:
    client.force_login(factories.user("manager", "manager"))
    return client


def brought(
    manager: Client, lines: Iterable[str], name: str = "his.csv", encoding: str = "gb18030"
) -> HistoryUpload:
    content = "\n".join(lines).encode(encoding)
    answer = manager.post("/manage/history/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return HistoryUpload.objects.latest("pk")


def as_filled_in(manager: Client, upload: HistoryUpload) -> dict[str, str]:
    form = manager.get(f"/manage/history/{upload.code}/").context["form"]
    return {field.html_name: str(field.value() or "") for field in form}


def checked(manager: Client, upload: HistoryUpload, now: VirtualClock, **changed: str) -> HistoryUpload:
    answers = as_filled_in(manager, upload) | changed
    answer = manager.post(f"/manage/history/{upload.code}/check/", answers)
    assert answer.status_code == 302, answer.content.decode()
    assert "waits for a worker" in manager.get(f"/manage/history/{upload.code}/progress/").content.decode()
    assert tasks.READ in jobs.HANDLERS
    jobs.run_due(now())
    upload.refresh_from_db()
    return upload


def test_a_file_of_another_system_comes_in_with_a_mapping_made_on_the_page(
    manager: Client, now: VirtualClock
) -> None:
    upload = brought(manager, HIS)
    guessed = as_filled_in(manager, upload)
    assert guessed["column_expert_code"] == "医生工号"
    assert guessed["words_channel"].split("\n") == ["现场 = walk_in", "微信 = "]

    words = {"words_channel": "现场 = walk_in\n微信 = appointment", "save_as": "our HIS"}
    upload = checked(manager, upload, now, **words)
    assert (upload.state, upload.report["rows"], upload.report["booked"]) == ("checked", 2, 1)
    assert not Visit.objects.exists()
    page = manager.get(f"/manage/history/{upload.code}/").content.decode()
    assert "Take 2 visits in" in page
    assert "No expert here has the code Z1" in page

    for _press in range(2):
        assert manager.post(f"/manage/history/{upload.code}/take/").status_code == 302
    jobs.run_due(now())
    upload.refresh_from_db()
    assert upload.state == "taken"
    assert SessionDay.objects.get().department == "神经内科"
    assert set(Visit.objects.values_list("channel", "outcome")) == {
        ("walk_in", "done"),
        ("appointment", "done"),
    }
    assert not upload.parts.exists()
    assert "All of it is taken in" in manager.get(f"/manage/history/{upload.code}/").content.decode()
    again = checked(manager, brought(manager, HIS), now, **words)
    assert "known already" in manager.get(f"/manage/history/{again.code}/").content.decode()
    assert [change.verb for change in history.of(upload)] == ["upload", "check", "pass", "take", "finish"]


def test_the_mapping_is_kept_for_the_next_file_for_the_command_and_as_a_file(
    manager: Client, now: VirtualClock
) -> None:
    words = {"words_channel": "现场 = walk_in\n微信 = appointment", "save_as": "our HIS"}
    checked(manager, brought(manager, HIS), now, **words)
    again = as_filled_in(manager, brought(manager, HIS))
    assert again["words_channel"].splitlines() == ["现场 = walk_in", "微信 = appointment"]
    assert mapping_named("our HIS").words["channel"]["微信"] == "appointment"
    saved = SavedMapping.objects.get()
    as_file = manager.get(f"/manage/history/mappings/{saved.pk}.toml").content.decode()
    assert mapping_of_toml(as_file) == mapping_named("our HIS")


def test_errors_are_shown_by_line_and_given_as_a_file_and_nothing_comes_in(
    manager: Client, now: VirtualClock
) -> None:
    upload = checked(
        manager, brought(manager, [*HIS, HIS[1].replace("9:00", "99:00").replace("1101", "1102")]), now
    )
    assert upload.state == "refused"
    page = manager.get(f"/manage/history/{upload.code}/").content.decode()
    assert "2 errors: nothing was taken in" in page
    manager.cookies["django_language"] = "zh-hans"
    answer = manager.get(f"/manage/history/{upload.code}/errors.csv")
    del manager.cookies["django_language"]
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    assert "微信" in rows[1][1]
    assert rows[2][1].startswith("started_at")
    assert not Visit.objects.exists()

    assert manager.post(f"/manage/history/{upload.code}/take/").status_code == 409
    mended = {"words_channel": "微信 = appointment\n现场 = walk_in", "column_started_at": ""}
    assert checked(manager, upload, now, **mended).state == "checked"


def test_a_file_names_nobody_in_the_database_and_is_forgotten(manager: Client, now: VirtualClock) -> None:
    upload = brought(manager, HIS)
    kept = b"".join(bytes(part.sealed) for part in UploadPart.objects.all())
    assert b"110105194912310021" not in kept
    assert "神经内科".encode("gb18030") not in kept
    with upload_file(upload) as file:
        assert file.path.read_bytes() == "\n".join(HIS).encode("gb18030")
    assert uploads_forget(now=now.advance(hours=23)) == 0
    assert uploads_forget(now=now.advance(hours=2)) == 1
    upload.refresh_from_db()
    assert upload.state == "discarded"
    assert not UploadPart.objects.exists()
    assert "This file was forgotten" in manager.get(f"/manage/history/{upload.code}/").content.decode()


def test_a_file_in_several_pieces_is_whole_again(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.services.upload_parts.PART_BYTES", 100)
    upload = brought(manager, HIS)
    assert upload.parts.filter(kind="file").count() > 2
    with upload_file(upload) as file:
        assert file.path.read_bytes() == "\n".join(HIS).encode("gb18030")


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_and_another_begins_again(
    manager: Client, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = checked(manager, brought(manager, HIS), now, words_channel="现场 = walk_in\n微信 = appointment")
    manager.post(f"/manage/history/{upload.code}/take/")

    def killed(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_end", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_due(now())
    assert not Visit.objects.exists()
    jobs.run_due(now.advance(minutes=2))
    assert Visit.objects.count() == 2
    upload_read(code=upload.code, now=now())
    assert Visit.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_no_table_or_too_large_is_said_at_once_and_not_kept(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "BYTES_MAX", 1_000)
    for name, content, status, said in (
        ("a.csv", b"", 400, "the file is empty"),
        ("a.xlsx", b"PK\x03\x04", 400, "not a readable XLSX file"),
        ("a.xls", b"\xd0\xcf\x11\xe0", 400, "an old or a locked Excel file"),
        ("a.csv", b"x" * 1_001, 413, "this one is larger"),
    ):
        answer = manager.post("/manage/history/", {"file": SimpleUploadedFile(name, content)})
        assert (answer.status_code, said in answer.content.decode()) == (status, True)
        assert not HistoryUpload.objects.exists()


def test_a_file_without_dates_needs_its_first_day(manager: Client, now: VirtualClock) -> None:
    header = "ID,Session,Month,DayOfWeek,AM_PM,StartTime,ServTime"
    upload = brought(manager, [header, "A,1,January,Wednesday,morning,8:31:40,691"])
    asked = as_filled_in(manager, upload) | {
        "constant_expert_code": "HANGU",
        "column_session_date": "",
        "column_opens_at": "AM_PM",
        "column_closes_at": "AM_PM",
        "column_started_at": "StartTime",
        "words_opens_at": "morning = 08:00",
        "words_closes_at": "morning = 12:00",
        "duration_column": "ServTime",
        "duration_unit": "s",
        "calendar_session": "Session",
        "calendar_month": "Month",
        "calendar_weekday": "DayOfWeek",
    }
    address = f"/manage/history/{upload.code}/check/"
    assert "all four columns" in manager.post(address, asked).content.decode()
    asked["calendar_half"] = "AM_PM"
    answer = manager.post(address, asked)
    assert answer.status_code == 400
    assert "on which day the history begins" in answer.content.decode()
    assert manager.post(address, asked | {"start_date": "2018-01-01"}).status_code == 302
    jobs.run_due(now())
    upload.refresh_from_db()
    assert (upload.state, upload.report["first"]) == ("checked", "2018-01-03")
