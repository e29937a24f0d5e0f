"""A walk-in's registration: one live number per patient and doctor, one payment."""

from __future__ import annotations

import pytest

from booking.models import ClinicSession, Patient, Payment, WalkIn
from queueing import services
from queueing.domain.errors import AlreadyWaiting
from queueing.models import Ticket
from tests.queueing.conftest import Morning

WAYS = {
    "waiting": (),
    "called": ("call",),
    "serving": ("call", "start"),
    "passed": ("call", "pass"),
}


def register(morning: Morning, patient: Patient, session: ClinicSession | None = None) -> Ticket:
    return services.walk_in_register_and_ticket(
        session_code=(session or morning.session).code,
        patient_id=patient.pk,
        payment="cash",
        actor=morning.desk,
        now=morning.now(),
    )


def go(morning: Morning, ticket: Ticket, way: tuple[str, ...]) -> None:
    for verb in way:
        if verb == "call":
            morning.call()
        else:
            morning.do(verb, ticket)


@pytest.mark.parametrize("state", WAYS)
def test_who_has_a_live_number_with_a_doctor_gets_no_second_and_pays_once(
    morning: Morning, state: str
) -> None:
    morning.now.at("08:10")
    patient = morning.patient()
    go(morning, register(morning, patient), WAYS[state])
    with pytest.raises(AlreadyWaiting) as refused:
        register(morning, patient)
    assert (refused.value.code, refused.value.status) == ("already_in_queue", 409)
    assert str(refused.value) == "A01 is already waiting with this doctor."
    assert WalkIn.objects.count() == Ticket.objects.count() == Payment.objects.count() == 1


@pytest.mark.parametrize("way", [("call", "start", "finish"), ("leave",)])
def test_whoever_is_done_or_gone_may_take_another_number(morning: Morning, way: tuple[str, ...]) -> None:
    morning.now.at("08:10")
    patient = morning.patient()
    go(morning, register(morning, patient), way)
    assert register(morning, patient).display == "A02"


def test_a_number_with_another_doctor_is_another_matter(
    morning: Morning, other_session: ClinicSession
) -> None:
    morning.now.at("08:10")
    patient = morning.patient()
    register(morning, patient)
    register(morning, patient, other_session)
    assert Ticket.objects.count() == 2


def test_a_booked_patient_who_waits_gets_no_walk_in_number_either(morning: Morning) -> None:
    appointment = morning.book(1)
    ticket = morning.check_in(appointment, "08:10")
    with pytest.raises(AlreadyWaiting, match=ticket.display):
        register(morning, appointment.patient)
    assert not WalkIn.objects.exists()
