"""Where a patient can be sent."""

from dataclasses import dataclass, replace
from datetime import datetime

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from queueing.domain.transfers import may_transfer
from queueing.models import QueueSession
from queueing.selectors.desk import DeskSession, desk_sessions, sessions_of_today
from queueing.selectors.loads import sessions_with_least_work


@dataclass(frozen=True, slots=True)
class Target:
    """A session that calls now; ``takes`` says whether this role may send somebody there."""

    row: DeskSession
    takes: bool


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """The sessions of one department."""

    code: str
    label: str
    targets: tuple[Target, ...]

    @property
    def several(self) -> bool:
        """Whether there is a choice between doctors."""
        return sum(target.takes for target in self.targets) > 1


@dataclass(frozen=True, slots=True)
class DepartmentTarget:
    """A session that would be given to whoever is sent to its department."""

    code: str
    queue_id: int | None


def transfer_targets(*, queue_id: int | None, role: str, now: datetime) -> list[TargetGroup]:
    """The sessions that call now from another queue, by department, in the desk's order."""
    rows = {row.code: row for row in desk_sessions(now=now)}
    groups: dict[str, TargetGroup] = {}
    for session in sessions_of_today(now):
        row = rows[session.code]
        if session.state not in SESSION_OPEN or row.queue_id == queue_id:
            continue
        department = session.expert.department
        takes = may_transfer(role=role, target_takes=booking.policy_of_session(session).takes_transfers)
        before = groups.get(department.code, TargetGroup(department.code, department.label, ()))
        groups[department.code] = replace(before, targets=(*before.targets, Target(row, takes)))
    return list(groups.values())


def department_targets(*, department_code: str, role: str, now: datetime) -> list[DepartmentTarget]:
    """The department's sessions to which this role may send somebody, the one with the least work first."""
    takes = {
        session.code: session.pk
        for session in sessions_of_today(now)
        if session.expert.department.code == department_code
        and may_transfer(role=role, target_takes=booking.policy_of_session(session).takes_transfers)
    }
    queues = dict(
        QueueSession.objects.filter(session_id__in=takes.values()).values_list("session_id", "queue_id")
    )
    loads = sessions_with_least_work(department_code=department_code, now=now, with_number=False)
    return [DepartmentTarget(load.code, queues.get(takes[load.code])) for load in loads if load.code in takes]
