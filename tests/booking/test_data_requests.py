"""The copy, the correction and the deletion of one's own data."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from booking import selectors, services
from booking.domain.errors import ErasureBlocked, ImpossiblePhone, ReasonMissing, RequestOpen
from booking.models import (
    AccountPatient,
    Appeal,
    Appointment,
    Ban,
    ClinicSession,
    DataRequest,
    DrawRequest,
    Patient,
    Payment,
    RiskSignal,
    WaitlistEntry,
)
from booking.selectors.requests import erasure_blockers
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.crypto import seal
from hospital.common.errors import IllegalTransition, NotAllowed
from hospital.common.models import Message
from hospital.models import User
from tests.booking.no_shows import Clinic
from tests.clock import VirtualClock
from tests.factories import LIN_ID, Cast, hold, join, person, slots, sold_out
from tests.queueing.conftest import Morning, morning

__all__ = ["morning"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin(cast: Cast) -> Patient:
    return cast.patients["lin"]


def asked(
    cast: Cast, patient: Patient, now: VirtualClock, kind: str = "deletion", text: str = ""
) -> DataRequest:
    return services.data_request_make(
        kind=kind,
        patient_id=patient.pk,
        account_id=cast.lin.pk,
        text=text,
        actor=Actor.of(cast.lin),
        now=now(),
    )


def granted(cast: Cast, request: DataRequest, now: VirtualClock, **more: Any) -> DataRequest:
    told = {"answer": "done", "actor": Actor.of(cast.manager), "now": now(), **more}
    return services.data_request_grant(request_id=request.pk, **told)


def client(user: User) -> Client:
    made = Client(headers={"accept-language": "en"})
    made.force_login(user)
    return made


def exported(user: User) -> dict[str, Any]:
    answer = client(user).post("/my-data/export/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return json.loads(archive.read("my-data.json"))


def over_ban(patient: Patient, now: VirtualClock) -> Ban:
    begun = now() - timedelta(days=90)
    return Ban.objects.create(patient=patient, reason="no_show", starts_at=begun, ends_at=now())


def whole_database() -> str:
    """Every row of every table, readable as a dump is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
        parts = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(one::text, chr(10)), '') FROM {table} one")
            parts.append(cursor.fetchone()[0])
    return "\n".join(parts)


# ---- the copy


def test_the_copy_holds_the_own_family_and_nobody_else(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    child = person(5, now(), cast.lin)
    mine = hold(slots(tomorrow)[0], lin, cast.lin, now())
    hold(slots(tomorrow)[3], cast.patients["chen"], cast.chen, now())
    copy = exported(cast.lin)
    assert [(one["name"], one["id_number"]) for one in copy["patients"]] == [
        ("林小雨", LIN_ID),
        (child.name, child.id_number),
    ]
    [appointment] = copy["patients"][0]["appointments"]
    assert (appointment["code"], appointment["state"], appointment["fee_fen"]) == (mine.code, "held", 5000)
    text = json.dumps(copy, ensure_ascii=False)
    stranger = cast.patients["chen"]
    for secret in (stranger.name, stranger.id_number, stranger.phone, stranger.code):
        assert secret not in text
    taken = history.of(lin).last()
    assert taken is not None
    assert (taken.verb, taken.actor_id) == ("export", cast.lin.pk)


def test_the_copy_holds_of_family_only_what_this_account_booked(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    AccountPatient.objects.create(account=cast.chen, patient=lin, relation="partner")
    hold(slots(tomorrow)[0], lin, cast.lin, now())
    [mine] = [one for one in exported(cast.lin)["patients"] if one["name"] == lin.name]
    [theirs] = [one for one in exported(cast.chen)["patients"] if one["name"] == lin.name]
    assert (len(mine["appointments"]), len(theirs["appointments"])) == (1, 0)


def test_the_copy_holds_what_was_waited_for_wished_for_said_and_noticed(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    sold_out(tomorrow, now())
    entry = join(tomorrow, lin, cast.lin, now())
    wish = DrawRequest.objects.create(
        session=tomorrow, slot=slots(tomorrow)[0], patient=lin, account=cast.lin, asked_at=now(), state="lost"
    )
    banned = over_ban(lin, now)
    Appeal.objects.create(ban=banned, account=cast.lin, text="The bus broke down", asked_at=now())
    asked(cast, lin, now, kind="correction", text="My name is 林晓雨")
    RiskSignal.objects.create(account=cast.lin, kind="payer", weight=3, at=now())
    cast.lin.email_sealed = seal("lin@example.org")
    cast.lin.save()
    copy = exported(cast.lin)
    [mine] = copy["patients"]
    assert copy["account"]["email"] == "lin@example.org"
    assert ([one["code"] for one in mine["waitlist"]], mine["draw_requests"][0]["state"]) == (
        [entry.code],
        "lost",
    )
    assert mine["draw_requests"][0]["code"] == wish.code
    assert copy["appeals"][0]["text"] == "The bus broke down"
    assert copy["data_requests"][0]["text"] == "My name is 林晓雨"
    assert copy["signals"][0]["kind"] == "payer"
    assert not exported(cast.chen)["signals"]


# ---- correction


def test_a_correction_is_asked_in_words_and_carried_out_by_a_manager(
    cast: Cast, lin: Patient, now: VirtualClock
) -> None:
    with pytest.raises(ReasonMissing):
        asked(cast, lin, now, "correction")
    request = asked(cast, lin, now, "correction", "My phone is 13700137000")
    with pytest.raises(RequestOpen):
        asked(cast, lin, now, "correction", "again")
    assert "13700137000" not in repr(DataRequest.objects.values().get())
    with pytest.raises(ImpossiblePhone):
        granted(cast, request, now, corrected={"phone": "12"})
    lin.refresh_from_db()
    assert lin.phone == "+8613800138000"
    granted(cast, request, now, corrected={"name": "林小雨", "phone": "137 0013 7000", "birth_date": None})
    lin.refresh_from_db()
    assert (lin.phone, lin.phone_tail) == ("+8613700137000", "7000")
    assert selectors.patients_find(phone="13700137000") == [lin]
    corrected = history.of(lin).last()
    assert corrected is not None
    assert (corrected.verb, "7000" in str(corrected.data)) == ("correct", False)
    with pytest.raises(IllegalTransition):
        granted(cast, request, now)


@pytest.mark.parametrize("role", ["lin", "desk", "dr_zhao"])
def test_only_a_manager_answers(cast: Cast, lin: Patient, now: VirtualClock, role: str) -> None:
    request, other = asked(cast, lin, now), Actor.of(getattr(cast, role))
    for service in (services.data_request_grant, services.data_request_refuse):
        with pytest.raises(NotAllowed):
            service(request_id=request.pk, answer="x", actor=other, now=now())
    request.refresh_from_db()
    assert request.state == "open"


def test_a_refusal_says_why_and_the_patient_is_told(cast: Cast, lin: Patient, now: VirtualClock) -> None:
    request = asked(cast, lin, now)
    answer = {"request_id": request.pk, "actor": Actor.of(cast.manager), "now": now()}
    with pytest.raises(ReasonMissing):
        services.data_request_refuse(answer=" ", **answer)
    services.data_request_refuse(answer="The law keeps these for 15 years.", **answer)
    request.refresh_from_db()
    lin.refresh_from_db()
    assert (request.state, lin.erased_at) == ("refused", None)
    assert Message.objects.filter(kind="data_answered", key=request.code).exists()
    assert "15 years" in client(cast.lin).get("/my-data/").content.decode()


# ---- deletion


def test_a_deletion_leaves_visits_and_money_without_an_identity(morning: Morning) -> None:
    cast, now = morning.cast, morning.now
    lin = cast.patients["lin"]
    slot = slots(morning.session)[0]
    held = hold(slot, lin, cast.lin, now())
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    Payment.objects.filter(pk=payment.pk).update(state="paid", paid_fen=payment.amount_fen, paid_at=now())
    Appointment.objects.filter(pk=held.pk).update(state="booked", booked_at=now())
    ticket = morning.check_in(Appointment.objects.get(pk=held.pk), "07:30")
    morning.serve("08:00")
    morning.do("finish", ticket, "08:10")
    now.at("14:00")
    mine = {"session": morning.session, "patient": lin, "account": cast.lin}
    wait = WaitlistEntry.objects.create(state="ended", joined_at=now(), **mine)
    wish = DrawRequest.objects.create(slot=slot, asked_at=now(), state="lost", device_index=b"phone", **mine)
    ban = over_ban(lin, now)
    appeal = Appeal.objects.create(ban=ban, account=cast.lin, text="late", asked_at=now(), state="rejected")
    corrected = asked(cast, lin, now, kind="correction", text="I am 林小雨")
    services.data_request_refuse(
        request_id=corrected.pk, answer="So it stands here.", actor=Actor.of(cast.manager), now=now()
    )
    request = asked(cast, lin, now, text="I move abroad, 林小雨")
    granted(cast, request, now)
    lin.refresh_from_db()
    assert (lin.erased_at, lin.id_tail, lin.phone, lin.birth_date, lin.id_number) == (now(), "", "", None, "")
    assert cast.lin.account_patients.count() == 0
    visit = Appointment.objects.get(pk=held.pk)
    assert (visit.state, visit.patient_id, visit.account_id) == ("seen", lin.pk, None)
    assert visit.payments.get().paid_fen == 5000
    for row in (wait, wish, appeal, corrected, request):
        row.refresh_from_db()
        assert row.account_id is None
    assert (wish.device_index, appeal.text) == (None, "")
    dump = whole_database()
    assert "林小雨" not in dump
    assert LIN_ID not in dump
    assert selectors.patients_find(id_number=LIN_ID) == []
    assert selectors.patients_find(name="林小雨") == []
    told = Message.objects.filter(account=cast.lin).values_list("kind", flat=True)
    assert set(told) <= {"data_answered"}
    again = services.patient_register(
        name="林小雨", id_type="resident", id_number=LIN_ID, phone="", actor=morning.desk, now=now()
    )
    assert again.pk != lin.pk, "whoever comes again is registered anew"


def blocked(cast: Cast, patient: Patient, now: VirtualClock, reason: str) -> None:
    """Neither asked for nor granted, and nothing is changed."""
    assert erasure_blockers(patient_id=patient.pk, now=now()) == [reason]
    with pytest.raises(ErasureBlocked) as refused:
        asked(cast, patient, now)
    assert refused.value.params["reasons"] == [reason]


def test_the_patients_page_names_what_is_open_and_where_it_is(
    cast: Cast, lin: Patient, now: VirtualClock
) -> None:
    services.ban_add(patient_id=lin.pk, days=5, reason="x", actor=Actor.of(cast.manager), now=now())
    browser = client(cast.lin)
    browser.cookies["django_language"] = "en"
    answer = browser.post("/my-data/ask/", {"patient": lin.code, "kind": "deletion"})
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 409
    assert "Still open: a ban." in page
    assert 'href="/appointments/"' in page


def test_nobody_with_a_live_number_is_deleted(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    request = asked(cast, lin, now)
    hold(slots(tomorrow)[0], lin, cast.lin, now())
    with pytest.raises(ErasureBlocked):
        granted(cast, request, now)
    lin.refresh_from_db()
    request.refresh_from_db()
    assert (lin.erased_at, request.state) == (None, "open")
    request.delete()
    blocked(cast, lin, now, "number")


def test_nobody_with_open_money_is_deleted(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], lin, cast.lin, now())
    services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    services.holds_expire_due(now.advance(minutes=15))
    blocked(cast, lin, now, "money")


def test_nobody_escapes_a_ban_by_a_deletion(cast: Cast, lin: Patient, now: VirtualClock) -> None:
    ban = services.ban_add(patient_id=lin.pk, days=5, reason="x", actor=Actor.of(cast.manager), now=now())
    blocked(cast, lin, now, "ban")
    now.set(ban.ends_at)
    assert asked(cast, lin, now).state == "open"


def test_unresolved_appointments_and_open_appeals_are_answered_first(
    cast: Cast, lin: Patient, now: VirtualClock
) -> None:
    clinic = Clinic(cast, now)
    missed = clinic.missed(lin)
    blocked(cast, lin, now, "number")
    clinic.confirm(missed)
    appeal = services.appointment_appeal(
        appointment_id=missed.pk, account_id=cast.lin.pk, text="x", actor=Actor.of(cast.lin), now=now()
    )
    blocked(cast, lin, now, "appeal")
    services.appeal_answer(appeal_id=appeal.pk, uphold=False, answer="no", actor=clinic.manager, now=now())
    assert erasure_blockers(patient_id=lin.pk, now=now()) == []


def test_what_was_merged_is_deleted_with_it(cast: Cast, lin: Patient, now: VirtualClock) -> None:
    other = services.patient_register(
        name="林小雨", id_type="passport", id_number="E12345678", phone="", actor=Actor.job("test"), now=now()
    )
    services.patients_merge(
        survivor_id=lin.pk, duplicate_id=other.pk, reason="one", actor=Actor.of(cast.desk), now=now()
    )
    granted(cast, asked(cast, lin, now), now)
    assert Patient.objects.filter(erased_at=now()).count() == 2
    dump = whole_database()
    assert "林小雨" not in dump
    assert "E12345678" not in dump


def test_whoever_is_deleted_cannot_be_booked_under_the_old_row(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    granted(cast, asked(cast, lin, now), now)
    with pytest.raises(Exception, match="Not found"):
        hold(slots(tomorrow)[0], lin, None, now())
    assert Appointment.objects.count() == 0
    assert Ban.objects.count() == 0


# ---- pages


def test_a_patient_asks_and_a_manager_carries_it_out(cast: Cast, lin: Patient, now: VirtualClock) -> None:
    patient, manager = client(cast.lin), client(cast.manager)
    page = patient.get("/my-data/").content.decode()
    assert lin.code in page
    assert patient.post("/my-data/ask/", {"patient": lin.code, "kind": "correction"}).status_code == 400
    assert patient.post("/my-data/ask/", {"patient": "NOBODY", "kind": "deletion"}).status_code == 404
    stranger = cast.patients["chen"].code
    assert patient.post("/my-data/ask/", {"patient": stranger, "kind": "deletion"}).status_code == 404
    assert patient.post("/my-data/ask/", {"patient": lin.code, "kind": "deletion"}).status_code == 302
    page = manager.get("/manage/requests/").content.decode()
    assert "Delete the identity" in page
    assert history.of(lin).filter(verb="read", actor_id=cast.manager.pk).count() == 1
    request = DataRequest.objects.get()
    assert manager.post(f"/manage/requests/{request.code}/", {"verb": "grant"}).status_code == 400
    done = manager.post(f"/manage/requests/{request.code}/", {"verb": "grant", "answer": "Deleted."})
    assert done.status_code == 302
    lin.refresh_from_db()
    assert lin.erased_at == now()
    assert "Deleted." in patient.get("/messages/").content.decode(), "the account is told once"
    page = patient.get("/my-data/").content.decode()
    assert "Deleted." not in page, "nothing links the account to the row any more"
    assert "林小雨" not in page


def test_the_managers_page_says_what_stands_in_the_way(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    asked(cast, lin, now)
    hold(slots(tomorrow)[0], lin, cast.lin, now.advance(minutes=1))
    page = client(cast.manager).get("/manage/requests/").content.decode()
    assert "Cannot be deleted yet:" in page
    assert "a live number" in page
    assert now() - timedelta(minutes=1) == DataRequest.objects.get().asked_at
