"""Who never came: unresolved first, decided by a person or after the grace, counted in a rolling window."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from booking import services
from booking.domain.errors import Banned, ReasonMissing
from booking.domain.record_errors import AlreadyBanned, BanOver
from booking.models import Appeal, Appointment, Ban, ClinicSession, Patient
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, NotAllowed
from hospital.common.models import Message
from hospital.common.policy import policy_change
from tests.clock import VirtualClock
from tests.factories import Cast, expert, hold, person, session, slots

pytestmark = pytest.mark.django_db

JOB = Actor.job("test")


class Clinic:
    """Sessions in which people are booked and do not come."""

    def __init__(self, cast: Cast, now: VirtualClock) -> None:
        self.cast, self.now = cast, now
        self.manager, self.desk = Actor.of(cast.manager), Actor.of(cast.desk)
        self.doctors = 0

    def missed(self, patient: Patient, day: datetime | None = None) -> Appointment:
        """Booked for the next day's session at 08:00, which is over now; the clock stands at its close."""
        if day is not None:
            self.now.set(day - timedelta(days=1))
        self.doctors += 1
        doctor = expert(f"dr{self.doctors}", department=f"d{self.doctors}")
        day_after = clock.local(self.now()).date() + timedelta(days=1)
        made = session(day_after, now=self.now(), doctor=doctor, quotas=[5, 5, 5, 5])
        held = hold(slots(made)[0], patient, self.cast.lin, self.now())
        Appointment.objects.filter(pk=held.pk).update(state="booked", booked_at=self.now())
        self.close(made)
        return Appointment.objects.get(pk=held.pk)

    def close(self, made: ClinicSession) -> None:
        services.session_open_if_due(session_id=made.pk, now=self.now.at("07:00", days=1))
        services.session_close(session_id=made.pk, actor=self.desk, now=self.now.at("12:30"))

    def confirm(self, appointment: Appointment, actor: Actor | None = None) -> Appointment:
        return services.no_show_confirm(
            appointment_id=appointment.pk, actor=actor or self.manager, now=self.now()
        )

    def correct(
        self, appointment: Appointment, outcome: str = "excused", reason: str = "was ill"
    ) -> Appointment:
        return services.appointment_correct(
            appointment_id=appointment.pk, outcome=outcome, reason=reason, actor=self.manager, now=self.now()
        )

    def banned(self, patient: Patient, times: int = 3) -> Ban:
        """Missed and confirmed so often, a day apart."""
        for _turn in range(times):
            self.confirm(self.missed(patient))
        return Ban.objects.latest("pk")


@pytest.fixture
def clinic(cast: Cast, now: VirtualClock) -> Clinic:
    return Clinic(cast, now)


@pytest.fixture
def lin(cast: Cast) -> Patient:
    return cast.patients["lin"]


def test_a_person_at_the_desk_confirms_a_no_show(clinic: Clinic, lin: Patient) -> None:
    appointment = clinic.missed(lin)
    assert appointment.state == "unresolved"
    assert clinic.confirm(appointment, clinic.desk).state == "no_show"
    last = history.of(appointment).last()
    assert last is not None
    assert (last.verb, last.from_state, last.to_state, last.actor_kind) == (
        "confirm",
        "unresolved",
        "no_show",
        "desk",
    )


@pytest.mark.parametrize("role", ["lin", "dr_zhao"])
def test_neither_patient_nor_expert_confirms(clinic: Clinic, lin: Patient, role: str) -> None:
    appointment = clinic.missed(lin)
    with pytest.raises(NotAllowed):
        clinic.confirm(appointment, Actor.of(getattr(clinic.cast, role)))
    appointment.refresh_from_db()
    assert appointment.state == "unresolved"


def test_nothing_is_confirmed_before_the_session_is_over(
    clinic: Clinic, lin: Patient, tomorrow: ClinicSession
) -> None:
    held = hold(slots(tomorrow)[0], lin, clinic.cast.lin, clinic.now())
    with pytest.raises(IllegalTransition):
        clinic.confirm(held)


def test_the_job_confirms_after_the_grace_to_the_second(clinic: Clinic, lin: Patient) -> None:
    appointment = clinic.missed(lin)
    clinic.now.advance(hours=24, seconds=-1)
    assert services.no_shows_confirm_due(clinic.now()) == 0
    clinic.now.advance(seconds=1)
    assert services.no_shows_confirm_due(clinic.now()) == 1
    assert services.no_shows_confirm_due(clinic.now()) == 0
    last = history.of(appointment).last()
    assert last is not None
    assert (last.to_state, last.actor_kind, last.actor_name) == ("no_show", "job", "no-shows")


def test_the_job_waits_for_the_answer_to_an_appeal(clinic: Clinic, lin: Patient) -> None:
    appointment = clinic.missed(lin)
    services.appointment_appeal(
        appointment_id=appointment.pk,
        account_id=clinic.cast.lin.pk,
        text="I was there",
        actor=Actor.of(clinic.cast.lin),
        now=clinic.now(),
    )
    clinic.now.advance(hours=25)
    assert services.no_shows_confirm_due(clinic.now()) == 0


def test_many_are_decided_at_once_and_what_was_decided_meanwhile_stays(clinic: Clinic, lin: Patient) -> None:
    first, second = clinic.missed(lin), clinic.missed(clinic.cast.patients["chen"])
    clinic.correct(first, "seen", "was in the room")
    decided = services.appointments_resolve(
        codes=[first.code, second.code], verb="confirm", reason="", actor=clinic.manager, now=clinic.now()
    )
    assert (decided.done, decided.refused) == (1, 1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("seen", "no_show")


# ---- bans


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


def missed_while_banned(clinic: Clinic, patient: Patient) -> Appointment:
    """Missed an appointment that was booked before the ban."""
    ban = Ban.objects.latest("pk")
    Ban.objects.filter(pk=ban.pk).update(starts_at=ban.ends_at - timedelta(seconds=1))
    appointment = clinic.missed(patient)
    Ban.objects.filter(pk=ban.pk).update(starts_at=ban.starts_at)
    return clinic.confirm(appointment)


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


# ---- corrections


@pytest.mark.parametrize("outcome", ["seen", "excused"])
def test_a_correction_that_takes_the_count_below_the_limit_lifts_the_ban(
    clinic: Clinic, lin: Patient, outcome: str
) -> None:
    ban = clinic.banned(lin)
    one = ban.misses.order_by("pk")[1]
    clinic.correct(one, outcome, "the scanner was broken")
    ban.refresh_from_db()
    one.refresh_from_db()
    assert (one.state, one.ban_id, ban.lifted_at) == (outcome, None, clinic.now())
    assert ban.lift_reason
    assert [row.verb for row in history.of(ban)] == ["ban", "lift"]
    corrected = history.of(one).last()
    assert corrected is not None
    assert (corrected.verb, corrected.reason) == (f"correct_{outcome}", "the scanner was broken")
    clinic.confirm(clinic.missed(lin))
    assert Ban.objects.filter(lifted_at=None).count() == 1, "the two that stay count again"


def test_a_ban_stays_when_another_miss_makes_up_for_the_corrected_one(clinic: Clinic, lin: Patient) -> None:
    ban = clinic.banned(lin)
    missed_while_banned(clinic, lin)
    clinic.correct(ban.misses.first())  # type: ignore[arg-type]
    ban.refresh_from_db()
    assert (ban.lifted_at, ban.misses.count()) == (None, 3)


@pytest.mark.parametrize("role", ["desk", "lin", "dr_zhao"])
def test_only_a_manager_corrects(clinic: Clinic, lin: Patient, role: str) -> None:
    appointment = clinic.missed(lin)
    with pytest.raises(NotAllowed):
        services.appointment_correct(
            appointment_id=appointment.pk,
            outcome="seen",
            reason="x",
            actor=Actor.of(getattr(clinic.cast, role)),
            now=clinic.now(),
        )
    appointment.refresh_from_db()
    assert appointment.state == "unresolved"


def test_a_correction_says_why_and_what(clinic: Clinic, lin: Patient) -> None:
    appointment = clinic.missed(lin)
    with pytest.raises(ReasonMissing):
        clinic.correct(appointment, reason="  ")
    with pytest.raises(IllegalTransition):
        clinic.correct(appointment, "booked")
    appointment.refresh_from_db()
    assert appointment.state == "unresolved"


# ---- by a manager's hand


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


# ---- appeals


def test_an_appeal_against_a_ban_is_upheld_and_the_patient_is_told(clinic: Clinic, lin: Patient) -> None:
    clinic.cast.lin.phone_sealed = lin.phone_sealed
    clinic.cast.lin.save(update_fields=["phone_sealed"])
    ban = clinic.banned(lin)
    asked = Actor.of(clinic.cast.lin)
    appeal = services.ban_appeal(
        ban_id=ban.pk, account_id=clinic.cast.lin.pk, text="in hospital", actor=asked, now=clinic.now()
    )
    answered = services.appeal_answer(
        appeal_id=appeal.pk,
        uphold=True,
        answer="You were on the ward.",
        actor=clinic.manager,
        now=clinic.now(),
    )
    ban.refresh_from_db()
    assert (answered.state, ban.lifted_at, ban.lift_reason) == (
        "upheld",
        clinic.now(),
        "You were on the ward.",
    )
    assert Message.objects.filter(kind="appeal_answered", key=appeal.code, channel="in_app").count() == 1
    with pytest.raises(IllegalTransition):
        services.appeal_answer(
            appeal_id=appeal.pk, uphold=False, answer="no", actor=clinic.manager, now=clinic.now()
        )


def test_an_appeal_against_a_no_show_is_upheld_and_ends_the_ban_it_counted_for(
    clinic: Clinic, lin: Patient
) -> None:
    ban = clinic.banned(lin)
    one = ban.misses.first()
    assert one is not None
    appeal = services.appointment_appeal(
        appointment_id=one.pk,
        account_id=clinic.cast.lin.pk,
        text="I was there",
        actor=Actor.of(clinic.cast.lin),
        now=clinic.now(),
    )
    services.appeal_answer(
        appeal_id=appeal.pk, uphold=True, answer="Yes", outcome="seen", actor=clinic.manager, now=clinic.now()
    )
    ban.refresh_from_db()
    one.refresh_from_db()
    assert (one.state, ban.lifted_at) == ("seen", clinic.now())


def test_a_rejected_appeal_changes_nothing_but_its_answer(clinic: Clinic, lin: Patient) -> None:
    ban = clinic.banned(lin)
    asked = Actor.of(clinic.cast.lin)
    appeal = services.ban_appeal(
        ban_id=ban.pk, account_id=clinic.cast.lin.pk, text="please", actor=asked, now=clinic.now()
    )
    with pytest.raises(ReasonMissing):
        services.appeal_answer(
            appeal_id=appeal.pk, uphold=False, answer="", actor=clinic.manager, now=clinic.now()
        )
    services.appeal_answer(
        appeal_id=appeal.pk, uphold=False, answer="No proof.", actor=clinic.manager, now=clinic.now()
    )
    ban.refresh_from_db()
    appeal.refresh_from_db()
    assert (ban.lifted_at, appeal.state, appeal.answer) == (None, "rejected", "No proof.")


def test_one_appeal_at_a_time_and_none_against_what_counts_for_nothing(
    clinic: Clinic, lin: Patient, tomorrow: ClinicSession
) -> None:
    from booking.domain.record_errors import AppealOpen, NothingToAppeal

    who = {"account_id": clinic.cast.lin.pk, "actor": Actor.of(clinic.cast.lin)}
    held = hold(slots(tomorrow)[0], lin, clinic.cast.lin, clinic.now())
    with pytest.raises(NothingToAppeal):
        services.appointment_appeal(appointment_id=held.pk, text="x", now=clinic.now(), **who)
    ban = clinic.banned(person(3, clinic.now(), clinic.cast.lin))
    services.ban_appeal(ban_id=ban.pk, text="x", now=clinic.now(), **who)
    with pytest.raises(AppealOpen):
        services.ban_appeal(ban_id=ban.pk, text="y", now=clinic.now(), **who)
    with pytest.raises(NothingToAppeal):
        services.ban_appeal(ban_id=ban.pk, text="z", now=ban.ends_at, **who)
    assert Appeal.objects.count() == 1
