"""Add-on numbers: who may give one, when, what they count, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from booking import services
from booking.domain.errors import (
    AddOnClosed,
    AddOnNotAllowed,
    AlreadyBooked,
    HoldOver,
    NotReleased,
    ReasonMissing,
)
from booking.models import Appointment, Ban, ClinicSession, Payment, Slot
from hospital.common import history
from hospital.common.actor import Actor
from hospital.models import User
from tests import factories
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhao(cast: factories.Cast) -> Actor:
    """The session's own expert."""
    factories.expert(account=cast.dr_zhao)
    return Actor.of(cast.dr_zhao)


def add(slot: Slot, cast: factories.Cast, actor: Actor, now: VirtualClock, **other: Any) -> Appointment:
    """Give lin an add-on number."""
    given: dict[str, Any] = {
        "patient_id": cast.patients["lin"].pk,
        "payment": "cash",
        "reason": "came from afar",
    }
    return services.appointment_add_on(slot_code=slot.code, **(given | other), actor=actor, now=now())


def counts(session: ClinicSession) -> tuple[int, int, int, int]:
    """Quota and booked of the session, its number limit, and what appointments take of the pool."""
    session.refresh_from_db()
    slots = factories.slots(session)
    return (
        sum(slot.quota for slot in slots),
        sum(slot.booked for slot in slots),
        session.number_limit,
        session.appointments_taken,
    )


def test_an_add_on_is_one_more_number_taken_at_once(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.sold_out(tomorrow, now())
    quota, booked, limit, _taken = counts(tomorrow)
    given = add(factories.slots(tomorrow)[1], cast, zhao, now)
    assert (given.state, given.add_on, given.account) == ("booked", True, None)
    assert counts(tomorrow)[:3] == (quota + 1, booked + 1, limit + 1)
    assert Payment.objects.get(appointment=given).state == "paid"
    check_invariants()


def test_after_the_opening_the_walk_in_pool_stays_as_it_was(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("09:00", days=1)
    services.sessions_advance(now())
    tomorrow.refresh_from_db()
    before = tomorrow.pool_left
    add(factories.slots(tomorrow)[3], cast, zhao, now)
    tomorrow.refresh_from_db()
    assert tomorrow.pool_left == before
    assert tomorrow.appointments_taken == 1
    check_invariants()


def test_the_number_ends_with_its_appointment(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    before = counts(tomorrow)
    given = add(factories.slots(tomorrow)[0], cast, zhao, now)
    services.appointment_cancel(
        appointment_id=given.pk, reason="not needed", actor=Actor.of(cast.desk), now=now()
    )
    assert counts(tomorrow) == before
    check_invariants()


def test_a_hold_that_nobody_pays_ends_and_its_number_with_it(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    before = counts(tomorrow)
    given = add(factories.slots(tomorrow)[0], cast, zhao, now, payment="provider")
    assert given.state == "held"
    now.advance(minutes=15)
    services.holds_expire_due(now())
    given.refresh_from_db()
    assert given.state == "expired"
    assert counts(tomorrow) == before
    check_invariants()


def test_the_provider_s_notice_books_it(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    given = add(factories.slots(tomorrow)[2], cast, zhao, now, payment="provider")
    factories.pay(given, now())
    given.refresh_from_db()
    assert given.state == "booked"
    check_invariants()


def test_only_the_own_expert_managers_and_staff_with_the_permission_may(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    before = counts(tomorrow)
    stranger = factories.user("dr_qian", "expert")
    for actor in (Actor.of(cast.desk), Actor.of(cast.lin), Actor.of(stranger), Actor.job("a job")):
        with pytest.raises(AddOnNotAllowed):
            add(factories.slots(tomorrow)[0], cast, actor, now)
    assert counts(tomorrow) == before
    User.objects.filter(pk=cast.desk.pk).update(may_add_on=True)
    assert add(factories.slots(tomorrow)[0], cast, Actor.of(cast.desk), now).state == "booked"
    chen = cast.patients["chen"].pk
    assert add(factories.slots(tomorrow)[0], cast, Actor.of(cast.manager), now, patient_id=chen).add_on


def test_a_reason_is_asked_for_and_kept(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    before = counts(tomorrow)
    with pytest.raises(ReasonMissing):
        add(factories.slots(tomorrow)[0], cast, zhao, now, reason="  ")
    assert counts(tomorrow) == before
    given = add(factories.slots(tomorrow)[0], cast, zhao, now)
    rows = list(history.of(given))
    assert (rows[0].verb, rows[0].reason, rows[0].actor_name) == ("hold", "came from afar", "dr_zhao")


def test_it_is_possible_from_the_release_to_the_second_of_closing(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    last = factories.slots(tomorrow)[3]
    planned = factories.session(tomorrow.date.replace(day=20), now=now())
    with pytest.raises(NotReleased):
        add(factories.slots(planned)[0], cast, zhao, now)
    now.set(tomorrow.closes_at)
    with pytest.raises(AddOnClosed):
        add(last, cast, zhao, now)
    now.advance(seconds=-1)
    assert add(last, cast, zhao, now).state == "booked"


def test_the_patient_s_limits_hold_and_a_ban_does_not(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    Ban.objects.create(
        patient=cast.patients["lin"], reason="no_show", starts_at=now(), ends_at=now.moment.replace(year=2027)
    )
    add(factories.slots(tomorrow)[0], cast, zhao, now)
    before = counts(tomorrow)
    with pytest.raises(AlreadyBooked):
        add(factories.slots(tomorrow)[1], cast, zhao, now)
    assert counts(tomorrow) == before


def test_a_hold_that_is_over_is_not_settled(
    zhao: Actor, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    given = add(factories.slots(tomorrow)[0], cast, zhao, now, payment="provider")
    now.advance(minutes=15)
    with pytest.raises(HoldOver):
        services.appointment_confirm_at_desk(
            appointment_id=given.pk, payment="cash", actor=Actor.of(cast.desk), now=now()
        )
