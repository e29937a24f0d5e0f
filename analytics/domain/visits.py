"""One visit of a hospital's history: its fields, and what makes a row unusable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar
from unicodedata import category

from analytics.domain.errors import Fault
from analytics.domain.moments import day_of, moment_of
from hospital.common.errors import gettext_noop

Word = TypeVar("Word", bound=StrEnum)
FIELDS: Final = (
    "expert_code",
    "department",
    "session_date",
    "opens_at",
    "closes_at",
    "walk_in_opens_at",
    "slot_minutes",
    "channel",
    "slot_starts_at",
    "registered_at",
    "checked_in_at",
    "called_at",
    "started_at",
    "finished_at",
    "outcome",
    "patient_ref",
)
OF_SESSION: Final = FIELDS[:7]
REQUIRED: Final = ("expert_code", "session_date", "opens_at", "closes_at")
DEFAULT_SLOT_MIN: Final = 60
LONGEST_VISIT: Final = timedelta(hours=8)
LONGEST_SESSION: Final = timedelta(hours=16)
FAR_FROM_SESSION: Final = timedelta(hours=12)
UNSEEN: Final = frozenset({"Cc", "Cs"})
LONGEST_TEXT: Final = {"expert_code": 40, "department": 80, "patient_ref": 200}


class Channel(StrEnum):
    """How a patient came: booked ahead, registered on the day, or unknown."""

    APPOINTMENT = "appointment"
    WALK_IN = "walk_in"
    UNKNOWN = ""


class Outcome(StrEnum):
    """How a visit ended."""

    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    LEFT = "left"
    UNKNOWN = ""


NOT_SEEN: Final = frozenset({Outcome.NO_SHOW, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True)
class SessionKey:
    """The session of a visit as the file describes it; ``slot_minutes`` None is unknown."""

    expert_code: str
    department: str
    session_date: date
    opens_at: datetime
    closes_at: datetime
    walk_in_opens_at: datetime | None
    slot_minutes: int | None

    @property
    def identity(self) -> tuple[str, datetime]:
        """What makes two rows rows of one session: the expert and the opening."""
        return self.expert_code, self.opens_at


class VisitRow(NamedTuple):
    """One visit, checked: aware times, known words; None is unknown. A file has millions."""

    session: SessionKey
    channel: Channel
    slot_starts_at: datetime | None
    registered_at: datetime | None
    checked_in_at: datetime | None
    called_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: Outcome
    patient_ref: str
    late_cancel: bool | None = None
    """Given back shortly before the deadline or after it; None where the source does not say."""


def visit_of_fields(fields: Mapping[str, str], zone: tzinfo) -> VisitRow:
    """Read one row of the canonical format.

    Parameters
    ----------
    fields : mapping of str to str
        The row by canonical header; a missing or blank field is unknown.
    zone : tzinfo
        The hospital's zone, in which the file's local times are.

    Returns
    -------
    VisitRow

    Raises
    ------
    Fault
        With the reason in words, when the row cannot be right.

    Examples
    --------
    >>> from datetime import timezone
    >>> row = visit_of_fields({"expert_code": "Z1", "session_date": "2018-11-05", "opens_at": "08:00",
    ...     "closes_at": "2018-11-05 12:00", "started_at": "2018-11-05 08:50:30"}, timezone.utc)
    >>> row.started_at.isoformat(), row.session.slot_minutes
    ('2018-11-05T08:50:30+00:00', None)
    """
    texts = {name: (fields.get(name) or "").strip() for name in FIELDS}
    _check_texts(texts)
    session = _session(tuple(texts[name] for name in OF_SESSION), zone)

    def moment(name: str) -> datetime | None:
        return moment_of(texts[name], name, session.session_date, zone)

    row = VisitRow(
        session=session,
        slot_starts_at=moment("slot_starts_at"),
        registered_at=moment("registered_at"),
        checked_in_at=moment("checked_in_at"),
        called_at=moment("called_at"),
        started_at=moment("started_at"),
        finished_at=moment("finished_at"),
        channel=_word(Channel, texts, "channel"),
        outcome=_word(Outcome, texts, "outcome"),
        patient_ref=texts["patient_ref"],
    )
    _check_order(row)
    return row


def _check_texts(texts: Mapping[str, str]) -> None:
    for name in REQUIRED:
        if not texts[name]:
            raise Fault(gettext_noop("%(field)s is missing"), field=name)
    if not texts["registered_at"] and not texts["started_at"]:
        raise Fault(gettext_noop("registered_at and started_at are both missing"))
    for name, longest in LONGEST_TEXT.items():
        if len(texts[name]) > longest:
            reason = gettext_noop("%(field)s is longer than %(longest)s characters")
            raise Fault(reason, field=name, longest=longest)
        if not texts[name].isprintable() and any(category(letter) in UNSEEN for letter in texts[name]):
            raise Fault(gettext_noop("%(field)s holds a control character"), field=name)


@lru_cache(maxsize=4096)
def _session(texts: tuple[str, ...], zone: tzinfo) -> SessionKey:
    """One session stands in dozens of rows: its texts are read once."""
    expert_code, department, on, opens, closes, walk_in_opens, slot_minutes = texts
    day = day_of(on, "session_date")
    opens_at = moment_of(opens, "opens_at", day, zone)
    closes_at = moment_of(closes, "closes_at", day, zone)
    walk_in_opens_at = moment_of(walk_in_opens, "walk_in_opens_at", day, zone)
    assert opens_at is not None  # noqa: S101 - both are required and were checked to be there
    assert closes_at is not None  # noqa: S101
    if opens_at.date() != day:
        raise Fault(gettext_noop("opens_at is not on session_date %(day)s"), day=day.isoformat())
    if closes_at <= opens_at and ":" in closes and len(closes) <= len("HH:MM:SS"):
        closes_at += timedelta(days=1)
    if not timedelta(0) < closes_at - opens_at <= LONGEST_SESSION:
        raise Fault(gettext_noop("closes_at is not within 16 hours after opens_at"))
    if walk_in_opens_at and not opens_at - FAR_FROM_SESSION <= walk_in_opens_at <= opens_at:
        raise Fault(gettext_noop("walk_in_opens_at is not within 12 hours before opens_at"))
    return SessionKey(
        expert_code=expert_code,
        department=department,
        session_date=day,
        opens_at=opens_at,
        closes_at=closes_at,
        walk_in_opens_at=walk_in_opens_at,
        slot_minutes=_slot_minutes(slot_minutes, closes_at - opens_at),
    )


def _slot_minutes(text: str, length: timedelta) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= length.total_seconds() / 60:
        reason = gettext_noop(
            "slot_minutes: '%(text)s' is not a number of minutes from 1 to the length of the session"
        )
        raise Fault(reason, text=text)
    return int(text)


def _word(words: type[Word], texts: Mapping[str, str], name: str) -> Word:
    try:
        return words(texts[name])
    except ValueError:
        allowed = ", ".join(word for word in words if word)
        reason = gettext_noop("%(field)s: '%(text)s' is none of %(allowed)s")
        raise Fault(reason, field=name, text=texts[name], allowed=allowed) from None


def _check_order(row: VisitRow) -> None:
    ordered = [
        (name, moment)
        for name in ("registered_at", "called_at", "started_at", "finished_at")
        if (moment := getattr(row, name)) is not None
    ]
    for (earlier, before), (later, after) in pairwise(ordered):
        if after < before:
            reason = gettext_noop("%(later)s is before %(earlier)s")
            raise Fault(reason, later=later, earlier=earlier)
    if row.finished_at and not row.started_at:
        raise Fault(gettext_noop("finished_at is given without started_at"))
    if row.started_at and row.outcome in NOT_SEEN:
        reason = gettext_noop("started_at is given but outcome is %(outcome)s")
        raise Fault(reason, outcome=str(row.outcome))
    if row.started_at and row.finished_at and row.finished_at - row.started_at > LONGEST_VISIT:
        raise Fault(gettext_noop("finished_at is more than 8 hours after started_at"))
    _check_near(row)


def _check_near(row: VisitRow) -> None:
    earliest, latest = row.session.opens_at - FAR_FROM_SESSION, row.session.closes_at + FAR_FROM_SESSION
    for name in ("checked_in_at", "called_at", "started_at"):
        moment = getattr(row, name)
        if moment and not earliest <= moment <= latest:
            raise Fault(gettext_noop("%(field)s is not within 12 hours of the session"), field=name)
    if row.channel is Channel.WALK_IN and row.registered_at and not earliest <= row.registered_at <= latest:
        raise Fault(gettext_noop("registered_at of a walk-in is not within 12 hours of the session"))
