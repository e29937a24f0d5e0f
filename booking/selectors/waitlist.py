"""Waitlists: of an account, and how many wait for a session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from booking.domain.returns import is_kept_back
from booking.domain.states import WAITLIST_LIVE
from booking.models import Appointment, ReturnedNumber, Slot, WaitlistEntry
from booking.selectors.own import own_or_any, owned_by
from booking.selectors.policies import return_delay
from hospital.models import User

_OFFERS = Prefetch(
    "offers",
    queryset=ReturnedNumber.objects.filter(state="offered").select_related("slot"),
    to_attr="open_offers",
)


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry; ``place`` counts from 1 while it waits, ``slot`` is what is offered now."""

    entry: WaitlistEntry
    place: int | None
    slot: Slot | None


def waiting_counts(*, session_ids: Iterable[int]) -> dict[int, int]:
    """How many wait for each of these sessions; none are left out."""
    waiting = WaitlistEntry.objects.filter(session__in=list(session_ids), state="waiting")
    return dict(waiting.values_list("session").annotate(n=Count("pk")).order_by())


def waitlist_entry_for_user(*, user: User, code: str) -> EntryView:
    """An entry that this user may see: one's own, any for the desk. A stranger's does not exist.

    Raises
    ------
    UnknownNumber
        When there is none.
    """
    return _view(own_or_any(_entries(), user=user, code=code, field="entry"))


def waitlist_entries_of_user(*, user: User) -> list[EntryView]:
    """What this account waits for, offers first, then the next clinic day."""
    live = _entries().filter(owned_by(user), state__in=WAITLIST_LIVE)
    return [_view(entry) for entry in live.order_by("accept_by", "session__opens_at", "pk")]


def wishes_unmet(*, first: date, before: date) -> list[tuple[str, datetime]]:
    """The expert's code and the session's opening of everybody who stayed on a waitlist to its end; one query."""
    ended = WaitlistEntry.objects.filter(state="ended", session__date__gte=first, session__date__lt=before)
    return list(ended.values_list("session__expert__code", "session__opens_at").order_by("pk"))


def waitlist_place(*, entry_id: int) -> int | None:
    """The place of an entry among those who wait, from 1; ``None`` when it waits no more."""
    return _view(_entries().get(pk=entry_id)).place


def left_of_slot(*, appointment: Appointment, now: datetime) -> int:
    """Numbers of an appointment's slot that anybody can book.

    Its own counts when the hold is over, though not ended by the job yet, and the number will be public at once.
    """
    slot = Slot.objects.get(pk=appointment.slot_id)
    if not slot.bookable:
        return 0
    delay = return_delay(appointment.session.expert_id)
    comes_back = appointment.state == "held" and not is_kept_back(
        starts_at=slot.starts_at, now=now, delay=delay
    )
    waiting = waiting_counts(session_ids=[slot.session_id]) if comes_back else {}
    return slot.left + (comes_back and not waiting)


def _entries() -> QuerySet[WaitlistEntry]:
    before = (
        WaitlistEntry.objects.filter(session=OuterRef("session"), state="waiting")
        .filter(
            Q(joined_at__lt=OuterRef("joined_at")) | Q(joined_at=OuterRef("joined_at"), pk__lt=OuterRef("pk"))
        )
        .order_by()
        .values("session")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        WaitlistEntry.objects.select_related(
            "patient", "session__expert__department", "session__room", "appointment"
        )
        .prefetch_related(_OFFERS)
        .annotate(ahead=Coalesce(Subquery(before), 0))
    )


def _view(entry: WaitlistEntry) -> EntryView:
    place = entry.ahead + 1 if entry.state == "waiting" else None  # type: ignore[attr-defined]
    offers: list[ReturnedNumber] = entry.open_offers  # type: ignore[attr-defined]
    return EntryView(entry, place, offers[0].slot if offers else None)
