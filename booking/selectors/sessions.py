"""Sessions and slots, as patients and staff see them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, QuerySet

from booking.domain.deadlines import booking_window
from booking.domain.errors import UnknownNumber
from booking.models import ClinicSession, Slot
from booking.selectors.policies import cancel_until
from booking.selectors.waitlist import waiting_counts
from booking.selectors.waits import UsualWaitView, Waits, usual_wait, waits_known

_SLOTS = Prefetch("slots", queryset=Slot.objects.order_by("index"))


@dataclass(frozen=True, slots=True)
class SlotView:
    """One time slot. ``reason`` says why it cannot be booked: ``full``, ``kept_for_walk_ins``, or the session's."""

    code: str
    starts_at: datetime
    ends_at: datetime
    quota: int
    left: int
    bookable: bool
    reason: str
    usual_wait: UsualWaitView | None = None


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session. ``reason``: ``""`` (bookable), ``full``, or its ``phase`` when that is not ``booking``."""

    session: ClinicSession
    slots: tuple[SlotView, ...]
    left: int
    reason: str
    phase: str
    next_boundary: datetime | None
    waiting: int = 0

    @property
    def has_waitlist(self) -> bool:
        """Whether one can wait for a number: sold out, but not all kept for walk-ins."""
        return self.reason == "full" and any(slot.quota for slot in self.slots)

    @property
    def may_enter_draw(self) -> bool:
        """Whether requests for the draw are collected now."""
        return self.phase == "draw_open"

    @property
    def cancel_until(self) -> datetime:
        """From then on a patient can no longer cancel a number of this session."""
        return cancel_until(self.session)

    @property
    def first_bookable(self) -> SlotView | None:
        """The first slot that can be booked."""
        return next((slot for slot in self.slots if slot.bookable), None)

    @property
    def shortest_wait(self) -> str:
        """The slot whose patients usually wait least, of those that can be booked; empty when none stands out."""
        known = [(slot.usual_wait.p80, slot.code) for slot in self.slots if slot.bookable and slot.usual_wait]
        first, second = [*sorted(known), (0, ""), (0, "")][:2]
        return first[1] if first[0] < second[0] else ""


def _sessions() -> QuerySet[ClinicSession]:
    return ClinicSession.objects.select_related("expert__department", "room")


def session_by_code(*, code: str) -> ClinicSession:
    """The session with its expert, department and room. Raises ``UnknownNumber``."""
    session = _sessions().filter(code=code).first()
    if session is None:
        raise UnknownNumber(field="session")
    return session


def slots_of_session(*, session_id: int) -> list[Slot]:
    """The slots in order."""
    return list(Slot.objects.filter(session_id=session_id).order_by("index"))


def sessions_of_day(*, day: date, now: datetime) -> list[ClinicSession]:
    """The day's sessions, and those of the day before that still run after midnight; in fixed order."""
    recent = _sessions().filter(date__in=[day - timedelta(days=1), day])
    return [
        session
        for session in recent.order_by("opens_at", "letter")
        if session.date == day or session.closes_at > now
    ]


def sessions_of_expert(
    *, expert_id: int | None = None, department: str = "", date_from: date, date_to: date, now: datetime
) -> list[SessionView]:
    """Sessions between two dates (inclusive) with their slots."""
    found = (
        _sessions().filter(date__gte=date_from, date__lte=date_to, closes_at__gt=now).prefetch_related(_SLOTS)
    )
    if expert_id is not None:
        found = found.filter(expert_id=expert_id)
    if department:
        found = found.filter(expert__department__code=department)
    sessions = list(found.order_by("opens_at", "pk"))
    waiting = waiting_counts(session_ids=[session.pk for session in sessions])
    waits = waits_known({session.expert_id for session in sessions})
    return [
        session_view(session, now=now, waiting=waiting.get(session.pk, 0), waits=waits)
        for session in sessions
    ]


def session_view(
    session: ClinicSession, *, now: datetime, waiting: int | None = None, waits: Waits | None = None
) -> SessionView:
    """What a patient may book in a session at this moment, with the reason where not, and how many wait."""
    if waiting is None:
        waiting = waiting_counts(session_ids=[session.pk]).get(session.pk, 0)
    if waits is None:
        waits = waits_known([session.expert_id])
    phase, boundary = phase_at(
        state=session.state,
        release_at=session.release_at,
        walk_in_opens_at=session.walk_in_opens_at,
        closes_at=session.closes_at,
        draws_at=session.draws_at,
        now=now,
    )
    slots = tuple(
        _slot_view(slot, phase, usual_wait(waits, session.expert_id, slot.starts_at))
        for slot in session.slots.all()
    )
    left = sum(slot.left for slot in slots if slot.bookable)
    reason = phase if phase != "booking" else ("" if left else "full")
    return SessionView(session, slots, left, reason, phase, boundary, waiting)


def phase_at(
    *,
    state: str,
    release_at: datetime,
    walk_in_opens_at: datetime,
    closes_at: datetime,
    draws_at: datetime | None,
    now: datetime,
) -> tuple[str, datetime | None]:
    """The phase of a session, and when it ends by itself."""
    if state == "stopped":
        return "stopped", None
    if now >= closes_at or state == "closed":
        return "over", None
    window = booking_window(state=state, release_at=release_at, walk_in_opens_at=walk_in_opens_at, now=now)
    if window == "open" and draws_at is not None:
        return "draw_open", draws_at
    phases = {
        "before": ("not_released", release_at),
        "open": ("booking", walk_in_opens_at),
        "after": ("walk_in_only", closes_at),
    }
    return phases[window]


def _slot_view(slot: Slot, phase: str, wait: UsualWaitView | None) -> SlotView:
    if phase != "booking":
        reason = phase
    elif slot.quota == 0:
        reason = "kept_for_walk_ins"
    else:
        reason = "" if slot.left > 0 else "full"
    return SlotView(
        slot.code, slot.starts_at, slot.ends_at, slot.quota, slot.left, reason == "", reason, wait
    )


@dataclass(frozen=True, slots=True)
class SessionGroup:
    """Sessions of one department with the same hours, and the first of their letters."""

    department_id: int
    opens_at: datetime
    closes_at: datetime
    letter: str


def session_group(*, session_id: int) -> SessionGroup:
    """Which sessions one belongs to; two queries."""
    hours = ClinicSession.objects.values_list("expert__department_id", "opens_at", "closes_at")
    department_id, opens_at, closes_at = hours.get(pk=session_id)
    alike = ClinicSession.objects.filter(
        expert__department_id=department_id, opens_at=opens_at, closes_at=closes_at
    )
    first = min(alike.values_list("letter", flat=True), key=lambda letter: (len(letter), letter))
    return SessionGroup(department_id, opens_at, closes_at, first)


def has_session_at(*, expert_id: int, moment: datetime) -> bool:
    """Whether a session of the expert covers ``moment`` and is neither closed nor stopped."""
    own = ClinicSession.objects.filter(expert_id=expert_id, opens_at__lte=moment, closes_at__gt=moment)
    return own.exclude(state__in=["closed", "stopped"]).exists()
