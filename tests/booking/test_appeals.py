"""Appeals against bans and no-shows: one at a time, answered by a manager, told to the patient."""

from __future__ import annotations

import pytest

from booking import services
from booking.domain.errors import ReasonMissing
from booking.models import Appeal, ClinicSession, Patient
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.models import Message
from tests.booking.no_shows import Clinic, clinic, lin
from tests.factories import hold, person, slots

__all__ = ["clinic", "lin"]

pytestmark = pytest.mark.django_db


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
    from booking.domain.errors import AppealOpen, NothingToAppeal

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
