"""Who never came: unresolved first, decided by a person or after the grace; corrected by a manager."""

from __future__ import annotations

import pytest

from booking import services
from booking.domain.errors import ReasonMissing
from booking.models import Ban, ClinicSession, Patient
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, NotAllowed
from tests.booking.no_shows import Clinic, clinic, lin, missed_while_banned
from tests.factories import hold, slots

__all__ = ["clinic", "lin"]

pytestmark = pytest.mark.django_db


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
