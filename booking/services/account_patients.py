"""Many accounts' people at once."""

from collections.abc import Sequence
from datetime import datetime

from booking.domain.identity import identity, person_name
from booking.models import AccountPatient, Patient
from booking.services.patients import TAIL
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index, seal
from hospital.common.transactions import transactional


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
    history.record_all(things=patients, verb="register", to_state="known", actor=actor, at=now)
    return patients
