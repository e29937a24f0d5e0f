"""Pauses: nobody is called, patients are told why and until when, and the wait is not held against anybody."""

from __future__ import annotations

import pytest

from booking import services as booking
from booking.models import ClinicSession
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.policy import Scope, policy_change
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Pause, Queue, Ticket
from queueing.tasks import pass_unanswered
from tests.queueing.conftest import Morning


def pause(morning: Morning, wall: str = "", *, minutes: int = 10, reason: str = "break") -> Pause:
    moment = morning.now.at(wall) if wall else morning.now()
    return services.session_pause(
        session_code=morning.session.code, reason=reason, minutes=minutes, actor=morning.doctor, now=moment
    )


def resume(morning: Morning, wall: str) -> Pause:
    return services.session_resume(
        session_code=morning.session.code, actor=morning.doctor, now=morning.now.at(wall)
    )


def test_a_paused_room_calls_nobody_until_it_goes_on(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    pause(morning, "08:00")
    with pytest.raises(errors.Paused):
        morning.call("08:01")
    ticket.refresh_from_db()
    assert ticket.state == "waiting"
    resume(morning, "08:05")
    assert morning.call("08:06") == ticket


def test_a_refused_call_leaves_whoever_is_served_alone(morning: Morning) -> None:
    appointment = morning.book(1)
    served = morning.check_in(appointment, "07:30")
    morning.walk_in("07:40")
    morning.serve("08:00")
    pause(morning, "08:05")
    with pytest.raises(errors.Paused):
        morning.call("08:06")
    served.refresh_from_db()
    appointment.refresh_from_db()
    assert (served.state, appointment.state) == ("serving", "arrived")
    assert morning.do("finish", served, "08:07").state == "done"


def test_whoever_was_called_may_come_in_or_be_passed_but_is_not_called_again(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    pause(morning, "08:01")
    with pytest.raises(errors.Paused):
        morning.do("recall", ticket, "08:02")
    assert morning.do("start", ticket, "08:03").state == "serving"


def test_the_job_passes_nobody_while_the_room_is_paused_nor_in_the_gap_after_it(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    for wall in ("08:01", "08:02"):
        morning.do("recall", ticket, wall)
    pause(morning, "08:02:30")
    pass_unanswered(morning.now.at("08:20"))
    assert Ticket.objects.get().state == "called"
    resume(morning, "08:21")
    pass_unanswered(morning.now.at("08:21:59"))
    assert Ticket.objects.get().state == "called"
    pass_unanswered(morning.now.at("08:22"))
    assert Ticket.objects.get().state == "passed"


def test_patients_read_reason_and_time_on_screen_and_phone(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    revision = Queue.objects.get().revision
    pause(morning, "08:00", minutes=15, reason="ward")
    board = selectors.session_board(session_code=morning.session.code, now=morning.now())
    phone = selectors.ticket_live(code=ticket.code, now=morning.now())
    assert board.pause == phone.pause
    assert board.pause is not None
    assert (board.pause.reason, board.pause.until, board.pause.overdue) == (
        "ward",
        morning.now.at("08:15"),
        False,
    )
    assert board.revision == revision + 1
    late = selectors.session_board(session_code=morning.session.code, now=morning.now.at("08:16"))
    assert late.pause is not None
    assert late.pause.overdue


def test_in_a_shared_queue_patients_are_told_only_when_every_open_room_pauses(
    morning: Morning, other_session: ClinicSession
) -> None:
    services.queue_shared(session_ids=[morning.session.pk, other_session.pk], letter="G", now=morning.now())
    ticket = morning.walk_in("07:10")
    booking.sessions_advance(morning.now())
    pause(morning, "08:00")
    assert selectors.ticket_live(code=ticket.code, now=morning.now()).pause is None
    services.session_pause(
        session_code=other_session.code, reason="meal", minutes=5, actor=morning.doctor, now=morning.now()
    )
    told = selectors.ticket_live(code=ticket.code, now=morning.now()).pause
    assert told is not None
    assert told.reason == "meal", "the room that goes on first counts"


def test_pausing_again_says_another_time(morning: Morning) -> None:
    morning.walk_in("07:10")
    first = pause(morning, "08:00", minutes=5)
    again = pause(morning, "08:04", minutes=30, reason="emergency")
    assert again.pk == first.pk
    assert (again.reason, again.until) == ("emergency", morning.now.at("08:34"))
    assert [row.verb for row in history.of(again)] == ["pause", "prolong"]


def test_a_pause_may_come_before_the_first_call_but_not_before_the_opening(morning: Morning) -> None:
    with pytest.raises(errors.NotOpen):
        pause(morning, "06:30")
    assert pause(morning, "07:30", reason="late").state == "paused"
    morning.session.refresh_from_db()
    assert morning.session.state == "open"


@pytest.mark.parametrize(
    ("minutes", "reason", "refused"),
    [
        (0, "break", errors.PauseTooLong),
        (121, "break", errors.PauseTooLong),
        (5, "holiday", errors.UnknownPauseReason),
    ],
)
def test_a_pause_has_a_known_reason_and_a_sensible_length(
    morning: Morning, minutes: int, reason: str, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        pause(morning, "08:00", minutes=minutes, reason=reason)
    assert not Pause.objects.exists()


def test_a_department_may_pause_for_longer(morning: Morning) -> None:
    policy_change(
        actor=Actor.of(morning.cast.manager),
        now=morning.now(),
        reason="ward rounds",
        scope=Scope("department", morning.session.expert.department_id),
        pause_max_min=180,
    )
    assert pause(morning, "08:00", minutes=180).until == morning.now.at("11:00")


def test_there_is_nothing_to_resume_twice(morning: Morning) -> None:
    pause(morning, "08:00")
    resume(morning, "08:05")
    with pytest.raises(errors.NotPaused):
        resume(morning, "08:06")
    assert [row.verb for row in history.of(Pause.objects.get())] == ["pause", "resume"]


def test_the_end_of_the_session_ends_its_pause(morning: Morning) -> None:
    morning.walk_in("07:10")
    morning.serve("08:00")
    pause(morning, "08:10")
    services.session_end(session_id=morning.session.pk, actor=morning.doctor, now=morning.now.at("08:30"))
    assert Pause.objects.get().state == "over"
