"""The policy of a session: its expert's own values, else the department's, else the hospital's.

Nothing is asked of the database for it but once a second, and then only when a department has values of its own.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from booking.domain.assignment import FitWeights
from booking.domain.deadlines import cancel_deadline
from booking.domain.errors import UnknownNumber
from booking.domain.returns import ReturnDelay
from booking.models import Appointment, ClinicSession, Department, Expert
from hospital.common import clock
from hospital.common.policy import Policies, Policy, Scope, policies
from hospital.common.policy_levels import DEPARTMENT, EXPERT

IN_STATEMENT = ("hold_min", "numbers_per_department_day")
"""What ``booking_hold`` and ``booking_hold_refusal`` decide by, who know whose the slot is before anybody else does."""

_departments: tuple[Policies | None, dict[int, int]] = (None, {})
_own_json: tuple[Policies | None, str | None] = (None, None)


def policy_of_session(session: ClinicSession) -> Policy:
    """What holds for a session and its appointments."""
    return policy_of_expert(session.expert_id)


def policy_of_expert(expert_id: int | None) -> Policy:
    """What holds for an expert; for nobody, the hospital's."""
    held = policies()
    return held.of(department_id=_department_of(expert_id, held), expert_id=expert_id)


def fit_weights() -> FitWeights:
    """What counts beside time when patients are given to colleagues."""
    rules = policies().hospital
    return FitWeights(rules.mismatch_weight_min, rules.load_weight_min)


def policy_of_department(department_id: int | None) -> Policy:
    """What holds for a department as a whole."""
    return policies().of(department_id=department_id)


def cancel_until(session: ClinicSession) -> datetime:
    """From then on a patient can no longer cancel what is booked.

    Where the hospital itself did not keep to the expert it is the opening.
    """
    kept_to = session.state != "stopped" and session.instead_of_id is None
    before_min = policy_of_session(session).cancel_deadline_min if kept_to else 0
    return cancel_deadline(walk_in_opens_at=session.walk_in_opens_at, before_min=before_min)


def may_cancel_until(appointment: Appointment) -> datetime:
    """From then on the patient can no longer cancel this one; an unpaid hold is let go until the opening."""
    session = appointment.session
    return session.walk_in_opens_at if appointment.state == "held" else cancel_until(session)


def return_delay(expert_id: int) -> ReturnDelay:
    """How long numbers of this expert that come back are kept back."""
    rules = policy_of_expert(expert_id)
    return ReturnDelay(rules.return_delay_min_min, rules.return_delay_max_min, rules.return_delay_from_h)


def own_in_statement() -> str | None:
    """Own values for the statement that holds a number, and the hospital's zone; None while there are none.

    ``{level: {id: {name: value}}, "zone": "Asia/Shanghai"}``
    """
    global _own_json
    held = policies()
    if _own_json[0] is not held:
        own: dict[str, dict[int, dict[str, int]]] = {}
        for (level, pk), values in held.own.items():
            if chosen := {name: values[name] for name in IN_STATEMENT if name in values}:
                own.setdefault(level, {})[pk] = chosen
        _own_json = (held, json.dumps({**own, "zone": clock.zone().key}) if own else None)
    return _own_json[1]


@dataclass(frozen=True, slots=True)
class RulesOwner:
    """A department or an expert with its name, for the pages of the rules."""

    scope: Scope
    code: str
    label: str

    @property
    def level(self) -> str:
        """``department`` or ``expert``."""
        return self.scope.level

    @property
    def pk(self) -> int:
        """The key of the department or expert."""
        return self.scope.pk


def rules_owners() -> list[tuple[RulesOwner, list[RulesOwner]]]:
    """Every department with its experts, also those who have left; two queries."""
    return [
        (
            RulesOwner(Scope(DEPARTMENT, one.pk), one.code, one.label),
            [RulesOwner(Scope(EXPERT, who.pk, one.pk), who.code, who.label) for who in one.experts.all()],
        )
        for one in Department.objects.prefetch_related("experts")
    ]


def scope_of(*, level: str, code: str) -> Scope:
    """A department or an expert as rules know it. Raises ``UnknownNumber``."""
    if level == DEPARTMENT and (department := Department.objects.filter(code=code).first()):
        return Scope(DEPARTMENT, department.pk)
    if level == EXPERT and (expert := Expert.objects.filter(code=code).first()):
        return Scope(EXPERT, expert.pk, expert.department_id)
    raise UnknownNumber(field=level)


def _department_of(expert_id: int | None, held: Policies) -> int | None:
    """An expert's department, of those with own values; who is where is read again whenever the policies are."""
    global _departments
    owners = [pk for level, pk in held.own if level == DEPARTMENT]
    if not owners:
        return None
    if _departments[0] is not held:
        rows = Expert.objects.filter(department_id__in=owners).values_list("pk", "department_id")
        _departments = (held, dict(rows))
    return _departments[1].get(expert_id or 0)
