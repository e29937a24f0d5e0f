"""Undo within minutes by whoever moved, and transfers that keep the place rules."""

from __future__ import annotations

import pytest

from booking.models import Appointment, ClinicSession, WalkIn
from hospital.common import history
from hospital.common.errors import ReasonMissing
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Call, Ticket
from tests.queueing.conftest import Morning


def fields(ticket: Ticket) -> dict[str, object]:
    ticket.refresh_from_db()
    return {f.attname: getattr(ticket, f.attname) for f in ticket._meta.fields if f.attname != "undos"}


def test_an_undone_call_leaves_no_trace_but_the_history(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    before = fields(ticket)
    morning.call("08:00")
    morning.do("undo", ticket, "08:01")
    assert fields(ticket) == before
    assert [row.verb for row in history.of(ticket)] == ["register", "call", "undo"]
    board = selectors.session_board(session_code=morning.session.code, now=morning.now())
    assert (board.calls, board.now_serving) == ((), None)


def test_an_undone_call_does_not_pass_a_slot(morning: Morning) -> None:
    late, second = morning.book(1), morning.book(2)
    morning.check_in(second, "08:30")
    called = morning.call("09:00:30")
    morning.do("undo", called, "09:01")
    ticket = morning.check_in(late, "09:02")
    assert morning.call("09:03") == ticket
    assert Call.objects.filter(undone_at=None).get().rule == "booked"


@pytest.mark.parametrize("verbs", [("start",), ("pass",), ("start", "finish"), ("pass", "return")])
def test_each_step_in_the_room_can_be_undone(morning: Morning, verbs: tuple[str, ...]) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    for verb in verbs[:-1]:
        morning.do(verb, ticket, "08:01")
    before = fields(ticket)
    morning.do(verbs[-1], ticket, "08:02")
    morning.do("undo", ticket, "08:03")
    assert fields(ticket) == before


def test_an_undo_is_not_undone(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    morning.do("undo", ticket, "08:01")
    with pytest.raises(errors.UndoNotPossible):
        morning.do("undo", ticket, "08:01")


def test_undo_ends_after_five_minutes(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    with pytest.raises(errors.UndoTooLate):
        morning.do("undo", ticket, "08:05:01")
    ticket.refresh_from_db()
    assert ticket.state == "called"


def test_only_who_moved_may_undo(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    with pytest.raises(errors.UndoNotYours):
        morning.do("undo", ticket, "08:01", actor=morning.desk)


def test_a_consultation_is_not_taken_back_once_the_room_is_taken(morning: Morning) -> None:
    first = morning.walk_in("07:10")
    morning.walk_in("07:11")
    morning.serve("08:00")
    morning.serve("08:02")
    with pytest.raises(errors.RoomTaken):
        morning.do("undo", first, "08:03")
    first.refresh_from_db()
    assert first.state == "done"


def test_a_seen_booked_patient_stays_seen(morning: Morning) -> None:
    appointment = morning.book(1)
    ticket = morning.check_in(appointment, "07:30")
    morning.serve("08:00")
    morning.do("finish", ticket, "08:02")
    with pytest.raises(errors.UndoNotPossible):
        morning.do("undo", ticket, "08:03")
    assert Appointment.objects.get(pk=appointment.pk).state == "seen"


def test_undoing_a_walk_ins_registration_gives_number_and_money_back(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.do("undo", ticket, "07:12", actor=morning.desk)
    ticket.refresh_from_db()
    walk_in = WalkIn.objects.get()
    assert (ticket.state, walk_in.state) == ("cancelled", "cancelled")
    assert walk_in.payments.get().state in {"refunding", "refunded"}
    morning.session.refresh_from_db()
    assert morning.session.walk_ins == 0


def transfer(morning: Morning, ticket: Ticket, target: ClinicSession, wall: str) -> Ticket:
    return services.ticket_transfer(
        code=ticket.code, target_session_code=target.code, actor=morning.desk, now=morning.now.at(wall)
    )


def test_a_transfer_makes_a_new_number_and_keeps_slot_and_arrival(
    morning: Morning, other_session: ClinicSession
) -> None:
    appointment = morning.book(1)
    old = morning.check_in(appointment, "07:30")
    new = transfer(morning, old, other_session, "08:10")
    assert new.queue_id != old.queue_id
    assert (new.registered_at, new.slot_starts_at, new.late) == (old.registered_at, old.slot_starts_at, False)
    assert new.transferred_from_id == old.pk
    called = services.ticket_call_next(
        session_code=other_session.code, actor=morning.doctor, now=morning.now.at("08:20")
    )
    assert called == new
    services.ticket_finish(code=new.code, actor=morning.doctor, now=morning.now.at("08:30"))
    assert Appointment.objects.get(pk=appointment.pk).state == "seen"


def test_a_transfer_uses_no_number_of_the_target(morning: Morning, other_session: ClinicSession) -> None:
    ticket = morning.walk_in("07:10")
    services.queues_prepare(morning.now())
    transfer(morning, ticket, other_session, "07:20")
    other_session.refresh_from_db()
    assert other_session.walk_ins == 0


def test_a_transfer_to_the_same_queue_is_refused(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    with pytest.raises(errors.SameQueue):
        transfer(morning, ticket, morning.session, "07:20")
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_a_transfer_to_where_the_patient_has_a_number_already_is_refused(
    morning: Morning, other_session: ClinicSession
) -> None:
    ticket = morning.walk_in("07:10")
    services.walk_in_register_and_ticket(
        session_code=other_session.code,
        patient_id=ticket.patient_id,
        payment="cash",
        actor=morning.desk,
        now=morning.now(),
    )
    with pytest.raises(errors.AlreadyWaiting):
        transfer(morning, ticket, other_session, "07:20")
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_nobody_is_taken_back_into_a_session_that_is_over(
    morning: Morning, other_session: ClinicSession
) -> None:
    """It would be a number that nobody ever calls, in a queue that nobody ends."""
    served, waiting = morning.walk_in("08:00"), morning.walk_in("08:00")
    morning.do("finish", morning.serve("11:50"), "11:58")
    morning.do("leave", waiting, "11:59", actor=morning.desk)
    services.sessions_end_due(morning.now.at("12:00"))
    for ticket, actor in ((waiting, morning.desk), (served, morning.doctor)):
        with pytest.raises(errors.UndoNotPossible):
            morning.do("undo", ticket, "12:01", actor=actor)
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["done", "left"]


def test_who_left_a_queue_that_goes_on_in_another_room_comes_back(
    morning: Morning, other_session: ClinicSession
) -> None:
    both = [morning.session.pk, other_session.pk]
    services.queue_shared(session_ids=both, letter="G", now=morning.now.at("07:00"))
    ticket = morning.walk_in("08:00")
    morning.do("leave", ticket, "11:59", actor=morning.desk)
    services.session_end(session_id=morning.session.pk, actor=morning.desk, now=morning.now())
    assert morning.do("undo", ticket, "12:00", actor=morning.desk).state == "waiting"


def test_a_priority_needs_a_reason_and_moves_nobody_by_itself(morning: Morning) -> None:
    first, second, third = (morning.walk_in(f"07:1{n}") for n in range(3))
    with pytest.raises(ReasonMissing):
        services.ticket_set_priority(
            code=third.code, priority="emergency", reason=" ", actor=morning.desk, now=morning.now()
        )
    services.ticket_set_priority(
        code=third.code, priority="emergency", reason="chest pain", actor=morning.desk, now=morning.now()
    )
    assert [morning.serve(wall) for wall in ("08:00", "08:05", "08:10")] == [third, first, second]
