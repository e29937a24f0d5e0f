"""A plan's evidence and notes from past sessions, without a database."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from numpy.random import default_rng

from analytics.domain.bins import Bin, Span
from analytics.domain.capacity import CapacityRule
from analytics.domain.evidence import Estimator, service_shape, window_rates, world_of
from analytics.domain.plans import AppointmentsRule, Plan, plan_of_history
from analytics.domain.quality import quality_notes, quality_of
from analytics.domain.rates import Forgetting, Prior
from analytics.domain.services_fit import Family, Lengths
from analytics.domain.sessions import History, LongHistory, PastSession, Period, Warned
from analytics.domain.walk_in_changes import walk_in_change

MONDAYS = Period(1, time(8), time(12), time(7), 60)
FIRST = date(2018, 1, 1)
TWO_KINDS = Lengths(300, 6.0, 1.04, (3.0,) * 52 + (19.0,) * 12)


def session(week: int, walk_ins: int = 9, *, start: float = 0.0, lengths: float = 5.0) -> PastSession:
    """A Monday with so many walk-ins before the opening, and five consultations in each quarter after it."""
    crowd = Bin(-2, walk_ins, once=walk_ins)
    seen = [
        Bin(
            quarter,
            starts=3,
            timed=3,
            duration_s=180 * lengths,
            duration_squares_s=3600 * (3 * lengths**2 + 6),
        )
        for quarter in range(int(start // 15), 16)
    ]
    day = FIRST + timedelta(weeks=week)
    return PastSession(day, 1, Span(-60, 240), [crowd, *seen], start, 12, 0, 30)


def history(*sessions: PastSession) -> History:
    return History(sessions)


def plan_of(known: History, estimator: Estimator = Estimator.FULL_COUNTS) -> Plan:
    return plan_of_history(MONDAYS, known, AppointmentsRule(), estimator=estimator)


def test_a_late_start_gives_the_number_seen_with_its_interval() -> None:
    delays = [40.0, 50.0, 31.0, 46.0, 47.0, 35.0]
    plan = plan_of(history(*(session(week, start=delay) for week, delay in enumerate(delays))))
    first, second = plan.slots[0].capacity, plan.slots[1].capacity
    assert (first.rule, first.numbers) == (CapacityRule.MEAN_SEEN, 4)
    assert first.interval == (2, 6)
    assert (second.rule, second.numbers, second.interval) == (CapacityRule.MEAN_DURATION, 12, (12, 12))
    quality = plan.quality
    assert quality.first_start_min == pytest.approx(41.5)
    assert quality.first_start_interval_min == pytest.approx((33.6, 49.4), abs=0.1)


def test_sessions_that_fade_are_read_with_the_priors_of_their_windows() -> None:
    weeks = [session(week, 4 if week < 20 else 12) for week in range(26)]
    spans = [Span(-60, 0), Span(0, 60)]
    quick = Forgetting((2.0, 2.0), (Prior(0.01, 1.0), Prior(3.0, 60.0)), (1.0, 1.0))
    known = replace(history(*weeks), long=LongHistory(weeks, FIRST + timedelta(weeks=26), quick))
    before, after = window_rates(known, spans, Estimator.DISCOUNTED)
    assert 10.9 < before.per_min * 60 < 12
    assert 0 < after.per_min < 3 / 60
    assert window_rates(known, spans, Estimator.FULL_COUNTS)[0].per_min * 60 == pytest.approx(152 / 26)


@pytest.mark.parametrize("estimator", [Estimator.DISCOUNTED, Estimator.PAPER_SAMPLING])
def test_an_estimator_without_what_it_needs_is_refused(estimator: Estimator) -> None:
    with pytest.raises(ValueError, match="needs"):
        plan_of(history(session(1)), estimator)


def test_a_rise_of_late_is_told_from_chance() -> None:
    generator = default_rng(4)
    rises = chances = 0
    for _ in range(100):
        counts = generator.poisson(9, 13)
        chances += walk_in_change([session(week, int(each)) for week, each in enumerate(counts)]) is not None
        counts[9:] = generator.poisson(18, 4)
        rises += walk_in_change([session(week, int(each)) for week, each in enumerate(counts)]) is not None
    assert rises >= 85
    assert chances <= 6


def test_days_beyond_chance_are_noted_seldom_by_chance() -> None:
    generator = default_rng(5)
    noted = [
        quality_of(history(*(session(week, int(each)) for week, each in enumerate(generator.poisson(9, 13)))))
        for _ in range(200)
    ]
    assert sum(Warned.UNEVEN_DAYS in quality_notes(each) for each in noted) <= 8


def test_lengths_of_two_kinds_are_drawn_as_seen_and_keep_their_variance() -> None:
    known = replace(history(*map(session, range(6))), lengths=[TWO_KINDS] * 4)
    shape = service_shape(known)
    assert shape is not None
    assert shape.family is Family.EMPIRICAL
    plan = plan_of(known)
    assert plan.quality.as_data()["service_family"] == "empirical"
    assert plan.world.service_cv == pytest.approx(1.04)


def test_the_world_of_a_plan_has_a_shorter_last_slot() -> None:
    short = Period(1, time(8), time(10, 30), time(7), 60)
    plan = plan_of_history(short, history(*map(session, range(4))), AppointmentsRule())
    assert plan.world.slot_min == (60, 60, 30)
    assert plan.world == world_of(
        short,
        history(*map(session, range(4))),
        plan.world.walk_ins,
        [slot.capacity for slot in plan.slots],
    )


def test_old_history_is_said_to_be_old() -> None:
    known = history(*map(session, range(6)))
    last = FIRST + timedelta(weeks=5)
    assert quality_notes(quality_of(known, last + timedelta(weeks=4))) == ()
    assert quality_notes(quality_of(known, last + timedelta(weeks=4, days=1))) == (Warned.STALE,)
