"""Managers decide on plans; a decision changes unreleased sessions only, and leaves a history row."""

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics.domain.errors import QuotaSumChanged
from analytics.domain.sessions import Warned
from analytics.management.commands import recompute_quotas
from analytics.models import QuotaPlan
from analytics.services import plans
from analytics.services.plans import plan_approve, plan_edit, plan_reject, plan_roll_back, plans_apply
from booking.domain.errors import ReasonMissing
from booking.models import ClinicSession, SessionTemplate
from booking.services import session_release, sessions_generate
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, NotAllowed, NotFound
from hospital.common.policy import policy_change
from tests import factories
from tests.analytics.conftest import import_visits, visit, written
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
MANAGER = Actor(kind="manager", name="manager")
HAND_WORKED = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
QUOTAS = [0, 0, 9, 12]


def recompute(as_of: str = "2018-11-30", *args: str) -> None:
    call_command("recompute_quotas", "--as-of", as_of, *args, stdout=StringIO())


@pytest.fixture
def monday(now: VirtualClock) -> ClinicSession:
    """Dr Zhou's session on the Monday in two weeks, not released yet: 21 appointments, split equally."""
    zhou = factories.expert("zhou")
    today = clock.local(now()).date()
    factories.template(zhou, today, capacity=9, share="0.58")
    sessions_generate(until=today + timedelta(days=14), now=now())
    return ClinicSession.objects.get(expert=zhou, date=today + timedelta(days=14))


@pytest.fixture
def plan(monday: ClinicSession) -> QuotaPlan:
    """What the hand-worked history proposes for Dr Zhou's Mondays."""
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    recompute()
    return QuotaPlan.objects.get()


def quotas(session: ClinicSession) -> list[int]:
    return [slot.quota for slot in factories.slots(session)]


def verbs(plan: QuotaPlan) -> list[str]:
    return [row.verb for row in history.of(plan)]


def test_the_schedules_share_of_the_computed_capacity_is_the_number_of_appointments(plan: QuotaPlan) -> None:
    assert plan.appointments == 21
    assert [slot.quota for slot in plan.slots.all()] == QUOTAS
    assert [slot.current_quota for slot in plan.slots.all()] == [6, 5, 5, 5]


def test_a_plan_that_leaves_nothing_to_book_says_so_and_waits_for_a_person(
    plan: QuotaPlan, now: VirtualClock
) -> None:
    assert Warned.NOTHING_BOOKABLE not in plan.warnings
    policy_change(actor=MANAGER, now=now(), reason="test", auto_approve=True)
    SessionTemplate.objects.update(slot_minutes=5, appointment_share="0.01")
    recompute("2018-12-01")
    short = QuotaPlan.objects.get(slot_minutes=5)
    assert (short.appointments, Warned.NOTHING_BOOKABLE in short.warnings) == (0, True)
    assert short.state == "proposed"


def test_approving_sets_the_quotas_of_sessions_not_yet_released(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock
) -> None:
    assert quotas(monday) == [6, 5, 5, 5]
    assert plan_approve(code=plan.code, actor=MANAGER, now=now()) > 0
    plan.refresh_from_db()
    monday.refresh_from_db()
    assert (plan.state, plan.decided_by, monday.quota_source) == ("approved", "manager", f"plan:{plan.code}")
    assert quotas(monday) == QUOTAS
    assert verbs(plan) == ["propose", "approve"]


def test_a_released_session_keeps_its_quotas(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock
) -> None:
    session_release(session_id=monday.pk, actor=MANAGER, now=now())
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    assert quotas(monday) == [6, 5, 5, 5]


def test_sessions_planned_after_the_approval_get_its_quotas_before_their_release(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock
) -> None:
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    sessions_generate(until=monday.date + timedelta(days=7), now=now())
    later = ClinicSession.objects.get(date=monday.date + timedelta(days=7))
    assert plans_apply(now=now()) == 1
    assert quotas(later) == QUOTAS
    assert plans_apply(now=now()) == 0


def test_a_plan_taken_back_while_new_sessions_get_theirs_is_given_to_none(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The duty read it before; applied then, it would have stayed with the session."""
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    sessions_generate(until=monday.date + timedelta(days=7), now=now())
    read = plans.approved_plans

    def taken_back_meanwhile(*expert: str) -> object:
        found = read(*expert)
        if not expert:
            plan_roll_back(code=plan.code, reason="Complaints", actor=MANAGER, now=now())
        return found

    monkeypatch.setattr(plans, "approved_plans", taken_back_meanwhile)
    assert plans_apply(now=now()) == 0
    assert {source for (source,) in ClinicSession.objects.values_list("quota_source")} == {"equal"}


def test_an_edit_moves_numbers_and_keeps_their_sum(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock
) -> None:
    plan_edit(code=plan.code, quotas=[1, 0, 8, 12], actor=MANAGER, now=now())
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    assert quotas(monday) == [1, 0, 8, 12]
    assert QuotaPlan.objects.get().edited


@pytest.mark.parametrize("wrong", [[0, 0, 9, 13], [0, 0, 9], [-1, 1, 9, 12], [0, 0, 0, 0]])
def test_an_edit_that_changes_the_sum_is_refused(
    plan: QuotaPlan, now: VirtualClock, wrong: list[int]
) -> None:
    with pytest.raises(QuotaSumChanged):
        plan_edit(code=plan.code, quotas=wrong, actor=MANAGER, now=now())
    assert [slot.quota for slot in plan.slots.all()] == QUOTAS
    assert verbs(plan) == ["propose"]


def test_a_rejected_plan_is_not_proposed_again_and_needs_a_reason(plan: QuotaPlan, now: VirtualClock) -> None:
    with pytest.raises(ReasonMissing):
        plan_reject(code=plan.code, reason=" ", actor=MANAGER, now=now())
    plan_reject(code=plan.code, reason="Ward rounds will end earlier", actor=MANAGER, now=now())
    recompute("2018-12-01")
    assert list(QuotaPlan.objects.values_list("state", flat=True)) == ["rejected"]
    assert history.of(plan).last().reason == "Ward rounds will end earlier"  # type: ignore[union-attr]


def test_rolling_back_the_first_plan_returns_to_equal_quotas(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock
) -> None:
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    plan_roll_back(code=plan.code, reason="Complaints", actor=MANAGER, now=now())
    assert quotas(monday) == [6, 5, 5, 5]
    plan.refresh_from_db()
    assert plan.state == "rolled_back"


def test_rolling_back_a_second_plan_puts_the_first_in_force_again(
    plan: QuotaPlan, monday: ClinicSession, now: VirtualClock, tmp_path: Path
) -> None:
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    day = "2018-12-03"
    late = {"registered_at": f"{day} 10:15", "started_at": f"{day} 10:20", "finished_at": f"{day} 10:25"}
    more = [visit(session_date=day, patient_ref=str(number), **late) for number in range(3)]
    import_visits(written(tmp_path / "more.csv", more))
    recompute("2018-12-20")
    second = QuotaPlan.objects.get(state="proposed")
    plan_approve(code=second.code, actor=MANAGER, now=now())
    plan.refresh_from_db()
    assert plan.state == "superseded"
    plan_roll_back(code=second.code, reason="Too few early numbers", actor=MANAGER, now=now())
    plan.refresh_from_db()
    assert plan.state == "approved"
    assert quotas(monday) == QUOTAS
    assert verbs(plan) == ["propose", "approve", "supersede", "restore"]


def test_computing_again_changes_nothing(plan: QuotaPlan) -> None:
    before = (plan.code, list(plan.slots.order_by("pk").values()), verbs(plan))
    recompute()
    same = QuotaPlan.objects.get()
    assert (same.code, list(same.slots.order_by("pk").values()), verbs(same)) == before


def test_an_expert_that_fails_stops_no_other_and_the_command_says_so(
    plan: QuotaPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = recompute_quotas.expert_replan

    def broken(*, expert_code: str, **given: Any) -> Any:
        if expert_code == "broken":
            raise ValueError("no such bin")
        return compute(expert_code=expert_code, **given)

    monkeypatch.setattr(recompute_quotas, "experts_known", lambda window: ["broken", "zhou"])
    monkeypatch.setattr(recompute_quotas, "expert_replan", broken)
    with pytest.raises(CommandError, match=r"1 of 2 experts.*broken: ValueError\('no such bin'\)"):
        recompute("2018-12-01")
    plan.refresh_from_db()
    assert plan.as_of == date(2018, 12, 1)


def test_newer_evidence_for_the_same_quotas_renews_the_open_plan(plan: QuotaPlan, now: VirtualClock) -> None:
    recompute("2018-12-01")
    renewed = QuotaPlan.objects.get()
    assert (renewed.code, renewed.as_of) == (plan.code, date(2018, 12, 1))
    assert verbs(renewed) == ["propose", "renew"]


def test_the_policy_may_approve_at_once(monday: ClinicSession, now: VirtualClock) -> None:
    policy_change(actor=MANAGER, now=now(), reason="demo", auto_approve=True)
    call_command("import_visits", str(HAND_WORKED), stdout=StringIO())
    recompute()
    assert QuotaPlan.objects.get().state == "approved"
    assert quotas(monday) == QUOTAS


@pytest.mark.parametrize("kind", ["patient", "desk", "expert"])
def test_only_managers_decide(plan: QuotaPlan, now: VirtualClock, kind: str) -> None:
    somebody = Actor(kind=kind, name=kind)
    decisions: list[Callable[[], object]] = [
        lambda: plan_approve(code=plan.code, actor=somebody, now=now()),
        lambda: plan_edit(code=plan.code, quotas=[1, 0, 8, 12], actor=somebody, now=now()),
        lambda: plan_reject(code=plan.code, reason="no", actor=somebody, now=now()),
        lambda: plan_roll_back(code=plan.code, reason="no", actor=somebody, now=now()),
    ]
    for decide in decisions:
        with pytest.raises(NotAllowed):
            decide()
    assert verbs(plan) == ["propose"]


def test_moves_outside_the_state_table_are_refused(plan: QuotaPlan, now: VirtualClock) -> None:
    with pytest.raises(IllegalTransition):
        plan_roll_back(code=plan.code, reason="not in force", actor=MANAGER, now=now())
    plan_approve(code=plan.code, actor=MANAGER, now=now())
    for decide in (
        lambda: plan_approve(code=plan.code, actor=MANAGER, now=now()),
        lambda: plan_reject(code=plan.code, reason="late", actor=MANAGER, now=now()),
        lambda: plan_edit(code=plan.code, quotas=QUOTAS, actor=MANAGER, now=now()),
    ):
        with pytest.raises(IllegalTransition):
            decide()
    assert verbs(plan) == ["propose", "approve"]
    with pytest.raises(NotFound):
        plan_approve(code="NOSUCHPLAN", actor=MANAGER, now=now())
