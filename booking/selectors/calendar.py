"""The managers' calendar: a week of sessions by expert, with holidays and leaves; a constant number of queries."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from booking.domain.grades import grades_from
from booking.domain.schedules import collide
from booking.models import Absence, ClinicSession, Expert, Room, SessionTemplate
from booking.selectors.schedules import absences_between, blocks, recurrence_of

WEEK = 7


@dataclass(frozen=True, slots=True)
class CalendarSession:
    """One session with its numbers; ``clash``: another session uses the room at the same time."""

    session: ClinicSession
    taken: int
    quota: int
    clash: bool


@dataclass(slots=True)
class CalendarDay:
    """One day of one expert."""

    day: date
    sessions: list[CalendarSession] = field(default_factory=list)
    absence: Absence | None = None


@dataclass(slots=True)
class CalendarRow:
    """One expert's week."""

    expert: Expert
    days: list[CalendarDay]

    @property
    def busy(self) -> bool:
        """Whether there is anything to show."""
        return any(day.sessions or day.absence for day in self.days)


def week_of(*, first: date, department: str = "", expert: str = "") -> list[CalendarRow]:
    """The seven days from ``first``, for the experts of a department, or one; those without anything are left out."""
    last = first + timedelta(days=WEEK - 1)
    experts = Expert.objects.filter(active=True).select_related("department")
    if department:
        experts = experts.filter(department__code=department)
    if expert:
        experts = experts.filter(code=expert)
    rows = {
        each.pk: CalendarRow(each, [CalendarDay(first + timedelta(days=number)) for number in range(WEEK)])
        for each in experts.order_by("department__pinyin", "pinyin", "code")
    }
    sessions = list(_sessions(first, last))
    clashes = room_clashes(sessions)
    for session in sessions:
        row = rows.get(session.expert_id)
        if row is not None:
            entry = CalendarSession(
                session, _sum(session, "taken"), _sum(session, "quota"), session.pk in clashes
            )
            row.days[(session.date - first).days].sessions.append(entry)
    absences = absences_between(first=first, last=last)
    for row in rows.values():
        for day in row.days:
            day.absence = next((each for each in absences if blocks(each, row.expert, day.day)), None)
    return [row for row in rows.values() if row.busy or expert]


def _sum(session: ClinicSession, name: str) -> int:
    return int(getattr(session, name) or 0)


def _sessions(first: date, last: date) -> QuerySet[ClinicSession]:
    found = ClinicSession.objects.filter(date__gte=first, date__lte=last)
    counted = found.annotate(taken=Sum("slots__booked"), quota=Sum("slots__quota"))
    return counted.select_related("expert", "room", "instead_of").order_by("opens_at", "pk")


def room_clashes(sessions: list[ClinicSession]) -> set[int]:
    """Sessions whose room another one uses at the same time."""
    standing = [each for each in sessions if each.state != "stopped"]
    clashing: Counter[int] = Counter()
    for one in standing:
        for other in standing:
            same_room = one.pk < other.pk and one.room_id == other.room_id
            if same_room and one.opens_at < other.closes_at and other.opens_at < one.closes_at:
                clashing.update((one.pk, other.pk))
    return set(clashing)


def room_shared_with(*, session: ClinicSession) -> list[ClinicSession]:
    """Whose sessions use the same room at the same time."""
    others = ClinicSession.objects.filter(
        room_id=session.room_id, opens_at__lt=session.closes_at, closes_at__gt=session.opens_at
    )
    found = others.exclude(state="stopped").exclude(pk=session.pk)
    return list(found.select_related("expert").order_by("opens_at", "pk"))


def templates_shown(*, department: str = "", expert: str = "") -> list[SessionTemplate]:
    """Recurring periods of active experts, by department, expert and weekday."""
    found = SessionTemplate.objects.filter(expert__active=True).select_related("expert__department", "room")
    if department:
        found = found.filter(expert__department__code=department)
    if expert:
        found = found.filter(expert__code=expert)
    order = ("expert__department__pinyin", "expert__pinyin", "expert__code", "weekday", "opens_at", "pk")
    return list(found.order_by(*order))


def rooms_shared(*, expert_ids: list[int]) -> list[tuple[SessionTemplate, SessionTemplate]]:
    """Periods of these experts, each with another expert's that is in the same room at the same time."""
    found = SessionTemplate.objects.filter(expert__active=True).select_related("expert", "room")
    own = list(found.filter(expert__in=expert_ids).order_by("expert__code", "weekday", "opens_at", "pk"))
    by_room: dict[int, list[SessionTemplate]] = {}
    for each in found.filter(room__in={each.room_id for each in own}).order_by("pk"):
        by_room.setdefault(each.room_id, []).append(each)
    return [
        (one, other)
        for one in own
        for other in by_room[one.room_id]
        if one.expert_id != other.expert_id
        and (one.weekday - other.weekday) % WEEK in {0, 1, WEEK - 1}
        and collide(recurrence_of(one), recurrence_of(other))
    ]


def template_by_id(*, template_id: int) -> SessionTemplate | None:
    """One recurring period with its expert and room."""
    return SessionTemplate.objects.select_related("expert__department", "room").filter(pk=template_id).first()


def absences_shown(*, today: date) -> list[Absence]:
    """Holidays and leaves that are on or ahead, soonest first."""
    found = Absence.objects.filter(last_day__gte=today).select_related("expert__department", "department")
    return list(found.order_by("first_day", "pk"))


def absence_by_id(*, absence_id: int) -> Absence | None:
    """One holiday or leave with whom it concerns."""
    return Absence.objects.select_related("expert__department", "department").filter(pk=absence_id).first()


def substitutes_for(*, session: ClinicSession) -> list[Expert]:
    """Active colleagues of the department of no lower grade and fee (``may_substitute``), free at that time."""
    busy = ClinicSession.objects.filter(
        opens_at__lt=session.closes_at, closes_at__gt=session.opens_at
    ).exclude(state="stopped")
    found = Expert.objects.filter(
        active=True,
        department=session.expert.department_id,
        title__in=grades_from(session.expert.title),
        fee_fen__gte=session.fee_fen,
    )
    found = found.exclude(pk=session.expert_id).exclude(pk__in=busy.values("expert_id"))
    return list(found.order_by("pinyin", "code"))


def experts_active() -> QuerySet[Expert]:
    """Whom a period or an extra session can be for."""
    return (
        Expert.objects.filter(active=True)
        .select_related("department")
        .order_by("department__pinyin", "pinyin")
    )


def rooms_in_order() -> QuerySet[Room]:
    """Rooms by their signs."""
    return Room.objects.order_by("name", "code")


def session_numbers(*, session: ClinicSession) -> dict[str, int]:
    """How many numbers of the session are taken, withheld and on offer."""
    sums = session.slots.aggregate(taken=Sum("booked"), kept=Sum("withheld"), quota=Sum("quota"))
    return {name: int(value or 0) for name, value in sums.items()}
