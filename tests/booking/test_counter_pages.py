"""The pages of booking at the desk and of adding numbers."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from booking.models import Appointment, ClinicSession, Expert, Patient
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, cast: factories.Cast) -> Client:
    client.force_login(cast.desk)
    return client


def test_the_desk_finds_books_and_cancels_for_a_caller(
    desk: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    lin = cast.patients["lin"]
    found = desk.post(reverse("booking:counter-find"), {"q": "13800138000"})
    assert found["Location"].endswith(f"?patient={lin.code}")
    page = desk.get(reverse("booking:counter"), {"patient": lin.code, "department": "neuro"})
    key = re.search(r'name="key" value="(\w+)"', page.content.decode()).group(1)  # type: ignore[union-attr]
    asked = {
        "key": key,
        "patient": lin.code,
        "department": "neuro",
        "slot": factories.slots(tomorrow)[0].code,
        "payment": "cash",
    }
    answers = [desk.post(reverse("booking:counter-hold"), asked) for _twice in range(2)]
    booked = Appointment.objects.get()
    assert {answer["Location"] for answer in answers} == {
        reverse("booking:counter-booking", args=[booked.code])
    }
    shown = desk.get(answers[0]["Location"]).content.decode()
    assert f"{booked.checkin_code[:4]} {booked.checkin_code[4:]}" in shown
    refused = desk.post(reverse("booking:counter-cancel", args=[booked.code]), {"reason": ""})
    assert refused.status_code == 400
    desk.post(reverse("booking:counter-cancel", args=[booked.code]), {"reason": "called again"})
    booked.refresh_from_db()
    assert booked.state == "cancelled"


def test_an_unknown_caller_is_registered_on_the_way(desk: Client, tomorrow: ClinicSession) -> None:
    new = factories.resident_id(77)
    page = desk.post(reverse("booking:counter-find"), {"q": new}).content.decode()
    assert f'value="{new}"' in page
    person = {"name": "周小川", "id_type": "resident", "id_number": new, "phone": ""}
    wrong = desk.post(reverse("booking:counter-register"), {**person, "id_number": "123"})
    assert wrong.status_code == 400
    done = desk.post(reverse("booking:counter-register"), person)
    assert done["Location"].endswith(f"?patient={Patient.objects.get(name='周小川').code}")


def test_a_refused_number_is_said_and_nothing_is_taken(
    desk: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.sold_out(tomorrow, now())
    asked = {
        "key": "k",
        "patient": cast.patients["lin"].code,
        "slot": factories.slots(tomorrow)[0].code,
        "payment": "cash",
    }
    before = Appointment.objects.count()
    answer = desk.post(reverse("booking:counter-hold"), asked)
    assert answer.status_code == 409
    assert Appointment.objects.count() == before


def test_the_expert_adds_a_number_from_the_room(
    client: Client, cast: factories.Cast, tomorrow: ClinicSession
) -> None:
    Expert.objects.filter(pk=tomorrow.expert_id).update(user=cast.dr_zhao)
    client.force_login(cast.dr_zhao)
    page = client.post(reverse("booking:add-on", args=[tomorrow.code]), {"q": "林小雨"}).content.decode()
    lin = cast.patients["lin"]
    assert f'value="{lin.code}"' in page
    asked = {
        "key": "k1",
        "patient": lin.code,
        "slot": factories.slots(tomorrow)[2].code,
        "payment": "free",
        "reason": "results came today",
    }
    done = client.post(reverse("booking:add-on-give", args=[tomorrow.code]), asked)
    assert done.status_code == 200
    assert Appointment.objects.get().add_on
    client.force_login(cast.desk)
    refused = client.post(reverse("booking:add-on-give", args=[tomorrow.code]), asked | {"key": "k2"})
    assert refused.status_code == 403
