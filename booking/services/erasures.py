"""A person's identity is deleted; what the hospital must keep (visits, money) stays and names nobody."""

import secrets
from datetime import datetime

from django.db.models import Q

from booking.locks import lock_patients_whole
from booking.models import (
    AccountPatient,
    Appeal,
    Appointment,
    Ban,
    DataRequest,
    DrawRequest,
    Patient,
    Payment,
    StopCase,
    WaitlistEntry,
    WalkIn,
)
from booking.services.reads import patient_state
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.crypto import seal
from hospital.common.messages import messages_blank
from hospital.common.transactions import transactional

NOBODY = "–"


@transactional
def patient_erase(*, patient_id: int, reason: str, actor: Actor, now: datetime) -> Patient:
    """Name, document, phone, date of birth and the links of accounts go; visits and payments stay without them.

    Rows merged into this one go with it, and what was written to or by the person: messages, appeals, requests.
    The caller has made sure that nothing stands in the way. Whoever comes again is registered anew.
    """
    rows = lock_patients_whole(
        patient_id, *Patient.objects.filter(merged_into=patient_id).values_list("pk", flat=True)
    )
    messages_blank(keys=_message_keys(patient_id))
    for row in rows.values():
        before = patient_state(row)
        _blank(row, now)
        history.record(
            thing=row,
            verb="erase",
            from_state=before,
            to_state="erased",
            actor=actor,
            at=now,
            reason=reason.strip(),
        )
    AccountPatient.objects.filter(patient_id=patient_id).delete()
    for model in (Appointment, DrawRequest):
        model.objects.filter(patient_id=patient_id).update(account=None, device_index=None)
    WaitlistEntry.objects.filter(patient_id=patient_id).update(account=None)
    Payment.objects.filter(appointment__patient_id=patient_id).update(payer_index=None)
    Payment.objects.filter(walk_in__patient_id=patient_id).update(payer_index=None)
    StopCase.objects.filter(appointment__patient_id=patient_id).update(phone_note="")
    about = Appeal.objects.filter(ban__patient_id=patient_id) | Appeal.objects.filter(
        appointment__patient_id=patient_id
    )
    about.update(text="", account=None)
    DataRequest.objects.filter(patient_id=patient_id).update(text_sealed=None, account=None)
    return rows[patient_id]


def _blank(patient: Patient, now: datetime) -> None:
    """Nothing of the identity is left; the index becomes one that no document has."""
    blank: dict[str, object] = {
        "name": NOBODY,
        "id_sealed": seal(""),
        "id_index": secrets.token_bytes(32),
        "id_tail": "",
        "phone_sealed": None,
        "phone_index": None,
        "phone_tail": "",
        "birth_date": None,
        "sex": "",
        "erased_at": now,
    }
    for column, value in blank.items():
        setattr(patient, column, value)
    patient.save(update_fields=list(blank))


def _message_keys(patient_id: int) -> list[str]:
    """The keys of everything the person was told: codes of what it was about."""
    keys = list(Appointment.objects.filter(patient_id=patient_id).values_list("code", flat=True))
    for rows in (
        Ban.objects.filter(patient_id=patient_id),
        Appeal.objects.filter(ban__patient_id=patient_id),
        Appeal.objects.filter(appointment__patient_id=patient_id),
        WaitlistEntry.objects.filter(patient_id=patient_id),
        DrawRequest.objects.filter(patient_id=patient_id),
        StopCase.objects.filter(appointment__patient_id=patient_id),
        WalkIn.objects.filter(patient_id=patient_id),
        DataRequest.objects.filter(patient_id=patient_id).exclude(state="done"),
    ):
        keys += rows.values_list("code", flat=True)
    paid = Payment.objects.filter(
        Q(appointment__patient_id=patient_id) | Q(walk_in__patient_id=patient_id), refund__isnull=False
    )
    return [*keys, *paid.values_list("refund__code", flat=True)]
