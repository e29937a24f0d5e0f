"""Two rows of one person become one: the desk decides, with the documents in hand."""

from datetime import datetime
from typing import Any

from booking.domain.errors import BothInSession, CannotMerge, HeldTwice
from booking.locks import lock_patients_whole
from booking.models import AccountPatient, Patient
from booking.selectors.merges import kinds_held_twice, pointers_to_patients, sessions_of_both
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.guards import require, require_reason
from hospital.common.roles import DESK
from hospital.common.transactions import transactional

FILLED = ("phone_sealed", "phone_index", "phone_tail")


@transactional
def patients_merge(
    *, survivor_id: int, duplicate_id: int, reason: str, actor: Actor, now: datetime
) -> Patient:
    """Everything that points to the duplicate points to the survivor afterwards; its document leads there.

    Appointments, walk-ins, tickets, bans and links of accounts move; the duplicate's row stays with
    ``merged_into``, so that its document finds the survivor. Nobody is banned by merging: what both missed
    together counts from the next confirmation on.

    Raises
    ------
    NotAllowed
        For anybody but the desk and managers.
    ReasonMissing
        Without a reason.
    CannotMerge
        When it is the same row, or one of them was merged or erased.
    BothInSession
        When both have a live number in one session: cancel one of them first.
    HeldTwice
        When both have something of which a person may have only one.
    """
    require(actor, DESK)
    reason = require_reason(reason)
    rows = lock_patients_whole(survivor_id, duplicate_id)
    if len(rows) != 2 or any(row.merged_into_id or row.erased_at for row in rows.values()):
        raise CannotMerge
    survivor, duplicate = rows[survivor_id], rows[duplicate_id]
    if both := sessions_of_both(survivor.pk, duplicate.pk):
        raise BothInSession(session=both[0].code)
    if twice := kinds_held_twice(survivor.pk, duplicate.pk):
        raise HeldTwice(kinds=", ".join(twice))
    moved = {"accountpatient": _links_move(survivor, duplicate), **_rows_move(survivor, duplicate)}
    _fill_in(survivor, duplicate)
    duplicate.merged_into = survivor
    duplicate.save(update_fields=["merged_into"])
    told = {"moved": {name: count for name, count in moved.items() if count}}
    written: dict[str, Any] = {"from_state": "known", "actor": actor, "at": now, "reason": reason}
    history.record(
        thing=duplicate, verb="merge", to_state="merged", data={"into": survivor.pk, **told}, **written
    )
    history.record(
        thing=survivor, verb="take_in", to_state="known", data={"from": duplicate.pk, **told}, **written
    )
    return survivor


def _links_move(survivor: Patient, duplicate: Patient) -> int:
    """Accounts that book for both keep one link; the person themself stays the person themself."""
    kept = {link.account_id: link for link in AccountPatient.objects.filter(patient=survivor)}
    links = list(AccountPatient.objects.filter(patient=duplicate))
    for link in links:
        if link.account_id not in kept:
            link.patient = survivor
            link.save(update_fields=["patient"])
            continue
        link.delete()
        if link.relation == AccountPatient.Relation.SELF:
            kept[link.account_id].relation = link.relation
            kept[link.account_id].save(update_fields=["relation"])
    return len(links)


def _rows_move(survivor: Patient, duplicate: Patient) -> dict[str, int]:
    moved = {}
    for pointer in pointers_to_patients():
        if pointer.model is not AccountPatient:
            name = pointer.model._meta.model_name or ""
            moved[name] = pointer.rows_of(duplicate.pk).update(**{pointer.field: survivor})
    return moved


def _fill_in(survivor: Patient, duplicate: Patient) -> None:
    """What only the duplicate tells about the person."""
    columns = [] if survivor.phone_sealed or not duplicate.phone_sealed else [*FILLED]
    columns += [name for name in ("birth_date", "sex") if not getattr(survivor, name)]
    for name in columns:
        setattr(survivor, name, getattr(duplicate, name))
    if columns:
        survivor.save(update_fields=columns)
