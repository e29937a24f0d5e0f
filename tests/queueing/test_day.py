"""A clinic day through the services: check-in, calls, being passed, coming back."""

import pytest

from booking.models import Appointment, WalkIn
from hospital.common import history
from hospital.common.errors import IllegalTransition
from queueing.domain import errors
from queueing.models import Call, Queue, Ticket
from tests.queueing.conftest import Morning


def test_check_in_gives_the_next_number_and_moves_the_appointment(morning: Morning) -> None:
    appointment = morning.book(1)
    ticket = morning.check_in(appointment, "07:40")
    assert (ticket.display, ticket.state, ticket.late) == ("A01", "waiting", False)
    assert Appointment.objects.get(pk=appointment.pk).state == "arrived"
    assert history.of(ticket).get().verb == "register"
    assert Queue.objects.get().revision == 1


def test_a_patient_checks_in_once(morning: Morning) -> None:
    appointment = morning.book(1)
    morning.check_in(appointment, "07:40")
    with pytest.raises(errors.AlreadyCheckedIn):
        morning.check_in(appointment, "07:41")
    assert Ticket.objects.count() == 1
    assert Queue.objects.get().next_number == 2


def test_check_in_before_walk_in_registration_opens_is_too_early(morning: Morning) -> None:
    appointment = morning.book(1)
    with pytest.raises(errors.TooEarly, match="07:00"):
        morning.check_in(appointment, "06:59")
    assert Appointment.objects.get(pk=appointment.pk).state == "booked"


def test_check_in_on_another_day_is_refused(morning: Morning) -> None:
    appointment = morning.book(1)
    morning.now.advance(days=-1)
    with pytest.raises(errors.WrongDay, match="2026-11-02"):
        morning.check_in(appointment)
    assert not Ticket.objects.exists()


def test_check_in_after_the_slots_end_is_late(morning: Morning) -> None:
    appointment = morning.book(1)
    assert morning.check_in(appointment, "09:01").late


def test_check_in_at_the_slots_end_is_on_time(morning: Morning) -> None:
    appointment = morning.book(1)
    assert not morning.check_in(appointment, "09:00").late


def test_booked_patients_of_the_current_slot_come_before_walk_ins(morning: Morning) -> None:
    appointment = morning.book(1)
    walk_in = morning.walk_in("07:10")
    booked = morning.check_in(appointment, "07:55")
    assert morning.serve("08:00") == booked
    assert morning.serve("08:06") == walk_in


def test_calling_the_next_finishes_whoever_is_served(morning: Morning) -> None:
    appointment = morning.book(1)
    booked, walk_in = morning.check_in(appointment, "07:30"), morning.walk_in("07:31")
    morning.call("08:00")
    morning.do("start", booked, "08:01")
    assert morning.call("08:07") == walk_in
    booked.refresh_from_db()
    assert (booked.state, booked.finished_at) == ("done", morning.now())
    assert Appointment.objects.get(pk=appointment.pk).state == "seen"


def test_calling_is_refused_while_somebody_is_called(morning: Morning) -> None:
    morning.walk_in("07:10")
    morning.walk_in("07:11")
    morning.call("08:00")
    with pytest.raises(errors.PendingCall):
        morning.call("08:01")
    assert Ticket.objects.filter(state="called").count() == 1


def test_calling_an_empty_queue_leaves_everything_as_it_is(morning: Morning) -> None:
    only = morning.walk_in("07:10")
    morning.call("08:00")
    morning.do("start", only, "08:01")
    with pytest.raises(errors.NobodyWaiting):
        morning.call("08:09")
    only.refresh_from_db()
    assert only.state == "serving"


def test_the_first_call_starts_the_session(morning: Morning) -> None:
    morning.walk_in("07:10")
    morning.call("08:03")
    morning.session.refresh_from_db()
    assert (morning.session.state, morning.session.started_at) == ("running", morning.now())


def test_nobody_is_called_before_walk_in_registration_opens(morning: Morning) -> None:
    with pytest.raises(errors.NotOpen):
        morning.call("06:30")


def test_on_time_but_passed_is_the_very_next_once_back(morning: Morning) -> None:
    first, second = morning.book(1), morning.book(1)
    absent = morning.check_in(first, "07:10")
    present = morning.check_in(second, "07:20")
    morning.walk_in("07:00:30")
    assert morning.call("08:00") == absent
    morning.do("pass", absent, "08:03")
    assert morning.serve("08:03:10") == present
    morning.do("return", absent, "08:05", actor=morning.desk)
    assert morning.call("08:09") == absent
    assert Call.objects.last().rule == "on_time_passed"


def test_a_recall_waits_for_the_gap_and_two_are_the_limit(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    with pytest.raises(errors.RecallTooSoon, match="1 seconds"):
        morning.do("recall", ticket, "08:00:59")
    morning.do("recall", ticket, "08:01")
    morning.do("recall", ticket, "08:02")
    with pytest.raises(errors.RecallLimit):
        morning.do("recall", ticket, "08:03")
    assert Call.objects.filter(recall=True).count() == 2


def test_the_job_passes_a_patient_whom_all_recalls_did_not_bring(morning: Morning) -> None:
    from queueing.tasks import pass_unanswered

    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    morning.do("recall", ticket, "08:01")
    pass_unanswered(morning.now.at("08:05"))
    ticket.refresh_from_db()
    assert ticket.state == "called"
    morning.do("recall", ticket, "08:05")
    pass_unanswered(morning.now.at("08:05:59"))
    ticket.refresh_from_db()
    assert ticket.state == "called"
    pass_unanswered(morning.now.at("08:06"))
    ticket.refresh_from_db()
    assert ticket.state == "passed"
    assert history.of(ticket).last().actor_kind == "job"


def test_leaving_uses_the_number_up(morning: Morning) -> None:
    appointment = morning.book(1)
    ticket = morning.check_in(appointment, "07:10")
    morning.do("leave", ticket, "07:30", actor=morning.desk)
    assert Appointment.objects.get(pk=appointment.pk).state == "left"
    with pytest.raises(IllegalTransition):
        morning.do("leave", ticket, "07:31", actor=morning.desk)


def test_cancelling_a_walk_in_gives_the_number_back(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.session.refresh_from_db()
    left = morning.session.pool_left
    morning.do("cancel", ticket, "07:12", actor=morning.desk, reason="wrong doctor")
    morning.session.refresh_from_db()
    assert morning.session.pool_left == left + 1
    assert WalkIn.objects.get().state == "cancelled"


def test_every_move_raises_the_revision(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    before = Queue.objects.get().revision
    morning.call("08:00")
    morning.do("start", ticket, "08:01")
    morning.do("finish", ticket, "08:02")
    assert Queue.objects.get().revision == before + 3
