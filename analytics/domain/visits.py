"""One visit of a hospital's history: its fields, and what makes a row unusable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeVar
from unicodedata import category

from analytics.domain.moments import day_of, moment_of

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
REQUIRED: Final = ("expert_code", "session_date", "opens_at", "closes_at")
DEFAULT_SLOT_MIN: Final = 60
LONGEST_VISIT: Final = timedelta(hours=8)
LONGEST_SESSION: Final = timedelta(hours=16)
FAR_FROM_SESSION: Final = timedelta(hours=12)
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
    """The session of a visit as the file describes it."""

    expert_code: str
    department: str
    session_date: date
    opens_at: datetime
    closes_at: datetime
    walk_in_opens_at: datetime | None
    slot_minutes: int

    @property
    def identity(self) -> tuple[str, datetime]:
        """What makes two rows rows of one session: the expert and the opening."""
        return self.expert_code, self.opens_at


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit, checked: aware times, known words; None is unknown."""

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
    ValueError
        With the reason in words, when the row cannot be right.

    Examples
    --------
    >>> from datetime import timezone
    >>> row = visit_of_fields({"expert_code": "Z1", "session_date": "2018-11-05", "opens_at": "08:00",
    ...     "closes_at": "2018-11-05 12:00", "started_at": "2018-11-05 08:50:30"}, timezone.utc)
    >>> row.started_at.isoformat(), row.session.slot_minutes
    ('2018-11-05T08:50:30+00:00', 60)
    """
    texts = {name: (fields.get(name) or "").strip() for name in FIELDS}
    _check_texts(texts)
    session = _session(texts, zone)
    times = {
        name: moment_of(texts[name], name, session.session_date, zone)
        for name in (
            "slot_starts_at",
            "registered_at",
            "checked_in_at",
            "called_at",
            "started_at",
            "finished_at",
        )
    }
    row = VisitRow(
        session=session,
        channel=_word(Channel, texts, "channel"),
        outcome=_word(Outcome, texts, "outcome"),
        patient_ref=texts["patient_ref"],
        **times,
    )
    _check_order(row)
    return row


def _check_texts(texts: Mapping[str, str]) -> None:
    for name in REQUIRED:
        if not texts[name]:
            message = f"{name} is missing"
            raise ValueError(message)
    if not texts["registered_at"] and not texts["started_at"]:
        message = "registered_at and started_at are both missing"
        raise ValueError(message)
    for name, longest in LONGEST_TEXT.items():
        if len(texts[name]) > longest:
            message = f"{name} is longer than {longest} characters"
            raise ValueError(message)
        if any(category(letter) == "Cc" for letter in texts[name]):
            message = f"{name} holds a control character"
            raise ValueError(message)


def _session(texts: Mapping[str, str], zone: tzinfo) -> SessionKey:
    day = day_of(texts["session_date"], "session_date")
    opens_at = moment_of(texts["opens_at"], "opens_at", day, zone)
    closes_at = moment_of(texts["closes_at"], "closes_at", day, zone)
    walk_in_opens_at = moment_of(texts["walk_in_opens_at"], "walk_in_opens_at", day, zone)
    assert opens_at is not None  # noqa: S101 - both are required and were checked to be there
    assert closes_at is not None  # noqa: S101
    if opens_at.date() != day:
        message = f"opens_at is not on session_date {day}"
        raise ValueError(message)
    if closes_at <= opens_at and ":" in texts["closes_at"] and len(texts["closes_at"]) <= len("HH:MM:SS"):
        closes_at += timedelta(days=1)
    if not timedelta(0) < closes_at - opens_at <= LONGEST_SESSION:
        message = "closes_at is not within 16 hours after opens_at"
        raise ValueError(message)
    if walk_in_opens_at and not opens_at - FAR_FROM_SESSION <= walk_in_opens_at <= opens_at:
        message = "walk_in_opens_at is not within 12 hours before opens_at"
        raise ValueError(message)
    return SessionKey(
        expert_code=texts["expert_code"],
        department=texts["department"],
        session_date=day,
        opens_at=opens_at,
        closes_at=closes_at,
        walk_in_opens_at=walk_in_opens_at,
        slot_minutes=_slot_minutes(texts["slot_minutes"], closes_at - opens_at),
    )


def _slot_minutes(text: str, length: timedelta) -> int:
    if not text:
        return DEFAULT_SLOT_MIN
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= length.total_seconds() / 60:
        message = f"slot_minutes: '{text}' is not a number of minutes from 1 to the length of the session"
        raise ValueError(message)
    return int(text)


def _word(words: type[Word], texts: Mapping[str, str], name: str) -> Word:
    try:
        return words(texts[name])
    except ValueError:
        allowed = ", ".join(word for word in words if word)
        message = f"{name}: '{texts[name]}' is none of {allowed}"
        raise ValueError(message) from None


def _check_order(row: VisitRow) -> None:
    ordered = [
        (name, moment)
        for name in ("registered_at", "called_at", "started_at", "finished_at")
        if (moment := getattr(row, name)) is not None
    ]
    for (earlier, before), (later, after) in pairwise(ordered):
        if after < before:
            message = f"{later} is before {earlier}"
            raise ValueError(message)
    if row.finished_at and not row.started_at:
        message = "finished_at is given without started_at"
        raise ValueError(message)
    if row.started_at and row.outcome in NOT_SEEN:
        message = f"started_at is given but outcome is {row.outcome}"
        raise ValueError(message)
    if row.started_at and row.finished_at and row.finished_at - row.started_at > LONGEST_VISIT:
        message = "finished_at is more than 8 hours after started_at"
        raise ValueError(message)
    _check_near(row)


def _check_near(row: VisitRow) -> None:
    earliest, latest = row.session.opens_at - FAR_FROM_SESSION, row.session.closes_at + FAR_FROM_SESSION
    for name in ("checked_in_at", "called_at", "started_at"):
        moment = getattr(row, name)
        if moment and not earliest <= moment <= latest:
            message = f"{name} is not within 12 hours of the session"
            raise ValueError(message)
    if row.channel is Channel.WALK_IN and row.registered_at and not earliest <= row.registered_at <= latest:
        message = "registered_at of a walk-in is not within 12 hours of the session"
        raise ValueError(message)
