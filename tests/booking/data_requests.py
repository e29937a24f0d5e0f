"""What patients ask about their own data, and the manager who answers."""

from datetime import timedelta
from typing import Any

from django.test import Client

from booking import services
from booking.models import Ban, DataRequest, Patient
from hospital.common.actor import Actor
from hospital.models import User
from tests.clock import VirtualClock
from tests.factories import Cast


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


def over_ban(patient: Patient, now: VirtualClock) -> Ban:
    begun = now() - timedelta(days=90)
    return Ban.objects.create(patient=patient, reason="no_show", starts_at=begun, ends_at=now())
