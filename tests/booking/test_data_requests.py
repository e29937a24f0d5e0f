"""What patients ask about their own data, and how it is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking import selectors, services
from booking.domain.errors import ImpossiblePhone, ReasonMissing, RequestOpen
from booking.models import (
    ClinicSession,
    DataRequest,
    Patient,
)
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, NotAllowed
from hospital.common.models import Message
from tests.booking.data_requests import asked, client, granted
from tests.booking.no_shows import lin
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

__all__ = ["lin"]

pytestmark = pytest.mark.django_db


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
