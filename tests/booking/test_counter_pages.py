"""The pages of booking at the desk and of adding numbers."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from booking import services
from booking.models import Appointment, ClinicSession, Expert, Patient
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from tests import factories
from tests.booking.conftest import check_invariants
from tests.booking.gateway import local_gateway
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, cast: factories.Cast) -> Client:
    client.force_login(cast.desk)
    return client


def looked(patient: Patient) -> list[str]:
    """Who of the staff looked at the record."""
    rows = StateChange.objects.filter(thing="patient", thing_id=patient.pk, verb="read")
    return list(rows.values_list("actor_name", flat=True))


def test_the_desk_finds_books_and_cancels_for_a_caller(
    desk: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    lin = cast.patients["lin"]
    found = desk.post(reverse("booking:counter-find"), {"q": "13800138000"})
    assert found["Location"].endswith(f"?patient={lin.code}")
    page = desk.get(reverse("booking:counter"), {"patient": lin.code, "department": "neuro"})
    assert looked(lin) == [cast.desk.username]
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
    address, wish = reverse("booking:counter-cancel", args=[booked.code]), {"key": "c", "wish": "patient"}
    assert desk.post(address, {**wish, "reason": ""}).status_code == 400
    assert desk.post(address, {"key": "c", "reason": "called again"}).status_code == 400
    twice = [desk.post(address, {**wish, "reason": "called again"}) for _again in range(2)]
    assert [answer.status_code for answer in twice] == [302, 302]
    booked.refresh_from_db()
    assert (booked.state, booked.payments.get().state) == ("cancelled", "refunding")
    assert "Hand back ¥50" in desk.get(twice[0]["Location"]).content.decode()


@pytest.mark.parametrize(
    ("wish", "refund", "is_late", "paid"),
    [
        ("patient", "no", True, "paid"),
        ("patient", "yes", True, "refunding"),
        ("hospital", "yes", False, "refunding"),
        ("hospital", "no", False, "paid"),
    ],
)
def test_after_the_opening_the_desk_says_whose_wish_it_is_and_decides_about_the_fee(
    desk: Client,
    cast: factories.Cast,
    tomorrow: ClinicSession,
    now: VirtualClock,
    wish: str,
    refund: str,
    is_late: bool,
    paid: str,
) -> None:
    booked = factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    shown = reverse("booking:counter-booking", args=[booked.code])
    assert 'name="refund"' not in desk.get(shown).content.decode(), "before it the refund is always full"
    now.at("07:00", days=1)
    assert 'name="refund"' in desk.get(shown).content.decode()
    address = reverse("booking:counter-cancel", args=[booked.code])
    asked = {"key": "k", "wish": wish, "reason": "wrong weekday"}
    undecided = desk.post(address, asked)
    assert undecided.status_code == 400
    page = " ".join(undecided.content.decode().split())
    assert f'value="{wish}" required checked' in page or wish == "hospital"
    booked.refresh_from_db()
    assert booked.state == "booked"
    assert desk.post(address, {**asked, "refund": refund})["Location"] == shown
    booked.refresh_from_db()
    assert (booked.state, booked.late_cancel, booked.payments.get().state) == ("cancelled", is_late, paid)
    said = desk.get(shown).content.decode()
    assert ("goes back by itself" in said, "is kept: no refund" in said) == (refund == "yes", refund == "no")
    check_invariants()


def test_an_unknown_caller_is_registered_on_the_way(desk: Client, tomorrow: ClinicSession) -> None:
    new = factories.resident_id(77)
    page = desk.post(reverse("booking:counter-find"), {"q": new}).content.decode()
    assert f'value="{new}"' in page
    person = {"name": "周小川", "id_type": "resident", "id_number": new, "phone": ""}
    wrong = desk.post(reverse("booking:counter-register"), {**person, "id_number": "123"})
    assert wrong.status_code == 400
    done = desk.post(reverse("booking:counter-register"), person)
    assert done["Location"].endswith(f"?patient={Patient.objects.get(name='周小川').code}")


def test_the_desk_finds_an_appointment_and_changes_its_time_with_a_reason(
    desk: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    lin, slots = cast.patients["lin"], factories.slots(tomorrow)
    booked = factories.book(slots[0], lin, cast.lin, now())
    shown = reverse("booking:counter-booking", args=[booked.code])
    assert shown in desk.get(reverse("booking:counter"), {"patient": lin.code}).content.decode()
    assert desk.post(reverse("booking:counter-find"), {"q": booked.checkin_code.lower()})["Location"] == shown
    address = reverse("booking:counter-move", args=[booked.code])
    assert address in desk.get(shown).content.decode()
    assert desk.get(address).content.decode().count('aria-keyshortcuts="Escape"') == 1
    asked = {"key": "k", "slot": slots[3].code, "reason": " "}
    refused = desk.post(address, asked)
    assert refused.status_code == 400
    assert f'value="{slots[3].code}" selected' in refused.content.decode()
    asked["reason"] = "the patient called"
    assert [desk.post(address, asked)["Location"] for _twice in range(2)] == [shown, shown]
    booked.refresh_from_db()
    assert (booked.slot, booked.moves) == (slots[3], 1)
    now.at("07:00", days=1)
    assert desk.get(address)["Location"] == shown


def test_the_desk_reads_that_only_the_patients_own_time_has_numbers_left(
    desk: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    slots = factories.slots(tomorrow)
    booked = factories.book(slots[0], cast.patients["lin"], cast.lin, now())
    for serial, place in enumerate([1, 3, 3, 3]):
        factories.book(slots[place], factories.person(serial, now()), None, now())
    page = desk.get(reverse("booking:counter-move", args=[booked.code])).content.decode()
    assert "This doctor has no other free time for the same fee." in page
    assert "<select" not in page


def test_a_number_of_the_desk_is_paid_on_its_link_without_signing_in(
    desk: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, tmp_path: Path
) -> None:
    held = services.appointment_book_at_desk(
        slot_code=factories.slots(tomorrow)[0].code,
        patient_id=cast.patients["lin"].pk,
        payment="provider",
        actor=Actor.of(cast.desk),
        now=now(),
    )
    link, done = (reverse(f"booking:{name}", args=[held.code]) for name in ("link-pay", "link"))
    shown = reverse("booking:counter-booking", args=[held.code])
    assert link in desk.get(shown).content.decode()
    refused = desk.post(reverse("booking:counter-cancel", args=[held.code]), {"key": "c"}).content.decode()
    assert f'data-poll="{shown}"' in refused, (
        "a refused cancel waits for the page, not for the answer of a form"
    )
    phone = Client()
    page = phone.get(link)
    assert "no-store" in page["Cache-Control"]
    assert "林小雨" not in page.content.decode()
    assert phone.get(done)["Location"] == link
    assert phone.post(link, {"key": "k"}).status_code == 400
    with local_gateway(tmp_path, time.time):
        assert phone.post(link, {"key": "k", "provider": "sandbox"})["Location"].startswith("http")
    assert "data-poll" in phone.get(done).content.decode()
    factories.notice(held.payments.get(), now())
    paid = phone.get(done).content.decode()
    assert f"{held.checkin_code[:4]} {held.checkin_code[4:]}" in paid
    assert phone.get(link)["Location"] == done
    services.appointment_cancel(
        appointment_id=held.pk, reason="asked to", actor=Actor.of(cast.desk), now=now()
    )
    assert "is on its way back" in phone.get(done).content.decode()
    own = factories.book(factories.slots(tomorrow)[1], cast.patients["chen"], cast.chen, now())
    assert phone.get(reverse("booking:link", args=[own.code])).status_code == 404


def test_a_link_says_that_its_time_is_over(
    client: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], None, now())
    now.advance(minutes=16)
    done = reverse("booking:link", args=[held.code])
    assert client.get(reverse("booking:link-pay", args=[held.code]))["Location"] == done
    assert reverse("booking:expert", args=["zhao"]) in client.get(done).content.decode()


@pytest.mark.parametrize("form", ["/desk/book/hold/", "/desk/register/", "/add-ons/{session}/give/"])
def test_a_nul_for_a_patient_finds_nobody(desk: Client, tomorrow: ClinicSession, form: str) -> None:
    answer = desk.post(form.format(session=tomorrow.code), {"patient": "\0", "key": "k"})
    assert answer.status_code in {400, 404}


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
    assert looked(lin) == [cast.dr_zhao.username]
    asked = {
        "key": "k1",
        "patient": lin.code,
        "slot": factories.slots(tomorrow)[2].code,
        "payment": "free",
        "reason": "results came today",
    }
    given = client.post(reverse("booking:add-on-give", args=[tomorrow.code]), asked)
    added = Appointment.objects.get()
    assert added.add_on
    shown = reverse("booking:add-on", args=[tomorrow.code])
    assert given["Location"] == f"{shown}?given={added.code}"
    assert str(added.slot) not in client.get(shown).content.decode()
    assert "has a number" in client.get(given["Location"]).content.decode()
    client.force_login(cast.desk)
    refused = client.post(reverse("booking:add-on-give", args=[tomorrow.code]), asked | {"key": "k2"})
    assert refused.status_code == 403
