"""Accounts and numbers by the thousand for load tests: invented people with tokens, released sessions with slots."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password

from booking import services as booking
from booking.selectors import slots_of_session
from booking.services import clinic
from hospital.accounts import services as accounts
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.codes import random_code
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from hospital.models import User

if TYPE_CHECKING:
    from booking.models import Expert

LOAD = Actor.job("load")
BATCH = 1000
COUNTY = "990102"
"""No county has this code: the people of load tests are nobody."""
FIRST_BORN = date(1940, 1, 1)
DEPARTMENTS = 6
SESSION_MIN, SLOT_MIN, SHORT_SLOT_MIN = 240, 20, 5
MANY_SLOTS = 20_000
"""From here on slots are short: a day has letters for 600 sessions."""
OPENS, CLOSES, WALK_INS = time(8), time(12), time(7)


def seed_load(*, patients: int, slots: int, quota: int, now: datetime) -> dict[str, list[object]]:
    """Make accounts with one real-name patient each, and bookable slots of ``quota`` numbers.

    Running it again adds others; nothing that exists is touched.

    Returns
    -------
    dict
        ``{"patients": [{"token", "patient"}], "slots": [code]}``
    """
    first = User.objects.filter(username__startswith="load-").count()
    people: list[object] = []
    for start in range(first, first + patients, BATCH):
        people += _people(range(start, min(start + BATCH, first + patients)), now)
    return {"patients": people, "slots": list(islice(_slots(slots, quota, now), slots))}


def resident_id(serial: int) -> str:
    """The resident ID of the ``serial``-th of them, with a right check character."""
    days, place = divmod(serial, 1000)
    body = f"{COUNTY}{FIRST_BORN + timedelta(days=days):%Y%m%d}{place:03d}"
    total = sum(int(digit) * (pow(2, 17 - place) % 11) for place, digit in enumerate(body))
    check = (12 - total % 11) % 11
    return body + ("X" if check == 10 else str(check))


@transactional
def _people(serials: Sequence[int], now: datetime) -> list[object]:
    """Accounts, tokens and patients, a thousand in a few statements."""
    unusable = make_password(None)
    users = User.objects.bulk_create(
        User(username=f"load-{serial}", role="patient", password=unusable) for serial in serials
    )
    tokens = accounts.tokens_issue(users=users, name="load", actor=LOAD, now=now)
    patients = booking.account_patients_take_in(
        people=[(user.pk, "压测", resident_id(serial)) for user, serial in zip(users, serials, strict=True)],
        actor=LOAD,
        now=now,
    )
    return [
        {"token": token, "patient": patient.code} for token, patient in zip(tokens, patients, strict=True)
    ]


def _slots(wanted: int, quota: int, now: datetime) -> Iterator[str]:
    """Codes of slots in sessions of the days ahead, as many experts a day as it takes; all of them released."""
    days = max(1, policy().horizon_days - 1)
    today = clock.local(now).date()
    slot_min = SLOT_MIN if wanted < MANY_SLOTS else SHORT_SLOT_MIN
    sessions = -(-wanted // (SESSION_MIN // slot_min))
    for turn in range(-(-sessions // days)):
        expert = _expert(turn, now)
        for offset in range(min(days, sessions - turn * days)):
            yield from _session(expert, today + timedelta(days=1 + offset), slot_min, quota, now)


def _expert(turn: int, now: datetime) -> "Expert":
    number = turn % DEPARTMENTS
    ward = clinic.department_define(
        code=f"load-{number}", name=f"压测科室{number}", name_en=f"Load {number}", actor=LOAD, now=now
    )
    return clinic.expert_save(
        code=f"load-{random_code(8).lower()}",
        new=True,
        department=ward,
        name="压测医生",
        name_en="Load",
        title="attending",
        fee_fen=2000,
        actor=LOAD,
        now=now,
    )


@transactional
def _session(expert: "Expert", day: date, slot_min: int, quota: int, now: datetime) -> list[str]:
    """One released session, every capacity of which may be booked ahead."""
    session = booking.session_create(
        expert=expert,
        room=clinic.room_define(code="load", name="L1", actor=LOAD, now=now),
        slot_minutes=slot_min,
        capacity_per_slot=quota,
        appointment_share=Decimal(1),
        day=day,
        opens_at=datetime.combine(day, OPENS, tzinfo=clock.zone()),
        closes_at=datetime.combine(day, CLOSES, tzinfo=clock.zone()),
        walk_in_opens_at=datetime.combine(day, WALK_INS, tzinfo=clock.zone()),
        release_at=now,
        now=now,
    )
    if session is None:
        return []
    booking.session_release(session_id=session.pk, actor=LOAD, now=now)
    return [slot.code for slot in slots_of_session(session_id=session.pk)]
