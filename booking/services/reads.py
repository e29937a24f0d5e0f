"""Who of the staff looked at whose record: one row for each of them, patient and day, whatever else they do."""

from collections.abc import Iterable
from datetime import datetime, time

from booking.models import Patient
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from hospital.common.transactions import transactional


@transactional
def patients_read(*, patients: Iterable[Patient], actor: Actor, now: datetime) -> int:
    """Keep that a member of staff saw these records today; how many were not kept yet.

    One query when all of them are. Patients who look at their own are not kept.
    """
    if not actor.is_staff:
        return 0
    shown = {patient.pk for patient in patients}
    today = datetime.combine(clock.local(now).date(), time(), tzinfo=clock.zone())
    kept = StateChange.objects.filter(thing="patient", thing_id__in=shown, verb="read")
    kept = kept.filter(actor_id=actor.user_id, at__gte=today)
    new = shown.difference(kept.values_list("thing_id", flat=True))
    if not new:
        return 0
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=new).order_by("pk")
    for row in rows:  # under the row's lock: its history stays a chain beside a merge or a deletion
        state = patient_state(row)
        history.note(row, "read", state=state, actor=actor, at=now)
    return len(new)


def patient_state(patient: Patient) -> str:
    """The state of a patient's record, as the history says it."""
    if patient.erased_at is not None:
        return "erased"
    return "merged" if patient.merged_into_id else "known"
