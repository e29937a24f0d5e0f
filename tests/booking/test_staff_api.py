"""API v1 of what staff do: the same services as their pages, the same roles, one number for a key."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from booking import services
from booking.domain.risk import Signal
from booking.models import (
    Absence,
    Appeal,
    Appointment,
    Ban,
    ClinicSession,
    Payment,
    SessionTemplate,
    Stop,
    SymptomWord,
)
from hospital.common import clock
from hospital.common.actor import Actor
from tests import factories
from tests.booking.stopped import stopped_clinic
from tests.booking.test_api import Caller
from tests.clock import VirtualClock
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(cast: Cast, now: VirtualClock) -> Caller:
    return Caller(cast.manager, now)


@pytest.fixture
def desk(cast: Cast, now: VirtualClock) -> Caller:
    return Caller(cast.desk, now)


@pytest.fixture
def lin(cast: Cast, now: VirtualClock) -> Caller:
    return Caller(cast.lin, now)


def code_of(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.json().get("code"))


def test_a_period_is_added_changed_and_ended(manager: Caller, tomorrow: ClinicSession) -> None:
    [known] = manager.get("schedule/templates/?expert=zhao").json()["results"]
    period = {**known, "opens_at": "14:00:00", "closes_at": "17:00:00", "walk_in_opens_at": "13:00:00"}
    added = manager.post("schedule/templates/", period, key="t1")
    assert added.json() == {**period, "id": added.json()["id"]}
    assert manager.post("schedule/templates/", period, key="t1").json() == added.json()
    code_of(manager.post("schedule/templates/", period), 409)
    path = f"schedule/templates/{added.json()['id']}/"
    assert manager.post(path, {**period, "fee_fen": 8000}).json()["fee_fen"] == 8000
    assert manager.post(f"{path}end/", {"last_day": "2026-12-31"}).json()["valid_until"] == "2026-12-31"
    assert manager.get(path).json()["valid_until"] == "2026-12-31"
    code_of(manager.post("schedule/templates/", {**period, "expert": "nobody"}), 404)
    code_of(manager.get("schedule/templates/999999/"), 404)


def test_a_file_of_periods_is_looked_at_before_it_is_taken_in(
    manager: Caller, tomorrow: ClinicSession
) -> None:
    room = SessionTemplate.objects.get().room.code
    lines = "expert,weekday,opens_at,closes_at,walk_in_opens_at,room,slot_minutes,capacity_per_slot,share,valid_from\n"
    good = {"content": f"{lines}zhao,7,08:00,12:00,07:00,{room},60,10,0.6,2026-11-02\n"}
    seen = manager.post("schedule/templates/import/", good).json()
    assert (seen["applied"], seen["added"], SessionTemplate.objects.count()) == (False, 1, 1)
    bad = {"content": good["content"].replace("\nzhao", "\nnobody"), "dry_run": False}
    [problem] = manager.post("schedule/templates/import/", bad).json()["errors"]
    assert (problem["line"], problem["column"]) == (2, "expert")
    done = manager.post("schedule/templates/import/", {**good, "dry_run": False}).json()
    assert (done["applied"], SessionTemplate.objects.count()) == (True, 2)


def test_a_leave_takes_free_sessions_away_and_proposes_to_stop_the_others(
    manager: Caller, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    day = tomorrow.date.isoformat()
    leave = {"kind": "leave", "expert": "zhao", "first_day": day, "last_day": day, "reason": "ill"}
    made = manager.post("schedule/absences/", leave).json()
    assert (made["withdrawn"], made["stops"]) == (0, [Stop.objects.get().code])
    assert [one["id"] for one in manager.get("schedule/absences/").json()["results"]] == [made["id"]]
    assert "planned" in manager.post(f"schedule/absences/{made['id']}/remove/", {}).json()
    assert not Absence.objects.exists()
    assert manager.post("schedule/absences/", {**leave, "expert": None}).json()["code"] == "invalid"


def test_an_extra_session_and_a_substitute(
    manager: Caller, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.expert("qian")
    [period] = manager.get("schedule/templates/").json()["results"]
    day = (tomorrow.date + timedelta(days=1)).isoformat()
    made = manager.post("schedule/sessions/", {**period, "day": day})
    code_of(made, 201)
    listed = manager.get(f"schedule/sessions/?day={day}").json()["results"]
    assert made.json()["code"] in {one["code"] for one in listed}
    asked = {"expert": "qian", "reason": "ill"}
    changed = manager.post(f"schedule/sessions/{tomorrow.code}/substitute/", asked).json()
    assert (changed["expert"], changed["instead_of"]) == ("qian", "zhao")


def test_a_clinic_is_stopped_step_by_step(cast: Cast, now: VirtualClock) -> None:
    clinic = stopped_clinic(now)
    booked = clinic.book(account=cast.lin)
    manager, desk = Caller(cast.manager, now), Caller(cast.desk, now)
    lin, chen = Caller(cast.lin, now), Caller(cast.chen, now)
    stop = code_of(manager.post("stops/", {"session": clinic.session.code, "reason": "ill"}), 201)
    seen = manager.get(f"stops/{stop}/").json()
    assert [one["appointment"] for one in seen["effects"]["people"]] == [booked.code]
    until = clock.local(now() + timedelta(hours=3)).isoformat()
    assert manager.post(f"stops/{stop}/prepare/", {"choose_by": until}).json()["choose_by"] == until
    assert desk.post(f"stops/{stop}/apply/", {}).status_code == 403
    assert manager.post(f"stops/{stop}/apply/", {}).json()["state"] == "applying"
    services.stop_go_on(stop_id=Stop.objects.get().pk, now=now())
    assert desk.get(f"stops/{stop}/").json()["progress"]["told"] == 1
    [case] = desk.get(f"stops/{stop}/cases/?show=open").json()["results"]
    assert (
        desk.post(f"stop-cases/{case['code']}/phoned/", {"note": "at noon"}).json()["phone_note"] == "at noon"
    )
    code_of(chen.get(f"stop-cases/{case['code']}/"), 404)
    [instead, *_rest] = lin.get(f"stop-cases/{case['code']}/").json()["slots"]
    chosen = lin.post(f"stop-cases/{case['code']}/choice/", {"choice": "slot", "slot": instead["slot"]})
    assert chosen.json()["state"] == "settled"
    assert [one["code"] for one in desk.get("stops/").json()["results"]] == [stop]


def test_a_proposal_is_discarded(manager: Caller, tomorrow: ClinicSession) -> None:
    stop = code_of(manager.post("stops/", {"session": tomorrow.code, "reason": "ill"}), 201)
    assert manager.post(f"stops/{stop}/discard/", {}).json()["state"] == "discarded"


def test_the_desk_finds_registers_and_books_once_for_a_key(
    desk: Caller, cast: Cast, tomorrow: ClinicSession
) -> None:
    [found] = desk.post("desk/patients/find/", {"q": factories.LIN_ID}).json()["results"]
    assert found["code"] == cast.patients["lin"].code
    assert factories.LIN_ID not in str(found)
    new = {
        "name": "王芳",
        "id_type": "resident",
        "id_number": factories.resident_id(33),
        "phone": "13700137000",
    }
    person = code_of(desk.post("desk/patients/", new), 201)
    asked = {"slot": factories.slots(tomorrow)[0].code, "patient": person, "payment": "cash"}
    booked = desk.post("desk/bookings/", asked, key="b1")
    assert (booked.json()["state"], booked.json()["pay_url"]) == ("booked", None)
    assert desk.post("desk/bookings/", asked, key="b1").json() == booked.json()
    assert Appointment.objects.count() == 1
    assert desk.post("desk/bookings/", {**asked, "payment": "free"}).json()["code"] in {
        "already_booked", "limit_reached",
    }  # fmt: skip
    code_of(desk.post("desk/bookings/", {**asked, "patient": "NOBODY"}), 404)


def test_the_desk_merges_two_records(desk: Caller, cast: Cast, now: VirtualClock) -> None:
    twin = factories.person(5, now())
    pair = {"survivor": cast.patients["lin"].code, "duplicate": twin.code}
    assert desk.post("desk/merges/preview/", pair).json()["possible"] is True
    assert (
        desk.post("desk/merges/preview/", {**pair, "duplicate": pair["survivor"]}).json()["possible"] is False
    )
    assert code_of(desk.post("desk/merges/", {**pair, "reason": "same person"}), 200) == pair["survivor"]
    code_of(desk.post("desk/merges/", {**pair, "survivor": "NOBODY", "reason": "x"}), 404)


def test_an_appointment_shows_when_and_where_to_its_owner_and_the_desk(
    lin: Caller, desk: Caller, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    [listed] = lin.get("appointments/").json()["results"]
    assert (
        listed
        == lin.get(f"appointments/{booked.code}/").json()
        == desk.get(f"appointments/{booked.code}/").json()
    )
    assert (listed["expert"], listed["session"]) == ("zhao", tomorrow.code)
    assert listed["starts_at"].startswith(f"{tomorrow.date}T08:00:00")


def missed(cast: Cast, session: ClinicSession, now: VirtualClock) -> Appointment:
    booked = factories.book(factories.slots(session)[0], cast.patients["lin"], cast.lin, now())
    now.set(session.closes_at)
    services.sessions_advance(now())
    services.session_close(session_id=session.pk, actor=Actor.job("test"), now=now())
    booked.refresh_from_db()
    return booked


def test_a_missed_appointment_is_appealed_and_excused(
    manager: Caller, lin: Caller, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    booked = missed(cast, tomorrow, now)
    [waiting] = manager.get("no-shows/").json()["results"]
    assert waiting["code"] == booked.code
    decided = manager.post("no-shows/decide/", {"codes": [booked.code], "verb": "confirm"})
    assert decided.json() == {"done": 1, "refused": 0}
    assert [one["state"] for one in manager.get("no-shows/?state=no_show").json()["results"]] == ["no_show"]
    code_of(Caller(cast.chen, now).post(f"appointments/{booked.code}/appeals/", {"text": "me"}), 404)
    appeal = code_of(lin.post(f"appointments/{booked.code}/appeals/", {"text": "I was there"}), 201)
    answer = {"decision": "excused", "answer": "The device was broken."}
    assert lin.post(f"appeals/{appeal}/answer/", answer).status_code == 403
    assert manager.post(f"appeals/{appeal}/answer/", answer).json()["state"] == "upheld"
    assert [one["code"] for one in manager.get("appeals/").json()["results"]] == [appeal]
    assert Appointment.objects.get(pk=booked.pk).state == "excused"


def test_bans_are_listed_for_the_family_appealed_and_lifted(
    manager: Caller, lin: Caller, cast: Cast, now: VirtualClock
) -> None:
    asked = {"patient": cast.patients["lin"].code, "days": 30, "reason": "sold numbers"}
    ban = code_of(manager.post("bans/", asked, key="k"), 201)
    assert code_of(manager.post("bans/", asked, key="k"), 201) == ban
    assert [one["code"] for one in lin.get("bans/").json()["results"]] == [ban]
    chen = Caller(cast.chen, now)
    assert chen.get("bans/").json()["results"] == []
    code_of(chen.post(f"bans/{ban}/appeals/", {"text": "me"}), 404)
    code_of(lin.post(f"bans/{ban}/appeals/", {"text": "not me"}), 201)
    assert lin.post("bans/", asked).status_code == 403
    assert lin.post(f"bans/{ban}/lift/", {"reason": "x"}).status_code == 403
    code_of(manager.post(f"bans/{ban}/lift/", {"reason": "a mistake"}), 200)
    assert manager.get("bans/").json()["results"] == []
    assert (Ban.objects.count(), Appeal.objects.count()) == (1, 1)


def test_data_is_taken_away_asked_about_and_corrected(manager: Caller, lin: Caller, cast: Cast) -> None:
    packed = lin.post("my-data/export/", {})
    with zipfile.ZipFile(BytesIO(packed.content)) as archive:
        assert "林小雨" in archive.read("my-data.json").decode()
    patient = cast.patients["lin"]
    asked = {"kind": "correction", "patient": patient.code, "text": "the name"}
    request = code_of(lin.post("data-requests/", asked), 201)
    assert manager.post("data-requests/", asked).status_code == 403
    assert [one["text"] for one in manager.get("data-requests/").json()["results"]] == ["the name"]
    answer = {"verb": "grant", "answer": "done", "name": "林小鱼"}
    assert manager.post(f"data-requests/{request}/answer/", answer).json()["state"] == "done"
    patient.refresh_from_db()
    assert patient.name == "林小鱼"
    code_of(lin.post("data-requests/", {**asked, "patient": cast.patients["chen"].code}), 404)


def test_symptom_words_are_kept_and_taken_in(manager: Caller, tomorrow: ClinicSession) -> None:
    word = {"department": "neuro", "word": "头痛", "word_en": "headache", "weight": 8, "featured": True}
    added = manager.post("symptoms/", word).json()
    assert added == {**word, "id": added["id"]}
    code_of(manager.post("symptoms/", word), 409)
    assert manager.post(f"symptoms/{added['id']}/", {**word, "weight": 3}).json()["weight"] == 3
    file = {"content": "department,word\nneuro,头晕\n", "dry_run": False}
    assert manager.post("symptoms/import/", file).json() == {"added": 1, "changed": 0}
    assert manager.post(f"symptoms/{added['id']}/delete/", {}).status_code == 204
    assert [one["word"] for one in manager.get("symptoms/?department=neuro").json()["results"]] == ["头晕"]
    assert SymptomWord.objects.count() == 1


def test_money_waits_for_a_person_and_is_decided_once_for_a_key(
    manager: Caller, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.job("test"), now=now()
    )
    Payment.objects.filter(pk=payment.pk).update(state="held_for_review", paid_fen=4000, paid_at=now())
    [listed] = manager.get("money/").json()["payments"]
    assert (listed["code"], listed["amount_fen"], listed["paid_fen"]) == (payment.code, 5000, 4000)
    path, asked = f"money/payments/{payment.code}/review/", {"decision": "refund", "reason": "too little"}
    assert manager.post(path, asked, key=None).json()["code"] == "idempotency_key_missing"
    assert manager.post(path, asked, key="m1").json() == {"result": "refunded"}
    assert manager.post(path, asked, key="m1").json() == {"result": "refunded"}
    code_of(manager.post(path, asked, key="m2"), 409)
    assert manager.get("money/").json()["refunds_under_way"] == 1
    code_of(manager.post("money/refunds/NOBODY/review/", {"decision": "again", "reason": "x"}), 404)
    assert manager.get("money/settlements/?day=2026-11-02").json()["results"] == []


def test_the_days_cash_is_listed_by_who_took_it(
    manager: Caller, desk: Caller, cast: Cast, tomorrow: ClinicSession
) -> None:
    patient = cast.patients["lin"].code
    asked = {"slot": factories.slots(tomorrow)[0].code, "patient": patient, "payment": "cash"}
    code_of(desk.post("desk/bookings/", asked), 201)
    [till] = manager.get("money/tills/").json()["results"]
    assert (till["name"], till["taken"], till["left_fen"]) == ("desk", 1, 5000)


def test_an_account_that_looks_like_a_scalper_is_closed(
    manager: Caller, lin: Caller, cast: Cast, now: VirtualClock
) -> None:
    services.signals_note(account_id=cast.lin.pk, found=[Signal("payer", 60, 14)], now=now())
    [listed] = manager.get("suspicious/").json()["results"]
    assert (listed["account"], listed["patients"]) == ("lin", [cast.patients["lin"].code])
    asked = {"days": 30, "reason": "sold numbers"}
    assert manager.post(f"suspicious/{listed['id']}/ban/", asked).json() == {"banned": 1}
    assert manager.post(f"suspicious/{listed['id']}/ban/", asked).json() == {"banned": 0}
    code_of(manager.post(f"suspicious/{cast.chen.pk}/ban/", asked), 404)
    assert lin.get("suspicious/").status_code == 403


def test_how_one_is_told_is_ones_own_setting(lin: Caller) -> None:
    wanted = {"language": "en", "email": "", "sms_all": True}
    assert lin.post("messages/settings/", wanted).json() == wanted
    assert lin.get("messages/settings/").json() == wanted


def test_a_file_that_is_too_large_is_said_to_be_so(manager: Caller) -> None:
    answer = manager.post("symptoms/import/", {"content": "x" * 3_000_000})
    assert code_of(answer, 413) == "too_large"
    assert answer["Content-Type"].startswith("application/problem+json")
