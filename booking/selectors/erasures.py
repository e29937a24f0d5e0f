"""What stands in the way of deleting an identity: why, and thing by thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from booking.domain.states import APPOINTMENT_LIVE, SESSION_OPEN, WAITLIST_LIVE
from booking.models import Appeal, Appointment, ClinicSession, DrawRequest, Payment, WaitlistEntry, WalkIn
from booking.selectors.bans import ban_in_force
from booking.selectors.own import owned_by
from hospital.models import User

OPEN_MONEY = ("created", "refunding", "held_for_review")


@dataclass(frozen=True, slots=True)
class Matter:
    """Something open, and the page that shows it; no page when it is another account's, or the desk's to settle."""

    reason: str
    page: str = ""
    code: str = ""
    session: ClinicSession | None = None


@dataclass(frozen=True, slots=True)
class _Open:
    """Open things of one kind: where the thing with a session and an account is (``of``), and its page."""

    reason: str
    rows: QuerySet[Any]
    page: str = ""
    of: str = ""


def erasure_blockers(*, patient_id: int, now: datetime) -> list[str]:
    """Why this person's identity cannot be deleted now: ``number``, ``waiting``, ``money``, ``appeal``, ``ban``."""
    found = dict.fromkeys(kind.reason for kind in _kinds(patient_id) if kind.rows.exists())
    return [*found, "ban"] if ban_in_force(patient_id=patient_id, now=now) else [*found]


def erasure_matters(*, user: User, patient_id: int, now: datetime) -> list[Matter]:
    """The same, one by one, with the pages where this account settles them."""
    found = dict.fromkeys(matter for kind in _kinds(patient_id) for matter in _matters(kind, user))
    ban = ban_in_force(patient_id=patient_id, now=now)
    return [*found, Matter("ban", "appointments", ban.code)] if ban else [*found]


def _kinds(patient_id: int) -> list[_Open]:
    mine = Q(patient_id=patient_id)
    here = WalkIn.objects.filter(mine, session__state__in=SESSION_OPEN).exclude(state="cancelled")
    money, appeals = Payment.objects.filter(state__in=OPEN_MONEY), Appeal.objects.filter(state="open")
    live = Appointment.objects.filter(mine, state__in=[*APPOINTMENT_LIVE, "unresolved"])
    waits = WaitlistEntry.objects.filter(mine, state__in=WAITLIST_LIVE)
    draws = DrawRequest.objects.filter(mine, state="waiting")
    return [
        _Open("number", live, "appointment"),
        _Open("number", here),
        _Open("waiting", waits, "waitlist-entry"),
        _Open("waiting", draws, "draw-request"),
        _Open("money", money.filter(appointment__patient_id=patient_id), "appointment", "appointment"),
        _Open("money", money.filter(walk_in__patient_id=patient_id), of="walk_in"),
        _Open("appeal", appeals.filter(appointment__patient_id=patient_id), "appointment", "appointment"),
        _Open("appeal", appeals.filter(ban__patient_id=patient_id), "appointments", "ban"),
    ]


def _matters(kind: _Open, user: User) -> Iterator[Matter]:
    if kind.of == "ban":
        yield from (Matter(kind.reason, kind.page, one.ban.code) for one in kind.rows.select_related("ban"))
        return
    path = f"{kind.of}__" if kind.of else ""
    rows = kind.rows.select_related(f"{path}session__expert").order_by("pk")
    own = set(rows.filter(owned_by(user, of=path)).values_list("pk", flat=True)) if kind.page else set()
    for row in rows:
        thing = getattr(row, kind.of) if kind.of else row
        page, code = (kind.page, thing.code) if row.pk in own else ("", "")
        yield Matter(kind.reason, page, code, thing.session)
