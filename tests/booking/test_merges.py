"""Two records of one person become one: everything moves, the merged document finds the survivor."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.utils import translation

from booking import selectors, services
from booking.domain.errors import (
    BothInSession,
    CannotMerge,
    HeldTwice,
    NameDiffers,
    ReasonMissing,
    UnknownNumber,
)
from booking.models import AccountPatient, Appointment, Ban, ClinicSession, Patient, WaitlistEntry
from booking.selectors.merges import merge_preview, pointers_to_patients
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed
from hospital.common.models import StateChange
from queueing.models import Ticket
from tests.booking.no_shows import Clinic
from tests.clock import VirtualClock
from tests.factories import Cast, hold, person, session, slots
from tests.queueing.conftest import Morning, morning

__all__ = ["morning"]

pytestmark = pytest.mark.django_db

PASSPORT = {"id_type": "passport", "id_number": "E12345678"}


def registered(now: VirtualClock, **more: str) -> Patient:
    """Lin again, under a passport."""
    return services.patient_register(
        **{"name": "林小雨", "phone": "", **PASSPORT, **more}, actor=Actor.job("test"), now=now()
    )


def merge(cast: Cast, survivor: Patient, duplicate: Patient, now: VirtualClock, **more: object) -> Patient:
    asked = {"reason": "both documents seen", "actor": Actor.of(cast.desk), "now": now(), **more}
    return services.patients_merge(survivor_id=survivor.pk, duplicate_id=duplicate.pk, **asked)  # type: ignore[arg-type]


def left_behind(patient: Patient) -> dict[str, int]:
    """What still points to a patient."""
    counts = {
        one.model.__name__: one.model._base_manager.filter(**{one.field: patient}).count()
        for one in pointers_to_patients()
    }
    return {name: count for name, count in counts.items() if count}


def test_every_table_that_points_to_a_patient_is_known() -> None:
    """A new one is moved by itself; this list says that somebody has thought about it."""
    assert {f"{one.model.__name__}.{one.field}" for one in pointers_to_patients()} == {
        "AccountPatient.patient",
        "Appointment.patient",
        "Ban.patient",
        "DataRequest.patient",
        "DrawRequest.patient",
        "Patient.merged_into",
        "Ticket.patient",
        "WaitlistEntry.patient",
        "WalkIn.patient",
    }


def test_appointments_walk_ins_tickets_bans_and_links_move(morning: Morning) -> None:
    cast, now = morning.cast, morning.now
    lin = cast.patients["lin"]
    booked = morning.book(1)
    duplicate = booked.patient
    AccountPatient.objects.create(account=cast.chen, patient=duplicate, relation="parent")
    ticket = morning.check_in(booked, "07:30")
    services.ban_add(patient_id=duplicate.pk, days=5, reason="x", actor=Actor.of(cast.manager), now=now())
    survivor = merge(cast, lin, duplicate, now)
    booked.refresh_from_db()
    assert (booked.patient, Ticket.objects.get(pk=ticket.pk).patient, Ban.objects.get().patient) == (lin,) * 3
    assert {link.account for link in survivor.accounts.all()} == {cast.lin, cast.chen}
    duplicate.refresh_from_db()
    assert (duplicate.merged_into, left_behind(duplicate)) == (lin, {})
    gone, kept = history.of(duplicate).last(), history.of(lin).last()
    assert gone is not None
    assert kept is not None
    assert (gone.verb, gone.to_state, gone.reason) == ("merge", "merged", "both documents seen")
    assert (kept.verb, kept.data["moved"]["ticket"]) == ("take_in", 1)


def test_the_merged_document_finds_the_survivor(cast: Cast, now: VirtualClock) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    merge(cast, lin, duplicate, now)
    assert registered(now) == lin
    assert registered(now, name=lin.name) == lin
    with pytest.raises(NameDiffers):
        registered(now, name="别的人")
    assert selectors.patients_find(id_number="E12345678") == [lin]
    assert selectors.patients_find(name="林小雨") == [lin]
    assert selectors.patient_by_code(code=duplicate.code) == lin
    assert selectors.patient_for_user(user=cast.desk, code=duplicate.code) == lin
    with pytest.raises(UnknownNumber):
        selectors.patient_for_user(user=cast.lin, code=duplicate.code)


def test_merging_again_leads_all_documents_to_the_last_survivor(cast: Cast, now: VirtualClock) -> None:
    lin, first, second = cast.patients["lin"], registered(now), person(7, now())
    merge(cast, first, second, now)
    merge(cast, lin, first, now)
    second.refresh_from_db()
    assert second.merged_into == lin
    assert registered(now) == lin


def test_both_with_a_number_in_one_session_are_not_merged(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    mine, other = (
        hold(slots(tomorrow)[place], one, None, now()) for place, one in ((0, lin), (3, duplicate))
    )
    assert [one.pk for one in merge_preview(survivor=lin, duplicate=duplicate).both_in] == [tomorrow.pk]
    with pytest.raises(BothInSession):
        merge(cast, lin, duplicate, now)
    assert {Appointment.objects.get(pk=one.pk).patient_id for one in (mine, other)} == {lin.pk, duplicate.pk}
    services.appointment_cancel(appointment_id=other.pk, actor=Actor.of(cast.desk), now=now(), reason="twice")
    merge(cast, lin, duplicate, now)
    assert left_behind(duplicate) == {}


def test_a_walk_in_and_an_appointment_in_one_session_are_not_merged(morning: Morning) -> None:
    booked = morning.book(3)
    ticket = morning.walk_in("07:30")
    with pytest.raises(BothInSession):
        merge(morning.cast, booked.patient, ticket.patient, morning.now)


def test_both_waiting_for_one_session_are_not_merged(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    for patient in (lin, duplicate):
        WaitlistEntry.objects.create(session=tomorrow, patient=patient, joined_at=now())
    assert not merge_preview(survivor=lin, duplicate=duplicate).possible
    with pytest.raises(HeldTwice):
        merge(cast, lin, duplicate, now)
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None


def test_a_family_that_has_both_keeps_one_link(cast: Cast, now: VirtualClock) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    AccountPatient.objects.create(account=cast.lin, patient=duplicate, relation="other")
    merge(cast, duplicate, lin, now)
    link = cast.lin.account_patients.get()
    assert (link.patient, link.relation) == (duplicate, "self")
    duplicate.refresh_from_db()
    assert (duplicate.phone, duplicate.birth_date) == (lin.phone, lin.birth_date), "what only the other told"


@pytest.mark.parametrize(
    ("who", "reason", "error"),
    [("lin", "x", NotAllowed), ("dr_zhao", "x", NotAllowed), ("desk", " ", ReasonMissing)],
)
def test_the_desk_merges_and_says_why(
    cast: Cast, now: VirtualClock, who: str, reason: str, error: type[Exception]
) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    with pytest.raises(error):
        merge(cast, lin, duplicate, now, actor=Actor.of(getattr(cast, who)), reason=reason)
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None


def test_nobody_is_merged_into_themself_nor_twice(cast: Cast, now: VirtualClock) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    with pytest.raises(CannotMerge):
        merge(cast, lin, lin, now)
    merge(cast, lin, duplicate, now)
    for survivor, other in ((lin, duplicate), (duplicate, lin)):
        with pytest.raises(CannotMerge):
            merge(cast, survivor, other, now)


def test_merging_bans_nobody_but_the_next_no_show_counts_all(cast: Cast, now: VirtualClock) -> None:
    clinic = Clinic(cast, now)
    lin, duplicate = cast.patients["lin"], registered(now)
    for patient in (lin, lin, duplicate, duplicate):
        clinic.confirm(clinic.missed(patient))
    merge(cast, lin, duplicate, now)
    assert Ban.objects.count() == 0
    clinic.confirm(clinic.missed(lin))
    assert Ban.objects.count() == 1


def test_whoever_was_merged_cannot_be_booked_under_the_old_record(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    merge(cast, lin, duplicate, now)
    with pytest.raises(UnknownNumber):
        hold(slots(tomorrow)[0], duplicate, None, now())
    made = session(tomorrow.date, now=now())
    now.at("07:30", days=1)
    with pytest.raises(UnknownNumber):
        services.walk_in_register(
            session_id=made.pk, patient_id=duplicate.pk, payment="cash", actor=Actor.of(cast.desk), now=now()
        )


# ---- pages, and who looked


def reads() -> list[tuple[str, int]]:
    rows = StateChange.objects.filter(thing="patient", verb="read").order_by("pk")
    return list(rows.values_list("actor_name", "thing_id"))


def test_the_desk_finds_compares_and_merges(cast: Cast, now: VirtualClock) -> None:
    lin, duplicate = cast.patients["lin"], registered(now)
    desk = Client(headers={"accept-language": "en"})
    desk.force_login(cast.desk)
    assert desk.get("/desk/merge/").status_code == 200
    found = desk.post("/desk/merge/find/", {"first": "林小雨"}).content.decode()
    assert found.count('name="survivor"') == 2
    assert "110105" not in found, "documents are shown by their last digits"
    pair = {"survivor": lin.code, "duplicate": duplicate.code}
    preview = desk.post("/desk/merge/preview/", pair).content.decode()
    assert "Nothing has happened yet" in preview
    assert desk.post("/desk/merge/do/", {**pair, "reason": ""}).status_code == 400
    assert desk.post("/desk/merge/do/", {**pair, "reason": "both seen"}).status_code == 302
    assert desk.post("/desk/merge/preview/", {**pair, "duplicate": lin.code}).status_code == 400
    duplicate.refresh_from_db()
    assert duplicate.merged_into == lin
    assert sorted(reads()) == sorted([("desk", lin.pk), ("desk", duplicate.pk)])


def test_a_look_at_a_record_is_kept_once_a_person_and_day(cast: Cast, now: VirtualClock) -> None:
    lin = cast.patients["lin"]
    client = Client()
    for user in (cast.desk, cast.desk, cast.manager):
        client.force_login(user)
        client.post("/desk/find/", {"q": "林小雨"})
    assert reads() == [("desk", lin.pk), ("manager", lin.pk)]
    now.at("00:00", days=1)
    client.force_login(cast.desk)
    client.post("/desk/patient/", {"patient": lin.code})
    assert reads() == [("desk", lin.pk), ("manager", lin.pk), ("desk", lin.pk)]
    client.force_login(cast.admin)
    client.get(f"/admin/booking/patient/{lin.pk}/change/")
    assert reads()[-1] == ("admin", lin.pk)


def test_patients_who_look_at_their_own_are_not_kept(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.lin)
    client.get("/patients/")
    client.get("/appointments/")
    assert reads() == []


def test_a_second_look_costs_one_query(
    cast: Cast, now: VirtualClock, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    look = {"patients": [cast.patients["lin"]], "actor": Actor.of(cast.desk), "now": now()}
    assert services.patients_read(**look) == 1  # type: ignore[arg-type]
    with django_assert_num_queries(1):
        assert services.patients_read(**look) == 0  # type: ignore[arg-type]


def test_whatever_points_to_a_patient_has_a_name_in_both_languages() -> None:
    for pointer in pointers_to_patients():
        english = pointer.label
        with translation.override("zh-hans"):
            assert pointer.label != english
