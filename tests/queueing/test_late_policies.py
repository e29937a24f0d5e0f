"""A department's own way with missed calls, through the services: places, the end, void; or in turn."""

from __future__ import annotations

import pytest
from django.test import Client

from booking.models import Appointment, WalkIn
from hospital.common import history
from hospital.common.crypto import unseal
from hospital.common.models import Message
from queueing.models import Ticket
from queueing.selectors.order import place_on_return
from queueing.tasks import pass_unanswered
from tests.queueing.conftest import Morning


def miss(morning: Morning, wall: str) -> Ticket:
    """The next one is called and not there."""
    called = morning.call(wall)
    return morning.do("pass", called)


def back(morning: Morning, ticket: Ticket) -> Ticket:
    morning.now.advance(seconds=5)
    return morning.do("return", ticket, actor=morning.desk)


def test_a_missed_call_costs_the_places_of_the_policy(morning: Morning) -> None:
    morning.set_rules(late_policy="back_n", back_places=(2, 0))
    first, *others = [morning.walk_in(f"07:1{minute}") for minute in range(5)]
    assert miss(morning, "08:00") == first
    back(morning, first)
    called = [morning.serve(f"08:0{minute}") for minute in range(1, 4)]
    assert called == [others[0], others[1], first]
    first.refresh_from_db()
    assert first.misses == 1


@pytest.mark.parametrize("job", [False, True])
def test_the_fourth_miss_makes_the_number_void_and_the_patient_and_booking_know(
    morning: Morning, client: Client, job: bool
) -> None:
    morning.set_rules(late_policy="back_n", recall_gap_s=0, recall_limit=0 if not job else 1)
    held = morning.book(1)
    Appointment.objects.filter(pk=held.pk).update(account=morning.cast.lin)
    ticket = morning.check_in(held, "07:30")
    for turn in range(3):
        assert miss(morning, f"08:0{turn}") == ticket
        back(morning, ticket)
        assert place_on_return(Ticket.objects.get()).value == ("places_back", "end", "void")[turn]
    assert "one more missed call makes your number void" in live(client, ticket)
    morning.call("08:10")
    if job:
        morning.do("recall", ticket, "08:11")
        pass_unanswered(morning.now.at("08:12"))
    else:
        morning.do("pass", ticket, "08:12")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.misses) == ("left", 4)
    assert [row.verb for row in history.of(ticket)][-2:] == ["pass", "leave"]
    assert history.of(ticket).last().reason == "void"
    assert Appointment.objects.get(pk=held.pk).state == "left"
    told = Message.objects.filter(kind="void")
    assert {message.channel for message in told} == {"sms", "in_app"}
    assert "you were called 4 times by Zhao Ming" in unseal(told[0].body_sealed)
    assert "This number is void" in live(client, ticket)


def live(client: Client, ticket: Ticket) -> str:
    return client.get(f"/t/{ticket.code}/", headers={"accept-language": "en"}).content.decode()


def test_a_walk_ins_void_number_stays_used_and_an_undo_takes_the_miss_back(morning: Morning) -> None:
    morning.set_rules(late_policy="back_n", void_after_misses=1)
    ticket = morning.walk_in("07:30")
    miss(morning, "08:00")
    undone = morning.do("undo", ticket, "08:01")
    assert (undone.state, undone.misses) == ("called", 0)
    morning.do("pass", ticket, "08:02")
    back(morning, ticket)
    miss(morning, "08:03")
    ticket.refresh_from_db()
    assert (ticket.state, WalkIn.objects.get().state) == ("left", "registered")


def test_passed_patients_go_in_turn_with_the_others(morning: Morning) -> None:
    morning.set_rules(late_policy="interleave")
    first, *others = [morning.walk_in(f"07:1{minute}") for minute in range(5)]
    assert miss(morning, "08:00") == first
    back(morning, first)
    assert [morning.serve(f"08:0{minute}") for minute in range(1, 4)] == [others[0], first, others[1]], (
        "the call that was missed was the first of the two"
    )


def test_under_the_papers_rules_a_number_is_never_void(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    for minute in range(6):
        assert miss(morning, f"08:0{minute}") == ticket
        back(morning, ticket)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.misses) == ("waiting", 6)


@pytest.mark.parametrize(
    ("share", "expected"), [({}, [1, 2, 0]), ({"interleave_booked": 1, "interleave_walk_in": 1}, [1, 0, 2])]
)
def test_booked_patients_and_walk_ins_in_turn_by_the_departments_numbers(
    morning: Morning, share: dict[str, int], expected: list[int]
) -> None:
    department = morning.session.expert.department
    department.discipline = "interleave"
    department.save()
    morning.set_rules(**share)
    booked = [morning.book(1), morning.book(1)]
    people = [morning.walk_in("07:05"), *[morning.check_in(one, "07:30") for one in booked]]
    assert [people.index(morning.serve("08:00")) for _turn in people] == expected
