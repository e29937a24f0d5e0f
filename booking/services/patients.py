"""Real-name patients and the accounts that book for them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.domain.errors import (
    ImpossibleBirthDate,
    ImpossibleIdentity,
    NameDiffers,
    PatientKnown,
    SelfKnown,
    TooManyPatients,
    TooManyRefused,
)
from booking.domain.identity import Identity, check_birth_date, identity, person_name, phone_number
from booking.locks import lock_account
from booking.models import AccountPatient, Patient
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index, seal
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from hospital.models import User

TAIL = 4
REFUSED = "patient_refused"
"""In an account's history: somebody known otherwise was to be added."""
REFUSALS_PER_HOUR = 5


@transactional
def patient_register(
    *,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    actor: Actor,
    now: datetime,
    birth_date: date | None = None,
) -> Patient:
    """One person is kept once under one document; the same document and name give the same row.

    The document of a row that was merged gives the row that goes on. ``birth_date`` is for documents whose
    number does not tell it.

    Raises
    ------
    ImpossibleIdentity, ImpossiblePhone, ImpossibleName, ImpossibleBirthDate
        When a value cannot be right; nothing is kept.
    NameDiffers
        When the document is known under another name.
    """
    given = _checked(
        name=name, id_type=id_type, id_number=id_number, phone=phone, birth_date=birth_date, now=now
    )
    patient, created = _known_or_made(given, actor, now)
    if not created:
        _fill_in(patient, given)
    return patient


@dataclass(frozen=True, slots=True)
class _Given:
    """A person as somebody describes them, every value checked."""

    name: str
    document: Identity
    phone: str
    born: date | None


def _checked(
    *, name: str, id_type: str, id_number: str, phone: str, birth_date: date | None, now: datetime
) -> _Given:
    document = identity(id_type, id_number)
    born = _born(document, birth_date, now)
    return _Given(person_name(name), document, phone_number(phone) if phone else "", born)


def _known_or_made(given: _Given, actor: Actor, now: datetime) -> tuple[Patient, bool]:
    """The person under the document, and whether they are new; a merged row leads to the one that goes on."""
    document = given.document
    patient, created = Patient.objects.select_related("merged_into").get_or_create(
        id_type=document.id_type,
        id_index=blind_index("id", document.number),
        defaults={
            "name": given.name,
            "id_sealed": seal(document.number),
            "id_tail": document.number[-TAIL:],
            "birth_date": given.born,
            "sex": document.sex,
            "created_at": now,
            **phone_columns(given.phone),
        },
    )
    if created:
        history.begin(patient, "register", state="known", actor=actor, at=now)
        return patient, True
    survivor = patient.merged_into or patient
    if given.name not in {patient.name, survivor.name}:
        raise NameDiffers(field="name")
    return survivor, False


def _born(checked: Identity, typed: date | None, now: datetime) -> date | None:
    """The day of birth: the document's, else the one typed in; both must agree."""
    today = clock.local(now).date()
    check_birth_date(typed, today=today)
    try:
        check_birth_date(checked.birth_date, today=today)
    except ImpossibleBirthDate:
        raise ImpossibleIdentity(field="id_number") from None
    if typed and checked.birth_date and typed != checked.birth_date:
        raise ImpossibleBirthDate(field="birth_date")
    return checked.birth_date or typed


def _fill_in(patient: Patient, given: _Given) -> None:
    """Keep what was not known of somebody before; nothing known is written over."""
    columns: dict[str, object] = {} if patient.phone_sealed else phone_columns(given.phone)
    if given.born and patient.birth_date is None:
        columns["birth_date"] = given.born
    for column, value in columns.items():
        setattr(patient, column, value)
    if columns:
        patient.save(update_fields=list(columns))


def _same_phone(patient: Patient, phone: str) -> bool:
    """Whether ``phone`` is one the hospital has for this person: the own one, or for whoever has none, like a
    child, that of an account that books for them already. With neither nothing shows who asks: the desk looks at
    the document and takes a phone down.
    """
    known = {bytes(patient.phone_index)} if patient.phone_index else set()
    if not known:
        guardians = patient.accounts.filter(account__phone_index__isnull=False)
        indexes = guardians.values_list("account__phone_index", flat=True)
        known = {bytes(index) for index in indexes if index is not None}
    return bool(phone) and blind_index("phone", phone) in known


def phone_columns(phone: str) -> dict[str, object]:
    """The columns of :class:`Patient` that hold a phone (canonical form); none for none."""
    if not phone:
        return {}
    return {
        "phone_sealed": seal(phone),
        "phone_index": blind_index("phone", phone),
        "phone_tail": phone[-TAIL:],
    }


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
    birth_date: date | None = None,
) -> Patient:
    """An account books for the person and a few of the family, not for strangers by the dozen.

    Children have documents of their own and may have no phone: a second guardian gives the first one's.

    Raises
    ------
    TooManyPatients
        At the policy's limit.
    SelfKnown
        When another patient of the account is the person themself.
    PatientKnown
        When the person is known under another name or another phone, and which of the two is not said: whoever
        knows an ID number learns no name from it, and takes nobody over.
    TooManyRefused
        After some of these refusals within an hour, whoever is added.
    ImpossibleIdentity, ImpossiblePhone, ImpossibleName
        See :func:`patient_register`.
    """
    given = _checked(
        name=name, id_type=id_type, id_number=id_number, phone=phone, birth_date=birth_date, now=now
    )
    patient = _added(account_id=account_id, given=given, relation=relation, actor=actor, now=now)
    if patient is None:
        raise PatientKnown(field="id_number")
    return patient


@transactional
def _added(*, account_id: int, given: _Given, relation: str, actor: Actor, now: datetime) -> Patient | None:
    """The person, now the account's; None when they are known otherwise, which is written down and counted.

    What would be refused to anybody is refused before it is looked whether the person is known.
    """
    lock_account(account_id)
    account = User(pk=account_id)
    mine = dict(AccountPatient.objects.filter(account_id=account_id).values_list("patient_id", "relation"))
    if _found(given) not in mine:
        _check_room(list(mine.values()), relation)
        refused = history.of(account).filter(verb=REFUSED, at__gt=now - timedelta(hours=1)).count()
        if refused >= REFUSALS_PER_HOUR:
            raise TooManyRefused
    try:
        patient, created = _known_or_made(given, actor, now)
    except NameDiffers:
        patient = None
    if patient is None or not (created or patient.pk in mine or _same_phone(patient, given.phone)):
        history.note(account, REFUSED, state="", actor=actor, at=now)
        return None
    _fill_in(patient, given)
    if patient.pk not in mine:
        AccountPatient.objects.create(account_id=account_id, patient=patient, relation=relation)
    return patient


def _found(given: _Given) -> int | None:
    """The key of the row that goes on under the document."""
    rows = Patient.objects.filter(
        id_type=given.document.id_type, id_index=blind_index("id", given.document.number)
    )
    pk, survivor = rows.values_list("pk", "merged_into").first() or (None, None)
    return survivor or pk


def _check_room(relations: list[str], relation: str) -> None:
    """Raise SelfKnown or TooManyPatients when nobody more can be added so."""
    if relation == AccountPatient.Relation.SELF and relation in relations:
        raise SelfKnown(field="relation")
    limit = policy().patients_per_account
    if len(relations) >= limit:
        raise TooManyPatients(limit=limit)
