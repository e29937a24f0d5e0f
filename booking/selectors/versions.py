"""Keys that change when what everybody reads has changed: one short query each, whatever the size of the answer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from booking.domain.errors import UnknownNumber
from booking.models import ClinicSession
from booking.selectors.sessions import phase_at
from hospital.common.sql import prepared_cursor

_SESSION_SQL = """
SELECT session.id, session.state, session.release_at, session.walk_in_opens_at, session.closes_at,
       CASE WHEN session.state = 'released' AND session.drawn_at IS NULL THEN session.draw_ends_at END,
       hashtextextended(concat_ws(' ', session.xmin, expert.xmin, room.xmin, (
           SELECT string_agg(slot.xmin::text, ' ' ORDER BY slot.index)
           FROM booking_slot slot WHERE slot.session_id = session.id), (
           SELECT count(*) FROM booking_waitlistentry entry
           WHERE entry.session_id = session.id AND entry.state = 'waiting')), 0)
FROM booking_clinicsession session
JOIN booking_expert expert ON expert.id = session.expert_id
JOIN booking_room room ON room.id = session.room_id
WHERE session.code = %s
"""
"""``xmin``, the transaction that wrote a row, is a revision that PostgreSQL keeps: no counter to queue for."""

_BOUNDARIES = ("release_at", "walk_in_opens_at", "closes_at", "draw_ends_at")


@dataclass(frozen=True, slots=True)
class Version:
    """``key`` combines the rows' revisions with the phase of time; it cannot outlive ``next_boundary``."""

    key: str
    next_boundary: datetime | None


def session_version(*, code: str, now: datetime) -> Version:
    """What a session's ETag is made of. Raises ``UnknownNumber``."""
    with prepared_cursor() as cursor:
        cursor.execute(_SESSION_SQL, [code])
        row = cursor.fetchone()
    if row is None:
        raise UnknownNumber(field="session")
    pk, state, release_at, walk_in_opens_at, closes_at, draws_at, revision = row
    phase, boundary = phase_at(
        state=state,
        release_at=release_at,
        walk_in_opens_at=walk_in_opens_at,
        closes_at=closes_at,
        draws_at=draws_at,
        now=now,
    )
    # with the hour, for the usual waits, which the nightly work writes
    return Version(f"{pk}-{phase}-{now:%d%H}-{revision & 0xFFFFFFFFFFFFFFFF:x}", boundary)


def next_boundary(*, now: datetime) -> datetime | None:
    """The next moment at which lists of sessions change by themselves: a release, an opening or a closing."""
    coming = ClinicSession.objects.filter(closes_at__gt=now).aggregate(
        **{f"next_{moment}": Min(moment, filter=Q((f"{moment}__gt", now))) for moment in _BOUNDARIES}
    )
    return min((moment for moment in coming.values() if moment is not None), default=None)
