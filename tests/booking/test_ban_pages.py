"""The pages around bans: managers decide many at once, patients see why and until when, and appeal."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import services
from booking.models import Appeal, Appointment, Ban, Patient
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.models import User
from tests.booking.no_shows import Clinic, clinic, lin
from tests.factories import Cast, expert, person, session, slots

__all__ = ["clinic", "lin"]

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_a_manager_confirms_several_with_one_press(clinic: Clinic, lin: Patient, cast: Cast) -> None:
    missed = [clinic.missed(lin), clinic.missed(cast.patients["chen"])]
    manager = signed_in(cast.manager)
    page = manager.get("/manage/no-shows/").content.decode()
    assert page.count('name="codes"') == 2
    assert '<span class="count">2' in page
    answer = manager.post(
        "/manage/no-shows/decide/", {"verb": "confirm", "codes": [one.code for one in missed]}, follow=True
    )
    assert "2 appointments decided." in answer.content.decode()
    assert set(Appointment.objects.values_list("state", flat=True)) == {"no_show"}


def test_a_correction_without_a_reason_changes_nothing_and_keeps_the_ticks(
    clinic: Clinic, lin: Patient, cast: Cast
) -> None:
    one = clinic.missed(lin)
    answer = signed_in(cast.manager).post("/manage/no-shows/decide/", {"verb": "seen", "codes": [one.code]})
    assert answer.status_code == 400
    assert "Please give a reason." in answer.content.decode()
    assert f'value="{one.code}" checked' in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "unresolved"


def test_the_patient_sees_why_and_until_when_and_appeals(clinic: Clinic, lin: Patient, cast: Cast) -> None:
    ban = clinic.banned(lin)
    patient = signed_in(cast.lin)
    page = patient.get("/appointments/").content.decode()
    assert "No online booking for 林小雨 until" in page
    assert "Missed appointments" in page
    answer = patient.post(f"/bans/{ban.code}/appeal/", {"text": "I was in hospital"}, follow=True)
    assert "Your appeal is with the hospital" in answer.content.decode()
    assert f"/bans/{ban.code}/appeal/" not in answer.content.decode(), "one at a time"
    appeal = Appeal.objects.get()
    manager = signed_in(cast.manager)
    assert "I was in hospital" in manager.get("/manage/appeals/").content.decode()
    manager.post(f"/manage/appeals/{appeal.code}/", {"decision": "lift", "answer": "True."})
    ban.refresh_from_db()
    assert ban.lifted_at == clinic.now()
    assert "No online booking" not in patient.get("/appointments/").content.decode()


def test_the_experts_page_refuses_with_the_day_and_the_way_to_appeal(
    clinic: Clinic, lin: Patient, cast: Cast
) -> None:
    clinic.banned(lin)
    day = clinic.now().date()
    made = session(
        day.fromordinal(day.toordinal() + 1),
        now=clinic.now(),
        doctor=expert("next", department="n"),
        quotas=[1] * 4,
    )
    answer = signed_in(cast.lin).post(
        "/experts/next/hold/", {"slot": slots(made)[0].code, "patient": lin.code, "key": "k"}
    )
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Online booking is closed for this patient until 20" in said
    assert "Why, and how to appeal" in said


def test_an_appointment_marked_as_missed_can_be_appealed_against(
    clinic: Clinic, lin: Patient, cast: Cast
) -> None:
    one = clinic.missed(lin)
    patient = signed_in(cast.lin)
    assert f"/appointments/{one.code}/appeal/" in patient.get(f"/appointments/{one.code}/").content.decode()
    assert patient.post(f"/appointments/{one.code}/appeal/", {"text": ""}).status_code == 400
    patient.post(f"/appointments/{one.code}/appeal/", {"text": "I was there"})
    page = patient.get(f"/appointments/{one.code}/").content.decode()
    assert "is with the hospital" in page
    assert f"/appointments/{one.code}/appeal/" not in page
    manager = signed_in(cast.manager)
    manager.post(f"/manage/appeals/{Appeal.objects.get().code}/", {"decision": "seen", "answer": "Yes."})
    one.refresh_from_db()
    assert one.state == "seen"


def test_a_strangers_ban_is_not_there(clinic: Clinic, lin: Patient, cast: Cast) -> None:
    ban = clinic.banned(lin)
    stranger = signed_in(cast.chen)
    assert stranger.get(f"/bans/{ban.code}/appeal/").status_code == 404
    assert stranger.post(f"/bans/{ban.code}/appeal/", {"text": "x"}).status_code == 404
    assert "林小雨" not in stranger.get("/appointments/").content.decode()


def test_a_manager_bans_by_hand_and_lifts_with_a_reason(clinic: Clinic, lin: Patient, cast: Cast) -> None:
    manager = signed_in(cast.manager)
    assert (
        manager.post("/manage/bans/add/", {"patient": "nobody", "days": 5, "reason": "x"}).status_code == 404
    )
    asked = {"patient": lin.id_number, "days": 5, "reason": "sold numbers"}
    assert manager.post("/manage/bans/add/", asked).status_code == 302
    assert manager.post("/manage/bans/add/", asked).status_code == 409
    ban = Ban.objects.get()
    assert "sold numbers" in manager.get("/manage/bans/").content.decode()
    assert manager.post(f"/manage/bans/{ban.code}/lift/", {"reason": ""}).status_code == 400
    assert manager.post(f"/manage/bans/{ban.code}/lift/", {"reason": "a mistake"}).status_code == 302
    ban.refresh_from_db()
    assert ban.lift_reason == "a mistake"


@pytest.mark.parametrize("path", ["/manage/no-shows/", "/manage/bans/", "/manage/appeals/", "/appointments/"])
def test_a_longer_list_asks_the_database_no_more_often(
    clinic: Clinic, lin: Patient, cast: Cast, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hospital.common.policy._REREAD_AFTER_S", 3600.0)  # else one of two counts has it
    policy()

    def asked() -> int:
        client = signed_in(cast.manager if path.startswith("/manage") else cast.lin)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    def appeal(ban: Ban) -> None:
        services.ban_appeal(
            ban_id=ban.pk, account_id=cast.lin.pk, text="x", actor=Actor.of(cast.lin), now=clinic.now()
        )

    appeal(clinic.banned(lin))
    clinic.missed(cast.patients["chen"])
    before = asked()
    appeal(clinic.banned(person(3, clinic.now(), cast.lin)))
    clinic.missed(cast.patients["chen"])
    assert asked() == before
