"""How each queue is served today: its slots, its department's way, who calls from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from booking.domain.specialties import parts
from booking.domain.states import SESSION_OPEN
from booking.selectors import policy_of_department
from booking.selectors.schedules import experts_by_code
from hospital.common.policy import Policy
from queueing.domain.channels import Share
from queueing.domain.places import Discipline, Grid, LatePolicy, Serving
from queueing.domain.sharing import Caller
from queueing.domain.streams import Ratios
from queueing.models import Ticket
from queueing.selectors.rows import SessionRow, session_rows

CALLS_FROM = ("released", *SESSION_OPEN)
"""A session that opens within the hour counts, too: who chose its doctor waits for that one."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a queue's rules depend on besides its rows: its slots, its department's way, who calls from it."""

    grid: Grid = field(default_factory=lambda: Grid(0, 0))
    discipline: Discipline = field(default_factory=Discipline)
    callers: tuple[Caller, ...] = ()
    any_expert: bool = False
    overtake_limit: int = 0

    @property
    def is_shared(self) -> bool:
        """Whether several sessions that are not over call from the queue."""
        return len(self.callers) > 1

    def has(self, session_id: int) -> bool:
        """Whether the session calls from the queue."""
        return any(caller.key == session_id for caller in self.callers)


def discipline_of(serving: str, rules: Policy) -> Discipline:
    """How a department serves its queues."""
    return Discipline(
        serving=Serving(serving),
        ratios=Ratios(rules.priority_ratio, rules.review_ratio, passed=rules.passed_ratio),
        share=Share(rules.interleave_booked, rules.interleave_walk_in),
        late=LatePolicy(rules.late_policy),
        back_places=rules.back_places,
        void_after=rules.void_after_misses,
    )


def discipline_of_expert(code: str) -> Discipline:
    """How the expert's department serves its queues; for somebody who is not here any more, as by default."""
    expert = experts_by_code([code]).get(code)
    if expert is None:
        return Discipline()
    return discipline_of(expert.department.discipline, policy_of_department(expert.department_id))


def discipline_of_ticket(ticket: Ticket) -> Discipline:
    """How the department serves whose queue the ticket is in; selected with its session's expert and department."""
    department = ticket.session.expert.department
    return discipline_of(department.discipline, policy_of_department(department.pk))


def queue_days(queue_ids: Sequence[int]) -> dict[int, Day]:
    """What the rules of each queue depend on; one query."""
    rows: dict[int, list[SessionRow]] = {pk: [] for pk in queue_ids}
    for row in session_rows(queue_ids=queue_ids):
        rows[row.queue_id].append(row)
    return {pk: _day(found) for pk, found in rows.items()}


def _day(rows: Sequence[SessionRow]) -> Day:
    """One queue's, from the rows of its sessions."""
    if not rows:
        return Day()
    rules = policy_of_department(rows[0].department_id)
    return Day(
        grid=Grid(
            min(row.first or row.opens_at for row in rows).timestamp(),
            max(row.last or row.opens_at for row in rows).timestamp(),
        ),
        discipline=discipline_of(rows[0].discipline, rules),
        callers=tuple(
            Caller(row.session_id, frozenset(parts(row.specialty) + parts(row.specialty_en)))
            for row in rows
            if row.state in CALLS_FROM
        ),
        any_expert=rules.any_expert,
        overtake_limit=rules.overtake_limit,
    )
