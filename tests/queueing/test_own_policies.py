"""The waiting room by the rules of the expert who calls, and of the department whose queue it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from booking import selectors as booking
from booking.models import ClinicSession
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Ticket
from queueing.tasks import end_sessions, pass_unanswered
from tests import factories
from tests.queueing.conftest import Morning


def own(morning: Morning, level: str, code: str, **values: int) -> None:
    scope = booking.scope_of(level=level, code=code)
    policy_change(actor=Actor.job("test"), now=morning.now(), reason="test", scope=scope, **values)


def test_recalls_and_the_job_that_passes_follow_the_expert_who_calls(
    morning: Morning, other_session: ClinicSession
) -> None:
    own(morning, "department", "neuro", recall_gap_s=120)
    own(morning, "expert", "zhao", recall_limit=1)
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    with pytest.raises(errors.RecallTooSoon):
        morning.do("recall", ticket, "08:01:59")
    morning.do("recall", ticket, "08:02")
    room = selectors.room_state(session_code=morning.session.code, now=morning.now.at("08:10"))
    patients = selectors.ticket_live(code=ticket.code, now=morning.now())
    assert (room.recall_limit, room.can_recall, patients.recall_limit) == (1, False, 1)
    with pytest.raises(errors.RecallLimit):
        morning.do("recall", ticket, "08:10")
    pass_unanswered(morning.now.at("08:03:59"))
    assert Ticket.objects.get().state == "called"
    pass_unanswered(morning.now.at("08:04"))
    assert Ticket.objects.get().state == "passed"
    assert selectors.room_state(session_code=other_session.code, now=morning.now()).recall_limit == 2


@pytest.mark.parametrize(("ratio", "order"), [(2, [0, 1, 2]), (1, [0, 2, 1])])
def test_how_many_go_between_two_with_priority_is_the_departments(
    morning: Morning, ratio: int, order: list[int]
) -> None:
    own(morning, "department", "neuro", priority_ratio=ratio)
    people = [morning.walk_in("07:10") for _turn in range(3)]
    services.ticket_set_priority(
        code=people[2].code, priority="priority", reason="80", actor=morning.desk, now=morning.now()
    )
    called = []
    for _turn in range(3):
        called.append(morning.call("08:00"))
        morning.do("finish", called[-1])
    assert called == [people[number] for number in order]


def test_a_session_goes_on_for_its_experts_own_grace(morning: Morning) -> None:
    own(morning, "expert", "zhao", close_grace_min=30)
    morning.walk_in("07:10")
    morning.serve("08:00")
    for wall, state in (("12:29", "running"), ("12:30", "closed")):
        end_sessions(morning.now.at(wall))
        morning.session.refresh_from_db()
        assert morning.session.state == state


@pytest.mark.parametrize(("ratio", "order"), [(2, [0, 1, 3, 2]), (1, [0, 3, 1, 2]), (3, [0, 1, 2, 3])])
def test_how_many_go_between_two_with_results_is_the_departments(
    morning: Morning, ratio: int, order: list[int]
) -> None:
    own(morning, "department", "neuro", review_ratio=ratio)
    people = [morning.walk_in("07:10") for _turn in range(4)]
    services.ticket_set_priority(
        code=people[3].code, priority="review", reason="X-ray", actor=morning.desk, now=morning.now()
    )
    called = []
    for _turn in people:
        called.append(morning.call("08:00"))
        morning.do("finish", called[-1])
    assert called == [people[number] for number in order]


def test_when_to_come_back_is_said_from_the_experts_own_margin_on(morning: Morning) -> None:
    tickets = [morning.walk_in("07:10") for _turn in range(12)]
    for minute in range(0, 60, 10):
        morning.do("finish", morning.serve(f"08:{minute:02d}"), f"08:{minute + 9:02d}")
    last = tickets[-1]
    told = selectors.ticket_live(code=last.code, now=morning.now())
    assert told.come_back_at is not None
    minutes = (told.come_back_at - morning.now()) // timedelta(minutes=1)
    for margin, said in ((minutes, told.come_back_at), (minutes + 1, None)):
        own(morning, "expert", "zhao", come_back_margin_min=margin)
        assert selectors.ticket_live(code=last.code, now=morning.now()).come_back_at == said


def test_how_early_to_come_is_the_experts_own_on_every_page_that_says_it(
    morning: Morning, client: Client
) -> None:
    own(morning, "department", "neuro", arrival_advice_min=60)
    own(morning, "expert", "zhao", arrival_advice_min=47)
    lin = morning.cast.lin
    third = factories.slots(morning.session)[2]
    booked = factories.book(third, morning.cast.patients["lin"], lin, morning.now())
    by_link = morning.book(3)
    client.force_login(lin)
    for page in (f"/appointments/{booked.code}/", f"/pay/{by_link.code}/done/"):
        assert "09:13" in client.get(page).content.decode(), page
