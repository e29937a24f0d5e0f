"""Set the demo hospital up, or bring it up to date; what users did stays as it is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from analytics.domain.visits import VisitRow
from analytics.selectors.history import is_demo_history_in
from analytics.selectors.plans import plans_for_list
from analytics.services.nightly import asked_of_policy, expert_replan
from analytics.services.plans import plans_apply
from analytics.services.simulations import simulation_ask
from analytics.services.visits import SYNTHETIC, visits_take_in
from booking import services as booking
from booking.selectors import expert_by_code, scope_of
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy, policy_change
from hospital.demo import accounts, clinic, day, history, symptoms

DEMO = Actor.job("demo")
Say = Callable[[str], None]


def seed(*, now: datetime, say: Say) -> None:
    """Everything a newcomer needs; running it again only tops up."""
    people = accounts.people_ensure(now)
    experts = clinic.define(people["expert"].pk, now)
    department = experts[clinic.RUNNING_EXPERT].department_id
    rooms = [
        clinic.room_of(expert, clinic.number_of(code), now).code
        for code, expert in experts.items()
        if expert.department_id == department
    ]
    accounts.devices_ensure(rooms, now)
    symptoms.words_ensure(now)
    if not is_demo_history_in():
        _history(now, say)
    say("sessions of today and the next days")
    top_up(now)


def _history(now: datetime, say: Say) -> None:
    """Weeks with equal quotas, then weeks with those of the first plans, so that there is a before and an after."""
    today = clock.local(now).date()
    planned = [
        row[1] for row in clinic.EXPERTS if row[1] not in {clinic.RUNNING_EXPERT, clinic.UNDECIDED_EXPERT}
    ]
    say(f"{history.DAYS} days of synthetic history")
    days = {code: range(history.DAYS, history.PLANNED, -1) for code in planned}
    days[clinic.UNDECIDED_EXPERT] = range(history.DAYS, 0, -1)
    _take_in(history.visits(today, lambda code: days.get(code, ())), now)
    say("quotas from that history")
    asked = asked_of_policy(today)
    expert_replan(expert_code=clinic.UNDECIDED_EXPERT, asked=asked, actor=DEMO, now=now)
    for plan in plans_for_list(state="proposed"):
        simulation_ask(code=plan.code, now=now)
    policy_change(actor=DEMO, now=now, reason="演示：方案自动生效", auto_approve=True)
    ward = scope_of(level="department", code=clinic.EARLY_DEPARTMENT)
    policy_change(actor=DEMO, now=now, reason="演示：就诊前先测体温、体重", scope=ward, arrival_advice_min=45)
    begun = now - timedelta(days=history.PLANNED + policy().horizon_days + 1)
    for code in planned:
        first = replace(asked, as_of=clock.local(begun).date())
        expert_replan(expert_code=code, asked=first, actor=DEMO, now=begun)
    quotas = {
        (plan.expert_code, plan.weekday, plan.opens_at): [slot.quota for slot in plan.slots.all()]
        for plan in plans_for_list(state="approved")
    }
    latest = {code: range(history.PLANNED, 0, -1) for code in planned}
    _take_in(history.visits(today, lambda code: latest.get(code, ()), quotas), now)
    for code in planned:
        expert_replan(expert_code=code, asked=asked, actor=DEMO, now=now)


def _take_in(visits: Iterator[VisitRow], now: datetime) -> None:
    visits_take_in(
        read=lambda: enumerate(visits, 1),
        source=SYNTHETIC,
        name="",
        actor=DEMO,
        now=now,
    )


def top_up(now: datetime) -> None:
    """Plan and release the days ahead, and have a session running now."""
    until = clock.local(now).date() + timedelta(days=policy().horizon_days + 2)
    booking.sessions_generate(until=until, now=now)
    plans_apply(now=now)
    booking.sessions_advance(now)
    day.session_running_ensure(now=now, expert=expert_by_code(code=clinic.RUNNING_EXPERT))
