"""Booking at the desk for somebody who calls or has no phone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from booking import services
from booking.domain.errors import AlreadyBooked, Banned, ReasonMissing, SoldOut
from booking.models import Appointment, Ban, ClinicSession, Expert, Payment
from hospital.common.actor import Actor
from hospital.common.crypto import unseal
from hospital.common.errors import NotAllowed
from hospital.common.models import Message
from tests import factories
from tests.booking.conftest import check_invariants
from tests.booking.gateway import local_gateway
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def _expert(serial: int) -> Expert:
    return factories.expert(f"e{serial}", department=f"d{serial}")


def book(session: ClinicSession, cast: factories.Cast, now: VirtualClock, **other: object) -> Appointment:
    """The desk books the first slot for lin."""
    given: dict[str, object] = {"payment": "cash", "actor": Actor.of(cast.desk)}
    return services.appointment_book_at_desk(
        slot_code=factories.slots(session)[0].code,
        patient_id=cast.patients["lin"].pk,
        now=now(),
        **(given | other),  # type: ignore[arg-type]
    )


def test_cash_is_taken_with_the_number(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = book(tomorrow, cast, now)
    assert (booked.state, booked.account, booked.add_on) == ("booked", None, False)
    paid = Payment.objects.get(appointment=booked)
    assert (paid.provider, paid.state, paid.amount_fen) == ("cash", "paid", 5000)
    check_invariants()


def test_the_fee_is_waived_with_a_reason_only(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    with pytest.raises(ReasonMissing), transaction.atomic():
        book(tomorrow, cast, now, payment="free")
    assert not Appointment.objects.exists()
    booked = book(tomorrow, cast, now, payment="free", reason="staff")
    assert (booked.state, booked.fee_fen) == ("booked", 0)
    check_invariants()


def test_limits_of_the_patient_and_bans_hold_those_of_an_account_do_not(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    book(tomorrow, cast, now)
    with pytest.raises(AlreadyBooked):
        book(tomorrow, cast, now)
    for serial in range(15):
        day = factories.session(tomorrow.date, now=now(), doctor=_expert(serial))
        services.appointment_book_at_desk(
            slot_code=factories.slots(day)[0].code,
            patient_id=factories.person(serial, now()).pk,
            payment="provider",
            actor=Actor.of(cast.desk),
            now=now(),
        )
    chen = cast.patients["chen"]
    Ban.objects.create(patient=chen, reason="no_show", starts_at=now(), ends_at=tomorrow.closes_at)
    with pytest.raises(Banned):
        services.appointment_book_at_desk(
            slot_code=factories.slots(tomorrow)[1].code,
            patient_id=chen.pk,
            payment="cash",
            actor=Actor.of(cast.desk),
            now=now(),
        )


def test_who_pays_by_phone_gets_the_link_by_text_message(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = book(tomorrow, cast, now, payment="provider")
    told = Message.objects.get(kind="pay_link", channel="sms")
    assert f"/pay/{held.code}/" in unseal(told.body_sealed)
    assert told.expires_at == held.pay_by
    services.appointment_book_at_desk(
        slot_code=factories.slots(tomorrow)[1].code,
        patient_id=factories.person(5, now()).pk,
        payment="provider",
        actor=Actor.of(cast.desk),
        now=now(),
    )
    assert Message.objects.filter(kind="pay_link", channel="sms").count() == 1


def test_a_sold_out_slot_charges_nobody(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.sold_out(tomorrow, now())
    before = Payment.objects.count()
    with pytest.raises(SoldOut):
        book(tomorrow, cast, now)
    assert Payment.objects.count() == before


@pytest.mark.parametrize("who", ["lin", "dr_zhao"])
def test_others_do_not_book_at_the_desk(
    who: str, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    with pytest.raises(NotAllowed):
        book(tomorrow, cast, now, actor=Actor.of(getattr(cast, who)))


def test_the_api_books_for_the_desk_without_an_account(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.desk)
    answer = client.post(
        "/api/v1/appointments/",
        {"slot": factories.slots(tomorrow)[0].code, "patient": cast.patients["chen"].code},
        "application/json",
        headers={"Idempotency-Key": "k"},
    )
    assert answer.status_code == 201
    assert Appointment.objects.get(code=answer.json()["code"]).account is None


def test_the_api_gives_an_add_on_and_where_to_pay_it(
    cast: factories.Cast,
    tomorrow: ClinicSession,
    now: VirtualClock,
    client: Client,
    tmp_path: Path,
) -> None:
    Expert.objects.filter(pk=tomorrow.expert_id).update(user=cast.dr_zhao)
    client.force_login(cast.dr_zhao)
    asked = {
        "slot": factories.slots(tomorrow)[2].code,
        "patient": cast.patients["chen"].code,
        "payment": "provider",
        "reason": "seen last week",
    }
    with local_gateway(tmp_path, time.time):
        first = client.post(
            "/api/v1/desk/add-ons/", asked, "application/json", headers={"Idempotency-Key": "a"}
        )
        again = client.post(
            "/api/v1/desk/add-ons/", asked, "application/json", headers={"Idempotency-Key": "a"}
        )
    assert first.status_code == 201, first.json()
    assert first.json()["state"] == "held"
    assert first.json()["pay_url"].startswith("http")
    assert again.json()["code"] == first.json()["code"]
    given = Appointment.objects.get()
    assert given.add_on
    unknown = client.post(
        "/api/v1/desk/add-ons/",
        asked | {"patient": cast.patients["lin"].code, "provider": "nobody"},
        "application/json",
        headers={"Idempotency-Key": "u"},
    )
    assert unknown.status_code != 201
    assert Appointment.objects.count() == 1, "nothing is held for a provider that nobody knows"
    factories.notice(given.payments.get(), now())
    after = client.post("/api/v1/desk/add-ons/", asked, "application/json", headers={"Idempotency-Key": "a"})
    assert (after.status_code, after.json()) == (201, first.json() | {"pay_url": None})
    refused = client.post("/api/v1/desk/add-ons/", asked | {"reason": " "}, "application/json")
    assert refused.status_code == 400
