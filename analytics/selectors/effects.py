"""The waits of sessions with a computed plan against those of the same periods before it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from analytics.models import QuotaPlan
from analytics.selectors.choices import Chosen, rows_of
from analytics.selectors.waits import WAIT, WAITED
from hospital.common import clock
from hospital.common.models import StateChange
from hospital.common.policy import policy

PeriodKey = tuple[str, int, time]
"""Expert, weekday and opening of a weekly period."""
CHANNELS = ("walk_in", "appointment")

_BEGUN = frozenset({"approve", "restore"})


@dataclass(slots=True)
class Side:
    """The sessions before or after: the waits of each by channel [min], and everybody who was seen."""

    waits: dict[str, list[list[float]]] = field(default_factory=lambda: {name: [] for name in CHANNELS})
    sessions: int = 0

    def people(self, channel: str) -> int:
        """How many waits are known."""
        return sum(len(session) for session in self.waits[channel])


@dataclass(slots=True)
class PlanEffect:
    """What the sessions of a choice were like before their periods had a plan, and with it."""

    first_day: date | None = None
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    weeks: dict[date, dict[str, list[float]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Session:
    """One session's waits by channel."""

    day: date
    waits: dict[str, list[float]] = field(default_factory=dict)


_Sessions = dict[int, _Session]
_SESSIONS = f"""
SELECT day.id, day.expert_code, day.weekday, day.opens_local, day.date, visit.channel, array_agg({WAIT})
FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
WHERE {{where}} AND {WAITED} AND day.expert_code = ANY(%(experts)s)
GROUP BY 1, 6 ORDER BY day.date, 1
"""  # noqa: S608 - the parts are constants


def plan_spans() -> dict[PeriodKey, list[tuple[datetime, datetime | None]]]:
    """When plans were in force, by period; None is until now. Two queries."""
    periods = {plan.pk: plan for plan in QuotaPlan.objects.exclude(decided_at=None).exclude(state="rejected")}
    spans: dict[PeriodKey, list[tuple[datetime, datetime | None]]] = {}
    changes = StateChange.objects.filter(thing=QuotaPlan._meta.model_name, thing_id__in=periods)
    for change in changes.order_by("pk"):
        plan = periods[change.thing_id]
        found = spans.setdefault((plan.expert_code, plan.weekday, plan.opens_at), [])
        if change.verb in _BEGUN:
            if not found or found[-1][1]:
                found.append((change.at, None))
        elif change.verb == "roll_back" and found:
            found[-1] = (found[-1][0], change.at)
    return {period: found for period, found in spans.items() if found}


def plan_effect(chosen: Chosen) -> PlanEffect:
    """Sessions whose numbers went on sale under a plan, against the same periods before any plan. Three queries.

    A plan changes sessions that are not yet on sale, so a session has it when it was in force at its release, as the
    policy of today says when that is. Only periods that have both are compared: else the mix of experts would change.
    """
    spans, rules = plan_spans(), policy()
    sides: dict[PeriodKey, tuple[_Sessions, _Sessions]] = {}
    rows = rows_of(_SESSIONS, chosen, experts=sorted({period[0] for period in spans}))
    for pk, expert, weekday, opens, day, channel, waits in rows:
        period = (expert, weekday, opens)
        on_sale = datetime.combine(day - timedelta(days=rules.horizon_days), rules.release_time, clock.zone())
        planned = _planned(spans.get(period, []), on_sale)
        if planned is not None:
            sessions = sides.setdefault(period, ({}, {}))[planned]
            sessions.setdefault(pk, _Session(day)).waits[channel] = [float(wait) for wait in waits]
    found = PlanEffect()
    for before, after in sides.values():
        if before and after:
            _add(found.before, before, found.weeks)
            _add(found.after, after, found.weeks)
            first = min(session.day for session in after.values())
            found.first_day = min(found.first_day or first, first)
    return found


def _planned(spans: list[tuple[datetime, datetime | None]], on_sale: datetime) -> bool | None:
    """Whether a session had a plan; None for one that went on sale after a plan was taken back."""
    if not spans:
        return None
    if on_sale < spans[0][0]:
        return False
    had = any(begun <= on_sale and (over is None or on_sale < over) for begun, over in spans)
    return True if had else None


def _add(side: Side, sessions: _Sessions, weeks: dict[date, dict[str, list[float]]]) -> None:
    side.sessions += len(sessions)
    for session in sessions.values():
        week = weeks.setdefault(
            session.day - timedelta(days=session.day.weekday()), {name: [] for name in CHANNELS}
        )
        for channel, waits in session.waits.items():
            side.waits[channel].append(waits)
            week[channel].extend(waits)
