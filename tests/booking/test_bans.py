"""Bans: missed or cancelled too often in a rolling window, or by a manager's hand; they end to the second."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking import services
from booking.domain.errors import AlreadyBanned, Banned, BanOver, ReasonMissing
from booking.models import Appointment, Ban, Patient
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed
from hospital.common.models import Message
from hospital.common.policy import policy_change
from tests.booking.no_shows import Clinic, clinic, lin, missed_while_banned
from tests.factories import Cast, expert, hold, session, slots

__all__ = ["clinic", "lin"]

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")


def test_the_third_no_show_in_ninety_days_closes_online_booking_in_the_same_step(
    clinic: Clinic, lin: Patient
) -> None:
    for _turn in range(2):
        clinic.confirm(clinic.missed(lin))
    assert Ban.objects.count() == 0
    third = clinic.missed(lin)
    clinic.confirm(third)
    ban = Ban.objects.get()
    assert (ban.reason, ban.starts_at, ban.misses.count()) == ("no_show", clinic.now(), 3)
    assert clock.local(ban.ends_at) == clock.local(clinic.now()) + timedelta(days=90)
    made = history.of(ban).get()
    assert (made.verb, made.to_state, len(made.data["appointments"])) == ("ban", "in_force", 3)
    told = Message.objects.get(kind="ban", channel="sms")
    assert (told.key, told.phone_tail) == (ban.code, "8000")


@pytest.mark.parametrize(("seconds", "banned"), [(-1, True), (0, False), (1, False)])
def test_the_window_is_ninety_days_to_the_second(
    clinic: Clinic, lin: Patient, seconds: int, banned: bool
) -> None:
    first, second, third = (clinic.missed(lin) for _turn in range(3))
    begins = first.slot.starts_at
    for appointment, at in [(second, timedelta(days=40)), (third, timedelta(days=90, seconds=seconds))]:
        slot = appointment.slot
        slot.starts_at = begins + at
        slot.ends_at = slot.starts_at + timedelta(hours=1)
        slot.save(update_fields=["starts_at", "ends_at"])
    clinic.now.set(begins + timedelta(days=91))
    for appointment in (third, first, second):
        clinic.confirm(appointment)
    assert Ban.objects.exists() == banned


def test_two_within_the_window_and_an_old_one_ban_nobody(clinic: Clinic, lin: Patient) -> None:
    start = clinic.now()
    clinic.confirm(clinic.missed(lin))
    clinic.confirm(clinic.missed(lin, start + timedelta(days=60)))
    clinic.confirm(clinic.missed(lin, start + timedelta(days=100)))
    assert Ban.objects.count() == 0


def test_a_ban_is_told_at_booking_and_ends_to_the_second(clinic: Clinic, lin: Patient) -> None:
    ban = clinic.banned(lin)
    clinic.now.set(ban.ends_at - timedelta(seconds=1))
    day = clock.local(clinic.now()).date() + timedelta(days=1)
    ahead = session(day, now=clinic.now(), doctor=expert("later", department="later"), quotas=[2, 2, 2, 2])
    with pytest.raises(Banned) as refused:
        hold(slots(ahead)[0], lin, clinic.cast.lin, clinic.now())
    assert refused.value.params["until"] == clock.local(ban.ends_at).date().isoformat()
    assert hold(slots(ahead)[0], lin, clinic.cast.lin, clinic.now.advance(seconds=1)).state == "held"


def test_a_banned_patient_keeps_what_was_booked_and_may_walk_in(
    clinic: Clinic, lin: Patient, cast: Cast
) -> None:
    other = session(
        clock.local(clinic.now()).date() + timedelta(days=6),
        now=clinic.now(),
        doctor=expert("kept", department="kept"),
        quotas=[1, 1, 1, 1],
    )
    kept = hold(slots(other)[0], lin, cast.lin, clinic.now())
    clinic.banned(lin)
    kept.refresh_from_db()
    assert kept.state == "held"
    day = clock.local(clinic.now()).date() + timedelta(days=1)
    made = session(day, now=clinic.now(), doctor=expert("open", department="open"), quotas=[1, 1, 1, 1])
    clinic.now.at("07:30", days=1)
    walk_in = services.walk_in_register(
        session_id=made.pk, patient_id=lin.pk, payment="cash", actor=clinic.desk, now=clinic.now()
    )
    assert walk_in.state == "registered"


def test_later_bans_take_later_steps_and_the_last_repeats(clinic: Clinic, lin: Patient) -> None:
    policy_change(actor=JOB, now=clinic.now(), reason="test", no_show_ban_days=(30, 60))
    lasted = []
    for _turn in range(3):
        ban = clinic.banned(lin)
        lasted.append((clock.local(ban.ends_at) - clock.local(ban.starts_at)).days)
        clinic.now.set(ban.ends_at)
    assert lasted == [30, 60, 60]


def test_misses_that_made_a_ban_do_not_make_another(clinic: Clinic, lin: Patient) -> None:
    clinic.banned(lin)
    for _turn in range(2):
        Appointment.objects.filter(pk=missed_while_banned(clinic, lin).pk)
    assert Ban.objects.count() == 1


def test_late_cancellations_are_counted_apart(clinic: Clinic, lin: Patient, cast: Cast) -> None:
    for _turn in range(2):
        clinic.confirm(clinic.missed(lin))
    start = clinic.now()
    for turn in range(5):
        assert Ban.objects.count() == 0
        clinic.now.set(start + timedelta(days=turn))
        clinic.now.at("20:00")
        day = clock.local(clinic.now()).date() + timedelta(days=1)
        made = session(
            day, now=clinic.now(), doctor=expert(f"c{turn}", department=f"c{turn}"), quotas=[1, 1, 1, 1]
        )
        held = hold(slots(made)[0], lin, cast.lin, clinic.now())
        Appointment.objects.filter(pk=held.pk).update(state="booked")
        services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=clinic.now())
    ban = Ban.objects.get()
    assert (ban.reason, ban.misses.count(), (ban.ends_at - ban.starts_at).days) == ("late_cancel", 5, 30)
    excused = ban.misses.first()
    assert excused is not None
    clinic.correct(excused, "excused", "sent to the emergency room")
    ban.refresh_from_db()
    excused.refresh_from_db()
    assert (excused.state, excused.late_cancel, ban.lifted_at) == ("cancelled", False, clinic.now())


def test_a_manager_closes_and_opens_online_booking_with_a_reason(clinic: Clinic, lin: Patient) -> None:
    for actor, reason, error in [(clinic.desk, "x", NotAllowed), (clinic.manager, " ", ReasonMissing)]:
        with pytest.raises(error):
            services.ban_add(patient_id=lin.pk, days=10, reason=reason, actor=actor, now=clinic.now())
    ban = services.ban_add(
        patient_id=lin.pk, days=10, reason="sold numbers", actor=clinic.manager, now=clinic.now()
    )
    assert (ban.reason, ban.note, (ban.ends_at - ban.starts_at).days) == ("manual", "sold numbers", 10)
    with pytest.raises(AlreadyBanned):
        services.ban_add(patient_id=lin.pk, days=5, reason="again", actor=clinic.manager, now=clinic.now())
    services.ban_lift(ban_id=ban.pk, reason="a mistake", actor=clinic.manager, now=clinic.now())
    with pytest.raises(BanOver):
        services.ban_lift(ban_id=ban.pk, reason="again", actor=clinic.manager, now=clinic.now())
    ban.refresh_from_db()
    assert (ban.lifted_at, ban.lift_reason) == (clinic.now(), "a mistake")
