"""The waiting room by the rules of the expert who calls, and of the department whose queue it is."""

from __future__ import annotations

import pytest

from booking import selectors as booking
from booking.models import ClinicSession
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Ticket
from queueing.tasks import end_sessions, pass_unanswered
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
