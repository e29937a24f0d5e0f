"""Who waits for a number of a sold-out session, what is offered to whom, and until when."""

from datetime import timedelta
from random import Random

import pytest

from booking import services
from booking.domain import errors
from booking.models import Ban, ClinicSession, ReturnedNumber, WaitlistEntry
from booking.services import returns
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.policy import policy_change
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.factories import Cast, expert, hold, join, pay, person, session, slots, sold_out

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")


@pytest.fixture(autouse=True)
def _seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns, "RANDOM", Random(3))


def cancel(appointment_id: int, now: VirtualClock) -> None:
    services.appointment_cancel(appointment_id=appointment_id, actor=JOB, now=now())


def accept(entry: WaitlistEntry, now: VirtualClock):
    return services.waitlist_accept(entry_id=entry.pk, actor=JOB, now=now())


def fresh(entry: WaitlistEntry) -> WaitlistEntry:
    return WaitlistEntry.objects.get(pk=entry.pk)


def counted(made: ClinicSession) -> list[tuple[int, int]]:
    return [(slot.booked, slot.withheld) for slot in slots(made)]


def test_a_number_given_back_is_offered_to_whoever_waited_longest(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now.advance(seconds=1))
    cancel(booked[0].pk, now)
    assert (fresh(first).state, fresh(second).state) == ("offered", "waiting")
    assert fresh(first).accept_by == now() + timedelta(minutes=30)
    assert counted(tomorrow)[0] == (1, 1)
    check_invariants()


def test_an_accepted_offer_is_a_held_number_to_be_paid_by_the_offers_deadline(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    entry = join(tomorrow, cast.patients["lin"], cast.lin, now())
    cancel(booked[0].pk, now)
    deadline = fresh(entry).accept_by
    now.advance(minutes=20)
    held = accept(entry, now)
    assert (held.state, held.pay_by, held.slot_id, held.account_id) == (
        "held",
        deadline,
        booked[0].slot_id,
        cast.lin.pk,
    )
    assert (fresh(entry).state, fresh(entry).appointment_id) == ("accepted", held.pk)
    assert counted(tomorrow)[0] == (2, 0)
    check_invariants()


def test_an_offer_not_taken_goes_to_the_next_and_then_is_public(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now())
    cancel(booked[0].pk, now)
    now.advance(minutes=29, seconds=59)
    assert services.offers_lapse_due(now()) == 0
    now.advance(seconds=1)
    with pytest.raises(errors.OfferOver):
        accept(first, now)
    assert services.offers_lapse_due(now()) == 1
    assert (fresh(first).state, fresh(second).state) == ("lapsed", "offered")
    now.advance(minutes=30)
    services.offers_lapse_due(now())
    assert fresh(second).state == "lapsed"
    assert (counted(tomorrow)[0], slots(tomorrow)[0].left) == ((1, 0), 1)
    check_invariants()


def test_an_offer_for_a_session_far_ahead_stands_a_day(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(far, now())
    entry = join(far, cast.patients["lin"], cast.lin, now())
    cancel(booked[0].pk, now)
    assert fresh(entry).accept_by == now() + timedelta(hours=24)


def test_an_offer_never_stands_past_the_end_of_the_list(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    entry = join(tomorrow, cast.patients["lin"], cast.lin, now())
    now.at("06:45", days=1)
    cancel(booked[0].pk, now)
    assert fresh(entry).accept_by == tomorrow.walk_in_opens_at


def test_the_list_ends_when_walk_in_registration_opens_and_every_number_is_the_pools(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    offered = join(tomorrow, cast.patients["lin"], cast.lin, now())
    waiting = join(tomorrow, cast.patients["chen"], cast.chen, now())
    now.at("06:45", days=1)
    cancel(booked[0].pk, now)
    now.at("07:00")
    with pytest.raises(errors.OfferOver):
        accept(offered, now)
    cancel(booked[1].pk, now)
    services.sessions_advance(now())
    assert (fresh(offered).state, fresh(waiting).state) == ("ended", "ended")
    assert {returned.state for returned in ReturnedNumber.objects.all()} == {"ended"}
    assert counted(tomorrow)[0] == (0, 0)
    tomorrow.refresh_from_db()
    assert tomorrow.appointments_taken == 4
    cancel(booked[2].pk, now)
    assert ReturnedNumber.objects.count() == 1
    check_invariants()


def test_a_stopped_session_offers_nothing_any_more(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    offered = join(tomorrow, cast.patients["lin"], cast.lin, now())
    waiting = join(tomorrow, cast.patients["chen"], cast.chen, now())
    cancel(booked[0].pk, now)
    services.session_stop(session_id=tomorrow.pk, reason="ill", actor=Actor.of(cast.manager), now=now())
    assert (fresh(offered).state, fresh(waiting).state) == ("ended", "ended")
    cancel(booked[1].pk, now)
    assert [slot.withheld for slot in slots(tomorrow)] == [0, 0, 0, 0]
    check_invariants()


def ban(patient, now: VirtualClock) -> None:
    Ban.objects.create(patient=patient, reason="no_show", starts_at=now(), ends_at=now() + timedelta(days=90))


def test_whoever_is_banned_or_has_a_number_by_now_is_ended_and_never_blocks(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    banned = join(tomorrow, cast.patients["lin"], cast.lin, now())
    elsewhere = join(tomorrow, person(31, now()), None, now())
    third = join(tomorrow, cast.patients["chen"], cast.chen, now())
    ban(cast.patients["lin"], now)
    colleague = session(tomorrow.date, now=now(), doctor=expert("qian"), quotas=[5, 5, 5, 5])
    hold(slots(colleague)[0], elsewhere.patient, None, now())
    cancel(booked[0].pk, now)
    assert [fresh(one).state for one in (banned, elsewhere, third)] == ["ended", "ended", "offered"]
    assert [history.of(one).last().reason for one in (banned, elsewhere)] == ["banned", "already_booked"]
    check_invariants()


def test_a_ban_takes_an_offer_away_at_once(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    booked = sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now())
    cancel(booked[0].pk, now)
    ban(cast.patients["lin"], now)
    with pytest.raises(errors.Banned):
        accept(first, now)
    assert services.offers_lapse_due(now()) == 1
    assert (fresh(first).state, fresh(second).state) == ("ended", "offered")
    check_invariants()


@pytest.mark.parametrize(
    ("elsewhere", "reason"), [(["neuro"], "already_booked"), (["skin", "bone", "eyes"], "limit_reached")]
)
def test_an_offer_that_its_patient_may_not_take_any_more_goes_to_the_next_at_once(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock, elsewhere: list[str], reason: str
) -> None:
    booked = sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now())
    cancel(booked[0].pk, now)
    assert fresh(first).state == "offered"
    services.offers_lapse_due(now())
    assert fresh(first).state == "offered", "whoever may still take it keeps it"
    for number, department in enumerate(elsewhere):
        doctor = expert(f"other{number}", department=department)
        other = session(tomorrow.date, now=now(), doctor=doctor, quotas=[1, 0, 0, 0])
        hold(slots(other)[0], cast.patients["lin"], cast.lin, now())
    assert services.offers_lapse_due(now()) == 1
    assert [fresh(one).state for one in (first, second)] == ["ended", "offered"]
    assert history.of(first).last().reason == reason
    check_invariants()


def test_leaving_with_an_offer_hands_it_to_the_next(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now())
    cancel(booked[0].pk, now)
    services.waitlist_leave(entry_id=first.pk, actor=Actor.of(cast.lin), now=now())
    assert (fresh(first).state, fresh(second).state) == ("left", "offered")
    with pytest.raises(IllegalTransition):
        accept(first, now)
    with pytest.raises(IllegalTransition):
        services.waitlist_leave(entry_id=first.pk, actor=Actor.of(cast.lin), now=now())
    check_invariants()


def test_an_unpaid_accepted_offer_expires_and_goes_to_the_next(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now())
    cancel(booked[0].pk, now)
    accept(first, now)
    now.advance(minutes=30)
    services.holds_expire_due(now())
    assert fresh(second).state == "offered"
    again = join(tomorrow, cast.patients["lin"], cast.lin, now())
    assert again.state == "waiting"
    check_invariants()


def test_only_a_sold_out_session_has_a_waitlist(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    with pytest.raises(errors.NotSoldOut):
        join(tomorrow, cast.patients["lin"], cast.lin, now())
    assert not WaitlistEntry.objects.exists()


def test_joining_asks_the_same_as_booking(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    booked = sold_out(tomorrow, now())
    with pytest.raises(errors.AlreadyBooked):
        join(tomorrow, booked[0].patient, None, now())
    ban(cast.patients["lin"], now)
    with pytest.raises(errors.Banned):
        join(tomorrow, cast.patients["lin"], cast.lin, now())
    join(tomorrow, cast.patients["chen"], cast.chen, now())
    with pytest.raises(errors.AlreadyWaiting):
        join(tomorrow, cast.patients["chen"], cast.chen, now())
    now.set(tomorrow.walk_in_opens_at)
    with pytest.raises(errors.BookingClosed):
        join(tomorrow, person(32, now()), None, now())
    assert WaitlistEntry.objects.count() == 1


def test_a_list_is_as_long_as_the_policy_says(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    policy_change(actor=Actor.of(cast.manager), now=now(), reason="short lists", waitlist_per_session=1)
    sold_out(tomorrow, now())
    join(tomorrow, cast.patients["lin"], cast.lin, now())
    with pytest.raises(errors.WaitlistFull):
        join(tomorrow, cast.patients["chen"], cast.chen, now())


def test_a_session_kept_for_walk_ins_has_no_waitlist(cast: Cast, now: VirtualClock) -> None:
    kept = session((now() + timedelta(days=2)).date(), now=now(), quotas=[0, 0, 0, 0])
    with pytest.raises(errors.NothingToWaitFor):
        join(kept, cast.patients["lin"], cast.lin, now())


def test_a_paid_offer_stands(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    booked = sold_out(tomorrow, now())
    entry = join(tomorrow, cast.patients["lin"], cast.lin, now())
    cancel(booked[0].pk, now)
    held = accept(entry, now)
    pay(held, now())
    held.refresh_from_db()
    assert held.state == "booked"
    check_invariants()


def test_numbers_that_a_new_plan_adds_go_to_those_who_wait(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    sold_out(tomorrow, now())
    first = join(tomorrow, cast.patients["lin"], cast.lin, now())
    second = join(tomorrow, cast.patients["chen"], cast.chen, now.advance(seconds=1))
    services.session_set_quotas(
        session_id=tomorrow.pk, quotas=[2, 1, 3, 3], source="plan", actor=Actor.of(cast.manager), now=now()
    )
    assert (fresh(first).state, fresh(second).state) == ("offered", "offered")
    assert [(slot.withheld, slot.left) for slot in slots(tomorrow)] == [(0, 0), (0, 0), (2, 1), (0, 0)]
    check_invariants()
