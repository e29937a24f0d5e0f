"""What patients may ask about their own data: a copy at once, a correction and a deletion by a person's decision."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from booking.domain.errors import ErasureBlocked, RequestOpen
from booking.domain.identity import check_birth_date, person_name, phone_number
from booking.domain.states import DATA_REQUEST
from booking.locks import lock_patient, lock_patients_whole
from booking.models import DataRequest, Patient
from booking.selectors.erasures import erasure_blockers
from booking.selectors.patients import patients_of_user
from booking.selectors.requests import as_json, family_export
from booking.services import notices
from booking.services.erasures import patient_erase
from booking.services.patients import phone_columns
from booking.services.reads import patient_state
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.crypto import seal
from hospital.common.errors import next_state
from hospital.common.guards import require, require_reason
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional
from hospital.models import User

DELETION, CORRECTION = DataRequest.Kind.DELETION, DataRequest.Kind.CORRECTION


@transactional
def data_export(*, user: User, actor: Actor, now: datetime) -> bytes:
    """The account's copy of its data, as JSON in a ZIP; that it was taken stands in each person's history."""
    export = family_export(user=user, now=now)
    for link in patients_of_user(user=user):
        state = patient_state(link.patient)
        history.note(link.patient, "export", state=state, actor=actor, at=now)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("my-data.json", as_json(export))
    return packed.getvalue()


@transactional
def data_request_make(
    *, kind: str, patient_id: int, account_id: int, text: str, actor: Actor, now: datetime
) -> DataRequest:
    """A patient asks for a correction, in words, or for the deletion of the identity.

    Raises
    ------
    ReasonMissing
        For a correction without a text.
    RequestOpen
        While one of the same kind waits for its answer.
    ErasureBlocked
        For a deletion while the person has a live number, open money, a ban or an appeal; ``reasons`` names them.
    """
    lock_patient(patient_id)
    if kind == CORRECTION:
        require_reason(text, field="text")
    if DataRequest.objects.filter(patient_id=patient_id, kind=kind, state="open").exists():
        raise RequestOpen
    if kind == DELETION:
        _check_erasable(patient_id, now)
    request = DataRequest.objects.create(
        kind=kind,
        patient_id=patient_id,
        account_id=account_id,
        text_sealed=seal(text.strip()[:500]) if text.strip() else None,
        asked_at=now,
    )
    history.begin(request, "ask", actor=actor, at=now)
    return request


@transactional
def data_request_refuse(*, request_id: int, answer: str, actor: Actor, now: datetime) -> DataRequest:
    """A manager refuses, and says why.

    Raises
    ------
    NotAllowed, ReasonMissing, IllegalTransition
        For anybody but a manager; without an answer; when it is answered already.
    """
    require(actor, MANAGERS)
    answer = require_reason(answer)
    return _answer(_lock_request(request_id), "refuse", answer, actor, now)


@transactional
def data_request_grant(
    *,
    request_id: int,
    answer: str,
    actor: Actor,
    now: datetime,
    corrected: Mapping[str, Any] | None = None,
) -> DataRequest:
    """A manager grants: the record is corrected as given in ``corrected``, or the identity is deleted.

    Raises
    ------
    NotAllowed, ReasonMissing, IllegalTransition
        As :func:`data_request_refuse`.
    ErasureBlocked
        When something stands in the way of a deletion now.
    ImpossibleName, ImpossiblePhone, ImpossibleBirthDate
        When a correction cannot be right; nothing is changed.
    """
    require(actor, MANAGERS)
    answer = require_reason(answer)
    request = _lock_request(request_id)
    next_state(DATA_REQUEST, request.state, "grant")
    if request.kind == CORRECTION:
        _correct(request.patient, corrected or {}, answer, actor, now)
        return _answer(request, "grant", answer, actor, now)
    _check_erasable(request.patient_id, now)
    _answer(request, "grant", answer, actor, now)
    patient_erase(patient_id=request.patient_id, reason=answer, actor=actor, now=now)
    return request


def _lock_request(request_id: int) -> DataRequest:
    """A request under its patient's lock, read again."""
    while True:
        patient_id = DataRequest.objects.values_list("patient_id", flat=True).get(pk=request_id)
        lock_patients_whole(patient_id)  # no new number or walk-in either, while a deletion is decided
        rows = DataRequest.objects.select_for_update(no_key=True, of=("self",))
        request = rows.select_related("patient", "account").get(pk=request_id)
        if request.patient_id == patient_id:
            return request


def _answer(request: DataRequest, verb: str, answer: str, actor: Actor, now: datetime) -> DataRequest:
    words = answer.strip()[:500]
    history.move(
        request,
        DATA_REQUEST,
        verb,
        actor=actor,
        at=now,
        reason=words,
        columns={"answer": words, "answered_at": now},
    )
    notices.data_answered(request, now)
    return request


def _check_erasable(patient_id: int, now: datetime) -> None:
    if reasons := erasure_blockers(patient_id=patient_id, now=now):
        raise ErasureBlocked(reasons=reasons)


def _correct(
    patient: Patient, corrected: Mapping[str, Any], reason: str, actor: Actor, now: datetime
) -> None:
    """Write what differs; the history names the fields, never the values."""
    columns: dict[str, Any] = {}
    if name := corrected.get("name"):
        columns["name"] = person_name(name)
    if phone := corrected.get("phone"):
        columns |= phone_columns(phone_number(phone))
    born: date | None = corrected.get("birth_date")
    if born is not None:
        check_birth_date(born, today=clock.local(now).date())
        columns["birth_date"] = born
    for column, value in columns.items():
        setattr(patient, column, value)
    if columns:
        patient.save(update_fields=list(columns))
    state = patient_state(patient)
    history.note(
        patient,
        "correct",
        state=state,
        actor=actor,
        at=now,
        reason=reason.strip(),
        data={"fields": sorted(columns)},
    )
