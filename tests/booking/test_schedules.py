"""Recurring periods become sessions: fortnights, ends, holidays, leave, extra sessions, substitutes; time zones."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import services
from booking.domain import errors
from booking.domain.schedules import Recurrence, collide, moments, occurs_on, slot_bounds
from booking.models import Absence, Appointment, ClinicSession, Expert, Room, SessionTemplate, Stop
from booking.services import TemplateFacts
from booking.services.clinic import template_define
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.models import Message, StateChange
from tests import factories
from tests.booking.stopped import StoppedClinic, invariants_hold, stopped_clinic
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
MANAGER = Actor(kind="manager", name="manager")


def facts(doctor: Expert, day: date, **changes) -> TemplateFacts:
    room, _made = Room.objects.get_or_create(code="r1", defaults={"name": "301"})
    usual = TemplateFacts(
        expert=doctor,
        weekday=day.isoweekday(),
        opens_at=time(8),
        closes_at=time(12),
        walk_in_opens_at=time(7),
        room=room,
        slot_minutes=60,
        capacity_per_slot=10,
        appointment_share=Decimal("0.50"),
        fee_fen=None,
        every_weeks=1,
        valid_from=date(2026, 1, 1),
        valid_until=None,
    )
    return replace(usual, **changes)


def save(now: VirtualClock, **changes) -> SessionTemplate:
    day = clock.local(now()).date()
    doctor = changes.pop("expert", None) or factories.expert()
    return services.template_save(facts=facts(doctor, day, **changes), actor=MANAGER, now=now())


def days(until: date, now: VirtualClock) -> list[date]:
    services.sessions_generate(until=until, now=now())
    return list(ClinicSession.objects.order_by("date").values_list("date", flat=True))


def test_every_second_week_counts_from_the_week_of_the_first_day(now: VirtualClock) -> None:
    save(now, every_weeks=2, valid_from=date(2026, 11, 5))
    assert days(date(2026, 12, 7), now) == [date(2026, 11, day) for day in (16, 30)]


def test_a_period_takes_place_for_the_last_time_on_its_last_day(now: VirtualClock) -> None:
    template = save(now)
    services.template_end(template_id=template.pk, last_day=date(2026, 11, 9), actor=MANAGER, now=now())
    assert days(date(2026, 11, 30), now) == [date(2026, 11, 2), date(2026, 11, 9)]


def test_the_periods_own_fee_goes_before_the_experts(now: VirtualClock) -> None:
    save(now, fee_fen=8000)
    assert ClinicSession.objects.first().fee_fen == 8000


def test_planning_again_changes_nothing_and_asks_a_constant_number_of_questions(now: VirtualClock) -> None:
    save(now)
    until = clock.local(now()).date() + timedelta(days=60)
    services.sessions_generate(until=until, now=now())
    for number in range(6):
        day = clock.local(now()).date()
        services.template_save(facts=facts(factories.expert(f"e{number}"), day), actor=MANAGER, now=now())
    services.sessions_generate(until=until, now=now())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert services.sessions_generate(until=until, now=now()) == []
    assert len(asked) <= 10


def test_a_holiday_of_the_hospital_a_department_or_a_leave_keeps_only_those_days_free(
    now: VirtualClock,
) -> None:
    neuro = factories.expert()
    ortho = factories.expert("bone", department="ortho")
    save(now, expert=neuro)
    save(now, expert=ortho)
    monday = date(2026, 11, 16)
    Absence.objects.create(
        kind="holiday", department=ortho.department, first_day=monday, last_day=monday, reason="move"
    )
    Absence.objects.create(
        kind="leave", expert=neuro, first_day=date(2026, 11, 23), last_day=date(2026, 11, 24), reason="leave"
    )
    Absence.objects.create(
        kind="holiday", first_day=date(2026, 11, 30), last_day=date(2026, 11, 30), reason="x"
    )
    services.sessions_generate(until=date(2026, 12, 7), now=now())

    def of(doctor: Expert) -> set[int]:
        return {
            found.day for found in doctor.sessions.filter(date__gte=monday).values_list("date", flat=True)
        }

    assert of(neuro) == {16, 7}
    assert of(ortho) == {23, 7}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"opens_at": time(11), "closes_at": time(13)}, errors.PeriodsOverlap),
        ({"opens_at": time(13), "closes_at": time(13, 20)}, errors.SessionTooShort),
        ({"opens_at": time(13), "closes_at": time(12)}, errors.SessionTooShort),
    ],
)
def test_a_period_that_cannot_be_is_refused(now: VirtualClock, changes: dict, error: type[Exception]) -> None:
    save(now)
    with pytest.raises(error):
        save(now, **changes)


def test_alternating_weeks_of_one_expert_do_not_collide(now: VirtualClock) -> None:
    save(now, every_weeks=2, valid_from=date(2026, 11, 2))
    save(now, every_weeks=2, valid_from=date(2026, 11, 9))
    assert len(days(date(2026, 11, 23), now)) == 4


def test_a_night_that_ends_on_the_next_day_collides_with_its_morning() -> None:
    night = Recurrence(1, time(20), time(2), 1, date(2026, 11, 2), None)
    early = Recurrence(2, time(1), time(5), 1, date(2026, 11, 2), None)
    assert collide(night, early)
    assert collide(early, night)


def test_a_changed_period_changes_what_is_planned_and_leaves_what_is_released(now: VirtualClock) -> None:
    template = save(now)
    services.sessions_advance(now())
    doctor = template.expert
    before = {found.date: found.pk for found in ClinicSession.objects.all()}
    later = replace(facts(doctor, clock.local(now()).date()), closes_at=time(11), capacity_per_slot=8)
    services.template_save(facts=later, actor=MANAGER, now=now(), template_id=template.pk)
    after = {found.date: found for found in ClinicSession.objects.all()}
    assert after.keys() == before.keys()
    changed = {day for day, found in after.items() if found.pk != before[day]}
    assert changed == {found.date for found in after.values() if found.state == "planned"}
    for day in changed:
        assert (after[day].number_limit, after[day].slots.count()) == (24, 3)
    assert StateChange.objects.filter(thing="clinicsession", verb="withdraw").count() == len(changed)
    invariants_hold()


def test_plans_of_quotas_survive_when_nothing_of_the_session_changes(now: VirtualClock) -> None:
    template = save(now)
    session = ClinicSession.objects.filter(state="planned", date__gt=clock.local(now()).date()).last()
    services.session_set_quotas(
        session_id=session.pk, quotas=[1, 2, 3, 4], source="plan", actor=MANAGER, now=now()
    )
    services.template_save(
        facts=facts(template.expert, session.date), actor=MANAGER, now=now(), template_id=template.pk
    )
    assert [slot.quota for slot in factories.slots(ClinicSession.objects.get(pk=session.pk))] == [1, 2, 3, 4]


@pytest.fixture
def clinic(db: None, now: VirtualClock) -> StoppedClinic:
    return stopped_clinic(now)


def leave(clinic: StoppedClinic, *, last: int = 30) -> services.AbsenceEffect:
    return services.absence_add(
        kind="leave",
        expert_id=clinic.session.expert_id,
        first_day=clinic.session.date,
        last_day=clinic.session.date + timedelta(days=last),
        reason="training",
        actor=clinic.manager,
        now=clinic.now(),
    )


def test_a_leave_over_booked_sessions_proposes_stops_and_cancels_nobody(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    effect = leave(clinic)
    assert [stop.session for stop in effect.to_stop] == [clinic.session]
    assert effect.withdrawn == 1
    assert Appointment.objects.get(pk=booked.pk).state == "booked"
    clinic.session.refresh_from_db()
    clinic.next_week.refresh_from_db()
    assert (clinic.session.state, clinic.next_week.state) == ("released", "stopped")
    assert Stop.objects.get().state == "proposed"
    invariants_hold()


def test_planned_sessions_of_a_leave_come_back_when_it_is_taken_back(clinic: StoppedClinic) -> None:
    later = clinic.session.date + timedelta(days=14)
    services.sessions_generate(until=later, now=clinic.now())
    effect = leave(clinic)
    assert leave(clinic).absence == effect.absence, "pressed twice it is one leave, which one removal ends"
    assert not ClinicSession.objects.filter(expert=clinic.session.expert, date=later).exists()
    services.absence_remove(absence_id=effect.absence.pk, actor=clinic.manager, now=clinic.now())
    services.sessions_generate(until=later, now=clinic.now())
    assert ClinicSession.objects.get(expert=clinic.session.expert, date=later).state == "planned"


def test_an_extra_session_within_the_horizon_goes_on_sale_at_once(clinic: StoppedClinic) -> None:
    doctor, day = clinic.session.expert, clinic.session.date
    added = services.session_add(
        facts=facts(
            doctor, day, opens_at=time(14), closes_at=time(17), walk_in_opens_at=time(13), fee_fen=6000
        ),
        day=day,
        actor=clinic.manager,
        now=clinic.now(),
    )
    services.sessions_advance(clinic.now())
    added.refresh_from_db()
    assert (added.state, added.extra, added.fee_fen, added.slots.count()) == ("released", True, 6000, 3)
    with pytest.raises(errors.PeriodsOverlap):
        services.session_add(
            facts=facts(doctor, day, opens_at=time(16), closes_at=time(18)),
            day=day,
            actor=clinic.manager,
            now=clinic.now(),
        )


def substitute(clinic: StoppedClinic, expert: Expert, reason: str = "ill") -> ClinicSession:
    return services.session_substitute(
        session_id=clinic.session.pk,
        expert_id=expert.pk,
        reason=reason,
        actor=clinic.manager,
        now=clinic.now(),
    )


def colleague(code: str = "li", **changes) -> Expert:
    doctor = factories.expert(code)
    for name, value in changes.items():
        setattr(doctor, name, value)
    doctor.save()
    return doctor


def test_a_substitute_keeps_the_numbers_and_everybody_is_told(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    clinic.book(phone="")
    li = colleague(name_en="Li")
    before = clinic.session.expert
    session = substitute(clinic, li)
    assert (session.expert, session.instead_of, session.fee_fen) == (li, before, 5000)
    assert Appointment.objects.get(pk=booked.pk).state == "booked"
    assert Message.objects.filter(kind="substituted").count() == 1
    services.sessions_generate(until=session.date, now=clinic.now())
    assert not ClinicSession.objects.filter(expert=before, date=session.date).exists()


def test_whoever_does_not_want_the_substitute_cancels_and_it_never_counts_as_late(
    clinic: StoppedClinic,
) -> None:
    booked = clinic.book()
    substitute(clinic, colleague())
    clinic.now.set(clinic.session.walk_in_opens_at - timedelta(minutes=5))
    gone = services.appointment_cancel(
        appointment_id=booked.pk, actor=Actor(kind="patient", name="lin"), now=clinic.now()
    )
    assert (gone.state, gone.late_cancel) == ("cancelled", False)
    invariants_hold()


def test_a_lower_grade_another_department_or_a_busy_colleague_is_no_substitute(clinic: StoppedClinic) -> None:
    with pytest.raises(errors.LowerGrade):
        substitute(clinic, colleague("low", fee_fen=2000))
    with pytest.raises(errors.LowerGrade):
        substitute(clinic, colleague("young", title="attending"))
    with pytest.raises(errors.LowerGrade):
        substitute(clinic, factories.expert("bone", department="ortho"))
    with pytest.raises(errors.PeriodsOverlap):
        substitute(clinic, clinic.colleague.expert)
    with pytest.raises(errors.ReasonMissing):
        substitute(clinic, colleague(), reason=" ")


def test_the_29th_of_february_is_a_day_like_any_other(now: VirtualClock) -> None:
    now.set(datetime(2028, 2, 20, 0, 0, tzinfo=UTC))
    leap = date(2028, 2, 29)
    doctor = factories.expert()
    services.template_save(
        facts=facts(doctor, leap, valid_from=leap, every_weeks=4), actor=MANAGER, now=now()
    )
    assert days(date(2028, 4, 30), now) == [leap, date(2028, 3, 28), date(2028, 4, 25)]
    assert ClinicSession.objects.first().release_at == datetime(2028, 2, 21, 23, 0, tzinfo=UTC)


def test_a_period_that_came_with_the_hospital_has_a_history_that_goes_on_when_it_ends(
    db: None, now: VirtualClock
) -> None:
    made = template_define(
        expert=factories.expert(),
        weekday=1,
        opens_at=time(8),
        closes_at=time(12),
        walk_in_opens_at=time(7),
        room=Room.objects.create(code="r1", name="305"),
        capacity_per_slot=10,
        appointment_share=Decimal("0.5"),
        actor=Actor.job("test"),
        now=now(),
    )
    services.template_end(template_id=made.pk, last_day=clock.today(), actor=Actor.job("test"), now=now())
    assert [(one.verb, one.from_state) for one in history.of(made)] == [("add", ""), ("end", "kept")]
    invariants_hold()


def test_weeks_are_counted_on_over_the_end_of_the_year_with_53_weeks() -> None:
    rule = Recurrence(5, time(8), time(12), 2, date(2026, 12, 18), None)
    found = [day for n in range(30) if occurs_on(rule, day := date(2026, 12, 18) + timedelta(days=n))]
    assert found == [date(2026, 12, 18), date(2027, 1, 1), date(2027, 1, 15)]


def test_a_session_over_new_years_eve_belongs_to_the_old_year(now: VirtualClock) -> None:
    now.set(datetime(2026, 12, 30, 0, 0, tzinfo=UTC))
    eve = date(2026, 12, 31)
    night = facts(factories.expert(), eve, opens_at=time(22), closes_at=time(2), walk_in_opens_at=time(21))
    services.template_save(facts=night, actor=MANAGER, now=now())
    session = ClinicSession.objects.get(date=eve)
    assert session.closes_at - session.opens_at == timedelta(hours=4)
    assert session.closes_at == datetime(2026, 12, 31, 18, 0, tzinfo=UTC)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "slots"), [(date(2026, 3, 28), 6), (date(2026, 3, 29), 5), (date(2026, 10, 25), 7)]
)
def test_when_the_clocks_change_a_night_has_an_hour_less_or_more_and_whole_slots(
    day: date, slots: int
) -> None:
    rule = Recurrence(day.isoweekday(), time(0), time(6), 1, day, None)
    found = moments(rule=rule, walk_in_opens_at=time(0), day=day, zone=BERLIN)
    bounds = slot_bounds(opens_at=found.opens_at, closes_at=found.closes_at, slot_minutes=60)
    assert len(bounds) == slots
    assert {end - start for start, end in bounds} == {timedelta(hours=1)}
    assert all(one[1] == other[0] for one, other in itertools.pairwise(bounds))


def test_in_a_zone_with_summer_time_every_session_opens_at_its_wall_clock_hour(
    now: VirtualClock, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    now.set(datetime(2026, 10, 19, 6, 0, tzinfo=UTC))
    save(now)
    days(date(2026, 10, 26), now)
    opened = [found.opens_at for found in ClinicSession.objects.order_by("date")]
    assert [clock.local(moment).hour for moment in opened] == [8, 8]
    assert opened[1] - opened[0] == timedelta(days=7, hours=1)
