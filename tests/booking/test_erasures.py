"""The deletion of an identity: what goes, what stays, and what stands in the way."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from booking import selectors, services
from booking.domain.errors import ErasureBlocked
from booking.models import (
    Appeal,
    Appointment,
    Ban,
    ClinicSession,
    DrawRequest,
    Patient,
    Payment,
    WaitlistEntry,
)
from booking.selectors.erasures import erasure_blockers
from hospital.common.actor import Actor
from hospital.common.models import Message
from tests.booking.data_requests import asked, client, granted, over_ban
from tests.booking.no_shows import Clinic, lin
from tests.clock import VirtualClock
from tests.factories import LIN_ID, Cast, hold, slots
from tests.queueing.conftest import Morning, morning

__all__ = ["lin", "morning"]

pytestmark = pytest.mark.django_db


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


def test_the_patients_page_leads_to_each_thing_that_is_open(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], lin, cast.lin, now())
    services.ban_add(patient_id=lin.pk, days=5, reason="x", actor=Actor.of(cast.manager), now=now())
    ban = Ban.objects.get()
    browser = client(cast.lin)
    browser.cookies["django_language"] = "en"
    answer = browser.post("/my-data/ask/", {"patient": lin.code, "kind": "deletion"})
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 409
    assert re.findall(r'text-action px-0" href="([^"]+)"> ?([^<]+?) ?<', page) == [
        (f"/appointments/{held.code}/", "A live number: Tue 3 Nov, Zhao Ming"),
        (f"/appointments/#ban-{ban.code}", "A ban"),
    ]


def test_what_another_account_booked_is_named_and_not_led_to(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    hold(slots(tomorrow)[0], lin, cast.chen, now())
    [matter] = selectors.erasure_matters(user=cast.admin, patient_id=lin.pk, now=now())
    assert (matter.reason, matter.page, matter.code, matter.session) == ("number", "", "", tomorrow)


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
