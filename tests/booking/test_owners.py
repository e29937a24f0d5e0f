"""Whose number it is: what the hospital gave belongs to its patient's account, and to nobody else's."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from booking import services
from booking.models import AccountPatient, Appeal, Appointment, DataRequest, DrawRequest, StopCase
from booking.selectors.requests import family_export
from hospital.accounts.services import account_set_phone
from hospital.common.actor import Actor
from hospital.common.messages import IN_APP
from hospital.common.models import Message
from hospital.models import User
from tests import factories
from tests.booking.stopped import StoppedClinic, pay

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def by_the_desk(clinic: StoppedClinic, cast: factories.Cast, *, slot: int = 0) -> Appointment:
    """Lin phones; the desk holds a number for her. No account booked it."""
    held = factories.hold(factories.slots(clinic.session)[slot], cast.patients["lin"], None, clinic.now())
    assert held.account_id is None
    return held


def links_of(account: User) -> set[str]:
    return set(
        Message.objects.filter(account=account, channel=IN_APP)
        .exclude(link="")
        .values_list("link", flat=True)
    )


def test_every_link_that_the_patient_is_sent_opens_for_them_and_for_no_stranger(
    clinic: StoppedClinic, cast: factories.Cast
) -> None:
    booked = pay(by_the_desk(clinic, cast), clinic.now())
    clinic.stop()
    case = StopCase.objects.get(appointment=booked)
    links = links_of(cast.lin)
    assert links == {f"/appointments/{booked.code}/", f"/stopped/{case.code}/"}
    lin, stranger = browser(cast.lin), browser(cast.chen)
    for link in [*links, f"/api/v1/stop-cases/{case.code}/", f"/api/v1/appointments/{booked.code}/"]:
        assert lin.get(link).status_code == 200, link
        assert stranger.get(link).status_code == 404, link
    assert f"/appointments/{booked.code}/".encode() in lin.get("/appointments/").content
    assert booked.code.encode() not in stranger.get("/appointments/").content
    answer = lin.post(f"/stopped/{case.code}/", {"choice": "refund", "key": "k"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.choice, booked.payments.get().state) == ("refund", "refunding")


def test_the_patient_pays_moves_and_cancels_what_the_desk_held(
    clinic: StoppedClinic, cast: factories.Cast
) -> None:
    held, lin = by_the_desk(clinic, cast), browser(cast.lin)
    page = lin.get(f"/appointments/{held.code}/pay/").content.decode()
    assert "林小雨" in page
    assert f"/appointments/{held.code}/cancel/" in page
    api = f"/api/v1/appointments/{held.code}"
    said = {"content_type": "application/json", "headers": {"Idempotency-Key": "key-of-this-test"}}
    answer = lin.post(f"{api}/payments/", json.dumps({"provider": "sandbox"}), **said)
    assert (answer.status_code, held.payments.count()) == (503, 1), "no gateway runs here; the order is open"
    pay(held, clinic.now())
    other = factories.slots(clinic.session)[2]
    assert lin.post(f"{api}/move/", json.dumps({"slot": other.code}), **said).status_code == 200
    assert lin.post(f"/appointments/{held.code}/cancel/", {"key": "c"}).status_code == 302
    held.refresh_from_db()
    assert (held.state, held.slot_id, held.payments.get().state) == ("cancelled", other.pk, "refunding")


@pytest.mark.parametrize(
    ("relation", "own_account", "opens"), [("child", False, True), ("partner", True, False)]
)
def test_a_number_of_the_hospital_is_the_familys_only_while_the_patient_has_no_account(
    clinic: StoppedClinic, cast: factories.Cast, relation: str, own_account: bool, opens: bool
) -> None:
    patient = cast.patients["lin"] if own_account else factories.person(200, clinic.now())
    AccountPatient.objects.create(account=cast.chen, patient=patient, relation=relation)
    booked = pay(
        factories.hold(factories.slots(clinic.session)[0], patient, None, clinic.now()), clinic.now()
    )
    link = f"/appointments/{booked.code}/"
    assert (link in links_of(cast.chen)) is opens
    assert browser(cast.chen).get(link).status_code == (200 if opens else 404)


def test_what_the_family_booked_is_the_patients_own_too_and_not_the_other_way_round(
    clinic: StoppedClinic, cast: factories.Cast
) -> None:
    lin = cast.patients["lin"]
    AccountPatient.objects.create(account=cast.chen, patient=lin, relation="partner")
    by_chen = factories.hold(factories.slots(clinic.session)[0], lin, cast.chen, clinic.now())
    by_lin = factories.hold(factories.slots(clinic.next_week)[0], lin, cast.lin, clinic.now())
    assert browser(cast.lin).get(f"/api/v1/appointments/{by_chen.code}/").status_code == 200
    assert browser(cast.chen).get(f"/api/v1/appointments/{by_lin.code}/").status_code == 404


def test_who_says_myself_of_somebody_else_s_patient_gets_nothing_that_is_theirs(
    clinic: StoppedClinic, cast: factories.Cast
) -> None:
    lin, slots = cast.patients["lin"], factories.slots(clinic.session)
    sly = factories.user("sly", "patient")
    account_set_phone(user=sly, phone="+8613700137000", verified=True, now=clinic.now())
    said = {"name": "林小雨", "id_type": "resident", "id_number": factories.LIN_ID, "phone": "13800138000"}
    services.account_patient_add(
        account_id=sly.pk, **said, relation="self", actor=Actor.of(sly), now=clinic.now()
    )
    by_lin = pay(factories.hold(slots[0], lin, cast.lin, clinic.now()), clinic.now())
    by_desk = pay(factories.hold(factories.slots(clinic.next_week)[0], lin, None, clinic.now()), clinic.now())
    for booked in (by_lin, by_desk):
        assert browser(sly).get(f"/api/v1/appointments/{booked.code}/").status_code == 404
        assert browser(sly).post(f"/appointments/{booked.code}/cancel/", {"key": "c"}).status_code == 404
        assert booked.code.encode() not in browser(sly).get("/appointments/").content
    export = json.dumps(family_export(user=sly, now=clinic.now()))
    assert not any(booked.code in export for booked in (by_lin, by_desk))
    assert not Message.objects.filter(account=sly).exists()
    assert browser(cast.lin).post(f"/appointments/{by_desk.code}/cancel/", {"key": "c"}).status_code == 302
    by_desk.refresh_from_db()
    assert by_desk.state == "cancelled"


DOORS = {
    "page move": "/appointments/{appointment}/move/",
    "API move": "/api/v1/appointments/{appointment}/move/",
    "appeal": "/appointments/{appointment}/appeal/",
    "API appeal": "/api/v1/appointments/{appointment}/appeals/",
    "draw request": "/draw-requests/{wish}/",
    "withdraw": "/draw-requests/{wish}/withdraw/",
    "API draw request": "/api/v1/draw-requests/{wish}/",
    "API withdraw": "/api/v1/draw-requests/{wish}/withdraw/",
    "my data": "/my-data/ask/",
    "API my data": "/api/v1/data-requests/",
}


@pytest.mark.parametrize("door", DOORS)
def test_what_is_a_strangers_is_not_there_and_nothing_is_changed(
    clinic: StoppedClinic, cast: factories.Cast, door: str
) -> None:
    lin, slots = cast.patients["lin"], factories.slots(clinic.session)
    held = factories.hold(slots[0], lin, cast.lin, clinic.now())
    wish = DrawRequest.objects.create(
        session=clinic.session, slot=slots[0], patient=lin, account=cast.lin, asked_at=clinic.now()
    )
    path = DOORS[door].format(appointment=held.code, wish=wish.code)
    said = {"slot": slots[1].code, "text": "why", "patient": lin.code, "kind": "deletion", "key": "k"}
    stranger = browser(cast.chen)
    if path.startswith("/api/"):
        headers = {"Idempotency-Key": "of-a-stranger"}
        answer = stranger.post(path, json.dumps(said), content_type="application/json", headers=headers)
    else:
        answer = stranger.post(path, said)
    seen_only = door.endswith("draw request")
    assert answer.status_code == 404 or (seen_only and answer.status_code == 405)
    assert not seen_only or stranger.get(path).status_code == 404
    held.refresh_from_db()
    wish.refresh_from_db()
    assert (held.state, held.slot_id, wish.state) == ("held", slots[0].pk, "waiting")
    assert not Appeal.objects.exists()
    assert not DataRequest.objects.exists()
