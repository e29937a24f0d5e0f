"""Whose a number is: who is told of it in an account, and who may open it, pay it, move it and give it back."""

from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from booking.domain.errors import UnknownNumber
from booking.models import AccountPatient, Patient
from hospital.common.roles import DESK
from hospital.models import User

OWN = Q(
    relation=AccountPatient.Relation.SELF,
    account__phone_index=F("patient__phone_index"),
    account__phone_verified_at__isnull=False,
)
"""A person's own accounts: anybody may say "myself", so the phone known here must be the one the account proved."""
M = TypeVar("M", bound=Model)


def own_or_any(found: QuerySet[M], *, user: User, code: str, field: str, of: str = "") -> M:
    """The thing of this code: one's own (see :func:`owned_by`), any for the staff.

    Raises
    ------
    UnknownNumber
        When there is none; a stranger's does not exist.
    """
    found = found.filter(code=code)
    if user.role not in DESK:
        found = found.filter(owned_by(user, of=of))
    thing = found.first()
    if thing is None:
        raise UnknownNumber(field=field)
    return thing


def owned_by(user: User, *, of: str = "") -> Q:
    """What is this account's, of rows with an account and a patient (behind ``of``); one short query of its patients.

    What it asked for itself, and what is its own person's (:data:`OWN`), whoever asked for that. What the hospital
    gave without an account is also the family's while the patient has no account: they are the ones told of it.
    """
    links = AccountPatient.objects.filter(account=user).annotate(is_own=OWN, has_own=_has_own())
    own, family = [], []
    for patient_id, is_own, has_own in links.values_list("patient_id", "is_own", "has_own"):
        if is_own:
            own.append(patient_id)
        elif not has_own:
            family.append(patient_id)
    return (
        Q(**{f"{of}account": user})
        | Q(**{f"{of}patient__in": own})
        | Q(**{f"{of}account": None, f"{of}patient__in": family})
    )


def _has_own() -> Exists:
    return Exists(AccountPatient.objects.filter(OWN, patient=OuterRef("patient"), account__is_active=True))


def account_of(patient: Patient) -> User | None:
    """Who reads for a patient when no account asked: their own, else the first of the family."""
    links = AccountPatient.objects.filter(patient=patient, account__is_active=True).select_related("account")
    first = links.filter(OWN).order_by("pk").first() or links.order_by("pk").first()
    return first.account if first else None
