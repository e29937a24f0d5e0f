"""Calling a certain patient before the turn: with a permission and a reason, and nobody else loses by it."""

from __future__ import annotations

import pytest
from django.db import transaction

from booking.models import ClinicSession
from hospital.common import history
from hospital.common.errors import IllegalTransition, ReasonMissing
from hospital.models import User
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Call, Ticket
from tests.queueing.conftest import Morning


@pytest.fixture
def permitted(morning: Morning) -> Morning:
    User.objects.filter(pk=morning.cast.dr_zhao.pk).update(may_call_out_of_order=True)
    return morning


def call_chosen(morning: Morning, ticket: Ticket, wall: str, reason: str = "short of breath") -> Ticket:
    now = morning.now.at(wall)
    with transaction.atomic():
        return services.ticket_call_chosen(
            session_code=morning.session.code, code=ticket.code, reason=reason, actor=morning.doctor, now=now
        )


def rules_of(ticket: Ticket) -> list[str]:
    return list(Call.objects.filter(ticket=ticket).values_list("rule", flat=True))


def test_the_chosen_patient_is_called_and_the_reason_kept(permitted: Morning) -> None:
    first, second = permitted.walk_in("07:10"), permitted.walk_in("07:11")
    called = call_chosen(permitted, second, "08:00")
    assert (called, called.state, rules_of(second)) == (second, "called", ["out_of_order"])
    last = history.of(second).last()
    assert last is not None
    assert (last.verb, last.reason) == ("call", "short of breath")
    permitted.do("start", second, "08:01")
    assert permitted.call("08:05") == first


def test_whoever_is_first_anyway_is_called_in_turn(permitted: Morning) -> None:
    first = permitted.walk_in("07:10")
    permitted.walk_in("07:11")
    call_chosen(permitted, first, "08:00")
    assert rules_of(first) == ["walk_in"]


def test_it_counts_for_no_ratio(permitted: Morning) -> None:
    normal = [permitted.walk_in(f"07:1{n}") for n in range(4)]
    priority = permitted.walk_in("07:20", priority="priority", priority_reason="80")
    call_chosen(permitted, normal[3], "08:00")
    permitted.do("start", normal[3], "08:01")
    assert [permitted.serve(f"08:0{n}") for n in (2, 3, 4)] == [normal[0], normal[1], priority]


def test_a_booked_patient_called_early_passes_no_slot(permitted: Morning) -> None:
    first, second, late = permitted.book(2), permitted.book(2), permitted.book(1)
    permitted.check_in(first, "08:20")
    ticket = permitted.check_in(second, "08:21")
    call_chosen(permitted, ticket, "09:01")
    permitted.do("start", ticket, "09:02")
    behind = permitted.check_in(late, "09:03")
    assert permitted.call("09:04") == behind, "the first slot is late but not passed"


def test_without_the_permission_nothing_happens(morning: Morning) -> None:
    morning.walk_in("07:10")
    ticket = morning.walk_in("07:11")
    with pytest.raises(errors.OutOfOrderNotAllowed):
        call_chosen(morning, ticket, "08:00")
    assert not Call.objects.exists()


def test_a_reason_is_asked(permitted: Morning) -> None:
    ticket = permitted.walk_in("07:10")
    with pytest.raises(ReasonMissing):
        call_chosen(permitted, ticket, "08:00", reason="  ")
    assert not Call.objects.exists()


def test_only_who_waits_in_this_queue_can_be_chosen(permitted: Morning, other_session: ClinicSession) -> None:
    here = permitted.walk_in("07:10")
    permitted.walk_in("07:12")
    mine, permitted.session = permitted.session, other_session
    elsewhere = permitted.walk_in("07:11")
    permitted.session = mine
    with pytest.raises(errors.TicketUnknown):
        call_chosen(permitted, elsewhere, "08:00")
    permitted.call("08:00")
    permitted.do("pass", here, "08:02")
    with pytest.raises(IllegalTransition):
        call_chosen(permitted, here, "08:03")
    assert Call.objects.count() == 1


def test_one_waits_while_somebody_is_called_or_the_room_pauses(permitted: Morning) -> None:
    first, second = permitted.walk_in("07:10"), permitted.walk_in("07:11")
    permitted.call("08:00")
    with pytest.raises(errors.PendingCall):
        call_chosen(permitted, second, "08:01")
    permitted.do("start", first, "08:02")
    services.session_pause(
        session_code=permitted.session.code,
        reason="break",
        minutes=5,
        actor=permitted.doctor,
        now=permitted.now(),
    )
    with pytest.raises(errors.Paused):
        call_chosen(permitted, second, "08:03")
    first.refresh_from_db()
    assert first.state == "serving"


def test_it_can_be_taken_back_like_any_call(permitted: Morning) -> None:
    permitted.walk_in("07:10")
    ticket = permitted.walk_in("07:11")
    call_chosen(permitted, ticket, "08:00")
    permitted.do("undo", ticket, "08:01")
    board = selectors.session_board(session_code=permitted.session.code, now=permitted.now())
    assert (board.calls, len(board.waiting)) == ((), 2)
