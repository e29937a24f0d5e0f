"""Patients: of an account, and found by the desk."""

from django.db.models import QuerySet

from booking.domain.errors import UnknownNumber
from booking.domain.identity import identity, phone_number
from booking.models import AccountPatient, Patient
from hospital.common.crypto import blind_index
from hospital.common.errors import DomainError
from hospital.common.roles import DESK
from hospital.common.sql import prepared_cursor
from hospital.models import User

FOUND_MAX = 20
_FAMILY_SQL = """
SELECT patient.id FROM booking_patient patient
WHERE patient.code = %s AND patient.merged_into_id IS NULL AND patient.erased_at IS NULL AND (%s::boolean OR EXISTS (
    SELECT FROM booking_accountpatient link WHERE link.patient_id = patient.id AND link.account_id = %s))
"""


def patients_of_user(*, user: User) -> QuerySet[AccountPatient]:
    """The account's patients with their relation, the account's own person first."""
    return AccountPatient.objects.filter(account=user).select_related("patient").order_by("pk")


def patient_of_user(*, user: User, patient_id: int) -> AccountPatient:
    """One patient of the account with the relation. Raises ``UnknownNumber``."""
    link = patients_of_user(user=user).filter(patient_id=patient_id).first()
    if link is None:
        raise UnknownNumber(field="patient")
    return link


def patient_for_user(*, user: User, code: str) -> Patient:
    """A patient whom this user may act for: family for patients, anybody for the desk. Raises ``UnknownNumber``."""
    found = Patient.objects.filter(code=code, erased_at=None).select_related("merged_into")
    if user.role not in DESK:
        found = found.filter(accounts__account=user)
    patient = found.first()
    if patient is None:
        raise UnknownNumber(field="patient")
    return patient.merged_into or patient


def patient_id_for_user(*, user: User, code: str) -> int:
    """The key of such a patient, for the booking itself. Raises ``UnknownNumber``."""
    with prepared_cursor() as cursor:
        cursor.execute(_FAMILY_SQL, [code, user.role in DESK, user.pk])
        row = cursor.fetchone()
    if row is None:
        raise UnknownNumber(field="patient")
    return int(row[0])


def patient_by_code(*, code: str) -> Patient | None:
    """A patient by code, without asking for whom (staff only); a merged one leads to the one that goes on."""
    patient = Patient.objects.filter(code=code, erased_at=None).select_related("merged_into").first()
    return None if patient is None else patient.merged_into or patient


def patients_find(*, id_number: str = "", phone: str = "", name: str = "") -> list[Patient]:
    """Patients by document number, phone or exact name, for the desk; at most 20.

    What was merged leads to the row that goes on; erased rows are found by nothing.
    """
    if id_number:
        digests = []
        for id_type in Patient.IdType.values:
            try:
                digests.append(blind_index("id", identity(id_type, id_number).number))
            except DomainError:
                continue
        found = Patient.objects.filter(id_index__in=digests)
    elif phone:
        try:
            found = Patient.objects.filter(phone_index=blind_index("phone", phone_number(phone)))
        except DomainError:
            return []
    elif name:
        found = Patient.objects.filter(name=name.strip())
    else:
        return []
    rows = found.filter(erased_at=None).select_related("merged_into").order_by("-created_at")[:FOUND_MAX]
    return list(dict.fromkeys(row.merged_into or row for row in rows))


def patients_find_any(*, text: str) -> list[Patient]:
    """Patients by document number, else by phone, else by exact name, whatever was typed."""
    typed = text.strip()
    for by in ("id_number", "phone", "name"):
        if found := patients_find(**{by: typed}):
            return found
    return []
