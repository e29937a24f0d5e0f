"""Real-name patients and the accounts that book for them."""

from collections.abc import Sequence
from datetime import datetime

from booking.domain.errors import NameDiffers, PatientKnown, SelfKnown, TooManyPatients
from booking.domain.identity import identity, person_name, phone_number
from booking.locks import lock_account
from booking.models import AccountPatient, Patient
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index, seal
from hospital.common.policy import policy
from hospital.common.transactions import transactional

TAIL = 4


@transactional
def patient_register(
    *, name: str, id_type: str, id_number: str, phone: str, actor: Actor, now: datetime
) -> Patient:
    """One person is kept once under one document; the same document and name give the same row.

    Raises
    ------
    ImpossibleIdentity, ImpossiblePhone, ImpossibleName
        When a value cannot be right; nothing is kept.
    NameDiffers
        When the document is known under another name.
    """
    checked = identity(id_type, id_number)
    plain_name = person_name(name)
    plain_phone = phone_number(phone) if phone else ""
    patient, created = Patient.objects.get_or_create(
        id_type=checked.id_type,
        id_index=blind_index("id", checked.number),
        defaults={
            "name": plain_name,
            "id_sealed": seal(checked.number),
            "id_tail": checked.number[-TAIL:],
            "birth_date": checked.birth_date,
            "sex": checked.sex,
            "created_at": now,
            **_phone_columns(plain_phone),
        },
    )
    if created:
        history.record(thing=patient, verb="register", from_state=None, to_state="known", actor=actor, at=now)
        return patient
    if patient.name != plain_name:
        raise NameDiffers(field="name")
    if plain_phone and not patient.phone_sealed:
        for column, value in _phone_columns(plain_phone).items():
            setattr(patient, column, value)
        patient.save(update_fields=list(_phone_columns(plain_phone)))
    return patient


def _same_phone(patient: Patient, phone: str) -> bool:
    """Whether ``phone`` is the one the hospital has for this person; a person without one has nothing to match."""
    if patient.phone_index is None:
        return True
    return bool(phone) and blind_index("phone", phone_number(phone)) == bytes(patient.phone_index)


def _phone_columns(phone: str) -> dict[str, object]:
    if not phone:
        return {}
    return {
        "phone_sealed": seal(phone),
        "phone_index": blind_index("phone", phone),
        "phone_tail": phone[-TAIL:],
    }


@transactional
def account_patient_add(
    *,
    account_id: int,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    relation: str,
    actor: Actor,
    now: datetime,
) -> Patient:
    """An account books for the person and a few of the family, not for strangers by the dozen.

    Raises
    ------
    TooManyPatients
        At the policy's limit.
    SelfKnown
        When another patient of the account is the person themself.
    PatientKnown
        When the person is known under another name or another phone: whoever knows an ID number and a name
        learns no more from it, and takes nobody over.
    ImpossibleIdentity, ImpossiblePhone, ImpossibleName
        See :func:`patient_register`.
    """
    lock_account(account_id)
    try:
        patient = patient_register(
            name=name, id_type=id_type, id_number=id_number, phone=phone, actor=actor, now=now
        )
    except NameDiffers:
        raise PatientKnown(field="id_number") from None
    known = dict(AccountPatient.objects.filter(account_id=account_id).values_list("patient_id", "relation"))
    if patient.pk in known:
        return patient
    if not _same_phone(patient, phone):
        raise PatientKnown(field="phone")
    if relation == AccountPatient.Relation.SELF and relation in known.values():
        raise SelfKnown(field="relation")
    limit = policy().patients_per_account
    if len(known) >= limit:
        raise TooManyPatients(limit=limit)
    AccountPatient.objects.create(account_id=account_id, patient=patient, relation=relation)
    return patient


@transactional
def account_patients_take_in(
    *, people: Sequence[tuple[int, str, str]], actor: Actor, now: datetime
) -> list[Patient]:
    """Many new people with resident IDs at once: ``(account id, name, ID number)`` each, one for each account.

    Raises
    ------
    ImpossibleIdentity, ImpossibleName
        When a value of anybody cannot be right; nobody is kept.
    IntegrityError
        When somebody is known already.
    """
    checked = [identity("resident", id_number) for _account_id, _name, id_number in people]
    patients = Patient.objects.bulk_create(
        Patient(
            name=person_name(name),
            id_type=document.id_type,
            id_index=blind_index("id", document.number),
            id_sealed=seal(document.number),
            id_tail=document.number[-TAIL:],
            birth_date=document.birth_date,
            sex=document.sex,
            created_at=now,
        )
        for (_account_id, name, _id_number), document in zip(people, checked, strict=True)
    )
    AccountPatient.objects.bulk_create(
        AccountPatient(account_id=account_id, patient=patient)
        for (account_id, _name, _id_number), patient in zip(people, patients, strict=True)
    )
    history.record_all(
        things=patients, verb="register", from_state=None, to_state="known", actor=actor, at=now
    )
    return patients
