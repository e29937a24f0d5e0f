"""The end of a session: after the last patient, or after the grace; nobody is branded, nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from booking import services as booking
from booking.models import Appointment, ClinicSession
from queueing import selectors, services
from queueing.models import Ticket
from queueing.tasks import end_sessions, prepare_queues
from tests.queueing.conftest import Morning


def state(morning: Morning) -> str:
    morning.session.refresh_from_db()
    return morning.session.state


def test_a_session_ends_after_its_last_patient(morning: Morning) -> None:
    never = morning.book(2)
    ticket = morning.walk_in("11:50")
    morning.serve("11:58")
    end_sessions(morning.now.at("12:01"))
    assert state(morning) == "running"
    morning.do("finish", ticket, "12:05")
    end_sessions(morning.now.at("12:06"))
    assert state(morning) == "closed"
    assert Appointment.objects.get(pk=never.pk).state == "unresolved"


def test_a_session_does_not_end_before_its_closing_time(morning: Morning) -> None:
    ticket = morning.walk_in("08:00")
    morning.serve("08:01")
    morning.do("finish", ticket, "08:05")
    end_sessions(morning.now.at("11:59"))
    assert state(morning) == "running"


def test_after_the_grace_who_is_left_has_left_and_a_forgotten_consultation_has_no_end(
    morning: Morning,
) -> None:
    appointment = morning.book(1)
    passed, served, waiting = (
        morning.check_in(appointment, "07:30"),
        morning.walk_in("07:40"),
        morning.walk_in("07:50"),
    )
    morning.call("08:00")
    morning.do("pass", passed, "08:03")
    assert morning.serve("08:04") == served
    end_sessions(morning.now.at("13:59"))
    assert state(morning) == "running"
    end_sessions(morning.now.at("14:00"))
    assert state(morning) == "closed"
    states = {t.pk: (t.state, t.finished_at) for t in Ticket.objects.all()}
    assert states == {passed.pk: ("left", None), served.pk: ("done", None), waiting.pk: ("left", None)}
    assert Appointment.objects.get(pk=appointment.pk).state == "left"
    rows = selectors.visits_of_day(date=morning.session.date)
    assert sorted(row.outcome for row in rows) == ["done", "left", "left"]


def test_ending_twice_changes_nothing(morning: Morning) -> None:
    ticket = morning.walk_in("08:00")
    morning.serve("08:01")
    morning.do("finish", ticket, "08:05")
    end_sessions(morning.now.at("12:01"))
    end_sessions(morning.now.at("12:02"))
    assert state(morning) == "closed"


def test_every_session_of_today_has_a_queue_before_anybody_comes(morning: Morning) -> None:
    prepare_queues(morning.now())
    board = selectors.session_board(session_code=morning.session.code, now=morning.now())
    assert (board.queue_id is not None, board.waiting_count) == (True, 0)


def test_patients_of_a_shared_queue_go_on_waiting_for_the_other_room(
    morning: Morning, other_session: ClinicSession
) -> None:
    services.queue_shared(
        session_ids=[morning.session.pk, other_session.pk], letter="G", now=morning.now.at("07:00")
    )
    called, waiting = morning.walk_in("07:40"), morning.walk_in("07:50")
    morning.call("08:00")
    left = services.session_end(
        session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("12:00")
    )
    assert left == 1
    assert {t.pk: t.state for t in Ticket.objects.all()} == {called.pk: "left", waiting.pk: "waiting"}


def test_the_day_s_visits_tell_a_no_show_once_it_is_confirmed(morning: Morning) -> None:
    never = morning.book(2)
    booking.sessions_advance(morning.now.at("07:00"))
    prepare_queues(morning.now())
    end_sessions(morning.now.at("14:00"))
    assert selectors.visits_of_day(date=morning.session.date) == []
    booking.no_show_confirm(appointment_id=never.pk, actor=morning.desk, now=morning.now())
    [row] = selectors.visits_of_day(date=morning.session.date)
    assert (row.outcome, row.channel, row.patient_ref) == ("no_show", "appointment", never.patient.code)


def test_who_registers_while_a_session_is_being_ended_has_left_too(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look at the queue and the close somebody still gets a number."""
    morning.walk_in("08:00")
    close, came = booking.session_close, []

    def closed(**arguments: Any) -> ClinicSession:
        came.append(morning.walk_in())
        return close(**arguments)

    monkeypatch.setattr(booking, "session_close", closed)
    left = services.session_end(
        session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("11:50")
    )
    assert (left, state(morning)) == (2, "closed")
    assert [Ticket.objects.get(pk=one.pk).state for one in came] == ["left"]


def test_an_end_that_broke_off_after_the_close_is_finished_by_the_job(morning: Morning) -> None:
    morning.check_in(morning.book(1), "07:30")
    morning.walk_in("07:40")
    morning.do("pass", morning.call("08:00"), "08:03")
    morning.call("08:04")
    booking.session_close(session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("12:30"))
    end_sessions(morning.now.at("12:31"))
    assert list(Ticket.objects.values_list("state", flat=True)) == ["left", "left"]
    assert Appointment.objects.get().state == "left"
