"""What points to a patient, in whichever app: what a merge moves, and what stands in its way."""

from dataclasses import dataclass

from django.db.models import ForeignKey, Model, Q, QuerySet, UniqueConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext

from booking.domain.states import APPOINTMENT_LIVE, SESSION_OPEN
from booking.models import AccountPatient, Appointment, ClinicSession, Patient, WalkIn
from hospital.common.errors import gettext_noop

KINDS = {
    "patient": gettext_noop("records merged before"),
    "accountpatient": gettext_noop("accounts that book for this person"),
    "appointment": gettext_noop("appointments"),
    "walkin": gettext_noop("walk-in numbers"),
    "ban": gettext_noop("bans from booking online"),
    "drawrequest": gettext_noop("draw requests"),
    "datarequest": gettext_noop("data requests"),
    "waitlistentry": gettext_noop("places on waitlists"),
    "ticket": gettext_noop("queue tickets"),
}
"""What the desk calls rows that point to a patient, by their model."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A foreign key to a patient."""

    model: type[Model]
    field: str

    def rows_of(self, patient_id: int) -> QuerySet[Model]:
        """Rows that point to this patient; past the model's own managers, so that none stays hidden."""
        return QuerySet(self.model).filter(**{self.field: patient_id})

    @property
    def label(self) -> str:
        """Its rows in the reader's language."""
        name = KINDS[self.model._meta.model_name or ""]
        return capfirst(gettext(name))


@dataclass(frozen=True, slots=True)
class Moved:
    """So many rows of one kind that a merge moves."""

    kind: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging ``duplicate`` into ``survivor`` would do; ``conflicts`` are the reasons why it cannot be done."""

    survivor: Patient
    duplicate: Patient
    moves: tuple[Moved, ...]
    both_in: tuple[ClinicSession, ...]
    twice: tuple[str, ...]

    @property
    def possible(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.both_in and not self.twice


def pointers_to_patients() -> list[Pointer]:
    """Every foreign key to a patient, also those of apps above this one: theirs last, since they follow ours."""
    found = []
    for relation in Patient._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.auto_created and not relation.concrete and isinstance(field, ForeignKey):
            found.append(Pointer(field.model, field.name))
    return sorted(found, key=lambda one: one.model._meta.app_label != Patient._meta.app_label)


def merge_preview(*, survivor: Patient, duplicate: Patient) -> MergePreview:
    """What would move and what stands in the way, as it is now."""
    moves = []
    for pointer in pointers_to_patients():
        count = pointer.rows_of(duplicate.pk).count()
        if count:
            moves.append(Moved(pointer.model._meta.model_name or "", pointer.label, count))
    return MergePreview(
        survivor=survivor,
        duplicate=duplicate,
        moves=tuple(moves),
        both_in=tuple(sessions_of_both(survivor.pk, duplicate.pk)),
        twice=tuple(kinds_held_twice(survivor.pk, duplicate.pk)),
    )


def sessions_of_both(one: int, other: int) -> list[ClinicSession]:
    """Sessions in which both have a live number: an appointment ahead, or a walk-in of today."""
    shared = _live_in(one) & _live_in(other)
    found = ClinicSession.objects.filter(pk__in=shared).select_related("expert__department")
    return list(found.order_by("opens_at", "pk"))


def _live_in(patient_id: int) -> set[int]:
    booked = Appointment.objects.filter(patient_id=patient_id, state__in=APPOINTMENT_LIVE)
    here = WalkIn.objects.filter(patient_id=patient_id, session__state__in=SESSION_OPEN)
    here = here.exclude(state="cancelled")
    return {*booked.values_list("session_id", flat=True), *here.values_list("session_id", flat=True)}


def kinds_held_twice(one: int, other: int) -> list[str]:
    """Kinds of rows of which both have one where a person may have only one (waiting for the same session)."""
    found = []
    for pointer in pointers_to_patients():
        if pointer.model in {AccountPatient, Appointment}:
            continue  # a link held twice is kept once; appointments are in sessions_of_both
        unique = [each for each in pointer.model._meta.constraints if isinstance(each, UniqueConstraint)]
        if any(_collide(pointer, constraint, one, other) for constraint in unique):
            found.append(pointer.label)
    return sorted(found)


def _collide(pointer: Pointer, constraint: UniqueConstraint, one: int, other: int) -> bool:
    if pointer.field not in constraint.fields:
        return False
    rest = [name for name in constraint.fields if name != pointer.field]

    def held(patient_id: int) -> set[tuple[object, ...]]:
        rows = pointer.rows_of(patient_id)
        return set(rows.filter(constraint.condition or Q()).values_list(*rest))

    return not held(one).isdisjoint(held(other))
