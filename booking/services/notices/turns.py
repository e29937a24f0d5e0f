"""What somebody who waits in the hospital is told when the turn comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.models import ClinicSession, Patient
from booking.services.notice_facts import Facts, address
from booking.services.notice_rows import tell
from booking.services.notices.told import notice
from hospital.common.language import chinese
from hospital.models import User

OF_USE = timedelta(minutes=15)
"""A message that is later than this would only confuse."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A patient's place in a queue: ``key`` tells it once, ``path`` is its live page."""

    key: str
    number: str
    path: str
    patient: Patient
    account: User | None
    session: ClinicSession


@notice
def near(turn: Turn, now: datetime, *, ahead: int) -> None:
    """Few people are before the patient: time to be near the room."""
    _tell("turn_near", turn, now, {"ahead": ahead})


@notice
def come(turn: Turn, now: datetime) -> None:
    """The patient is called."""
    _tell("turn_come", turn, now, {})


def _tell(kind: str, turn: Turn, now: datetime, more: Facts) -> None:
    room = turn.session.room
    tell(
        kind,
        turn.key,
        patient=turn.patient,
        account=turn.account,
        facts=lambda: {
            "number": turn.number,
            "room": room.name,
            "place": room.place if chinese() else room.place_en or room.place,
            "link": address(turn.path),
            **more,
        },
        link=turn.path,
        expires_at=now + OF_USE,
        now=now,
    )
