"""Slips on paper: asked for with the ticket, sent after the commit, once; and what happens when that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction

from hospital.common import jobs
from hospital.common.actor import Actor
from queueing import services
from queueing.models import Printer, PrintJob, Ticket
from queueing.selectors.slips import ticket_link
from queueing.services import prints
from tests.queueing.conftest import Morning
from tests.queueing.receipt_printer import ReceiptPrinter, receipt_printer

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Iterator[ReceiptPrinter]:
    with receipt_printer() as printer:
        yield printer


@pytest.fixture
def printer(morning: Morning, paper: ReceiptPrinter) -> Printer:
    """The desk's printer, set up by a manager."""
    values = {"name": "Desk 1", "host": "127.0.0.1", "port": paper.port, "columns": 48, "encoding": "gb18030"}
    return services.printer_add(values=values, actor=Actor.of(morning.cast.manager), now=morning.now())


def asked(morning: Morning, printer: Printer, ticket: Ticket, **more: str) -> PrintJob:
    job = services.slip_ask(
        ticket=ticket, printer_code=printer.code, actor=morning.desk, now=morning.now(), **more
    )
    assert job is not None
    return job


def work_off(morning: Morning, printer: Printer) -> int:
    return services.printer_work_off(printer_id=printer.pk, moment=morning.now)


def state(job: PrintJob) -> tuple[str, str]:
    job.refresh_from_db()
    return job.state, job.error


def test_a_slip_says_what_the_patient_needs_in_chinese_and_carries_the_code(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    ticket = morning.check_in(morning.book(1), "07:30")
    job = asked(morning, printer, ticket, language="zh-hans")
    assert work_off(morning, printer) == 1
    [slip] = paper.wait(1)
    assert slip.codes == [ticket_link(ticket.code)]
    assert slip.sizes["A01"] == 6
    for words in ("神经内科 赵明", "3F B", "08:00–09:00".replace("–", "-")):
        assert words in slip.text
    assert ticket.patient.name not in slip.text
    assert state(job) == ("sent", "")


def test_a_slip_is_printed_once_however_often_it_is_asked_for_and_sent(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    ticket = morning.walk_in("07:10")
    assert asked(morning, printer, ticket) == asked(morning, printer, ticket)
    assert [work_off(morning, printer) for _turn in range(3)] == [1, 0, 0]
    assert len(paper.wait(1)) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        PrintJob.objects.create(
            printer=printer, ticket=ticket, language="en", asked_at=morning.now(), code="ANOTHER23456"
        )


def test_the_registration_that_fails_prints_nothing(morning: Morning, printer: Printer) -> None:
    ticket = morning.walk_in("07:10")

    with transaction.atomic():
        asked(morning, printer, ticket)
        transaction.set_rollback(True)
    assert not PrintJob.objects.exists()
    assert not jobs.Job.objects.filter(kind="print").exists()


def test_a_reprint_says_so_and_by_whom(morning: Morning, printer: Printer, paper: ReceiptPrinter) -> None:
    ticket = morning.walk_in("07:10")
    asked(morning, printer, ticket)
    for _turn in range(2):
        services.slip_reprint(
            code=ticket.code, printer_code=printer.code, actor=morning.desk, now=morning.now(), language="en"
        )
    work_off(morning, printer)
    first, second, third = paper.wait(3)
    assert "REPRINT" not in first.text
    assert "REPRINT 1\n07:10 by desk" in second.text
    assert "REPRINT 2\n07:10 by desk" in third.text


def test_a_printer_that_is_away_gets_the_slip_when_it_is_back(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    job = asked(morning, printer, morning.walk_in("07:10"))
    paper.paper = False
    assert work_off(morning, printer) == 0
    assert state(job) == ("queued", "no_paper")
    assert work_off(morning, printer) == 0, "not asked again within two seconds"
    paper.paper = True
    morning.now.advance(seconds=3)
    assert work_off(morning, printer) == 1
    assert state(job) == ("sent", "")
    assert len(paper.wait(1)) == 1


def test_a_printer_that_does_not_answer_is_given_up_after_the_policys_time(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    paper.close()
    job = asked(morning, printer, morning.walk_in("07:10"))
    work_off(morning, printer)
    assert state(job) == ("queued", "no_connection")
    morning.now.advance(seconds=61)
    work_off(morning, printer)
    assert state(job) == ("failed", "no_connection")
    assert not paper.slips


@pytest.mark.parametrize("host", ["no..name", "é" * 80, "a b", "http://printer/"])
def test_an_address_that_can_be_no_machine_s_is_a_printer_that_does_not_answer(
    morning: Morning, printer: Printer, host: str
) -> None:
    Printer.objects.filter(pk=printer.pk).update(host=host)
    job = asked(morning, printer, morning.walk_in("07:10"))
    work_off(morning, printer)
    assert state(job) == ("queued", "no_connection")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_listens_on_the_server_itself_is_no_printer(
    morning: Morning, printer: Printer, paper: ReceiptPrinter, settings: LazySettings, host: str
) -> None:
    """The database, Valkey and whatever else trusts this machine get nothing that a manager could have written."""
    settings.DEMO = False
    Printer.objects.filter(pk=printer.pk).update(host=host, name="x" * 48 + " FLUSHALL")
    job = asked(morning, printer, morning.walk_in("07:10"))
    work_off(morning, printer)
    assert state(job) == ("queued", "own_machine")
    settings.DEMO = True
    morning.now.advance(seconds=3)
    work_off(morning, printer)
    assert len(paper.wait(1)) == 1, "the demo's printers are on this machine"


def test_a_slip_that_broke_off_is_never_sent_again_by_itself(
    morning: Morning, printer: Printer, paper: ReceiptPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_printer: Printer, _data: bytes) -> None:
        raise prints.BrokenOff

    job = asked(morning, printer, morning.walk_in("07:10"))
    monkeypatch.setattr(prints, "deliver", breaks)
    work_off(morning, printer)
    monkeypatch.undo()
    assert state(job) == ("failed", "broken_off")
    morning.now.advance(seconds=60)
    assert work_off(morning, printer) == 0
    assert not paper.slips


class Killed(BaseException):
    """kill -9 of the worker."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_while_sending_leaves_at_most_one_slip(
    morning: Morning, printer: Printer, paper: ReceiptPrinter, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The job is told as interrupted; a person looks and prints again, and that slip is marked."""
    ticket = morning.walk_in("07:10")
    job, real = asked(morning, printer, ticket), prints.deliver

    def killed(to: Printer, data: bytes) -> None:
        if when == "after":
            real(to, data)
        raise Killed

    monkeypatch.setattr(prints, "deliver", killed)
    with pytest.raises(Killed):
        work_off(morning, printer)
    monkeypatch.undo()
    assert work_off(morning, printer) == 0, "somebody may still be sending"
    morning.now.advance(seconds=31)
    assert work_off(morning, printer) == 0
    assert state(job) == ("failed", "interrupted")
    services.slip_reprint(
        code=ticket.code, printer_code=printer.code, actor=morning.desk, now=morning.now(), language="en"
    )
    work_off(morning, printer)
    marked = [slip for slip in paper.wait(2 if when == "after" else 1) if "REPRINT 1" in slip.text]
    assert (len(paper.slips), len(marked)) == (2 if when == "after" else 1, 1)


def test_control_a_job_marked_after_it_was_sent_prints_twice(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    """At least once, in a replica: the worker is killed between sending and marking, the next one sends again."""
    ticket = morning.walk_in("07:10")
    job = asked(morning, printer, ticket)
    for _worker in ("killed before it marks", "the next"):
        if job.state == "queued":
            prints.deliver(printer, prints.print_bytes(job, now=morning.now()))
    first, second = paper.wait(2)
    assert first == second, "two, and nobody can tell which is which"


def test_the_slip_of_a_number_that_is_over_is_not_printed(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    ticket = morning.walk_in("07:10")
    job = asked(morning, printer, ticket)
    morning.do("cancel", ticket, actor=morning.desk, reason="wrong department")
    work_off(morning, printer)
    assert state(job) == ("failed", "over")
    assert not paper.slips


def test_the_job_is_queued_urgent_with_the_registration_and_done_by_the_worker(
    morning: Morning, printer: Printer, paper: ReceiptPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(morning, printer, morning.walk_in("07:10"))
    found = jobs.Job.objects.get(kind="print", key=job.code)
    assert found.urgent
    jobs.run_due(morning.now())
    assert state(job) == ("sent", "")
    assert len(paper.wait(1)) == 1


def test_slips_come_out_in_the_order_in_which_they_were_asked_for(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    for _turn in range(5):
        asked(morning, printer, morning.walk_in("07:10"), language="en")
    work_off(morning, printer)
    numbers = [line for slip in paper.wait(5) for line in slip.lines if line.startswith("A")]
    assert numbers == ["A01", "A02", "A03", "A04", "A05"]


def test_how_long_a_slip_waits_is_the_policys(
    morning: Morning, printer: Printer, paper: ReceiptPrinter
) -> None:
    from tests.factories import policy_without_limits

    policy_without_limits(morning.now(), print_wait_s=600)
    paper.paper = False
    job = asked(morning, printer, morning.walk_in("07:10"))
    morning.now.advance(seconds=120)
    work_off(morning, printer)
    assert state(job) == ("queued", "no_paper")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("gb18030", "〓"), ("gb2312", "〓"), ("gb18030_full", "𬭚"), ("utf8", "𬭚")],
)
def test_a_rare_character_is_printed_or_replaced_by_a_mark_that_is_seen(
    morning: Morning, printer: Printer, paper: ReceiptPrinter, encoding: str, shown: str
) -> None:
    boss = Actor.of(morning.cast.manager)
    values = {"name": "李𬭚 ¥", "encoding": encoding}
    services.printer_change(printer_id=printer.pk, values=values, actor=boss, now=morning.now())
    services.printer_try(printer_id=printer.pk, language="zh-hans", actor=boss, now=morning.now())
    work_off(morning, printer)
    [slip] = paper.wait(1)
    assert f"李{shown} ￥" in slip.lines
    assert "请到 305 诊室，王*芳 ￥30.00" in slip.text
