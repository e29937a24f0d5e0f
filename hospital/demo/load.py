"""Accounts and numbers by the thousand for load tests: invented people with tokens, released sessions with slots."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

from django.contrib.auth.hashers import make_password

from booking import services as booking
from booking.domain.identity import identity
from booking.models import AccountPatient, Expert, Patient, SessionTemplate
from booking.selectors import slots_of_session
from booking.services import clinic
from hospital.accounts.digests import token_digest
from hospital.accounts.services import TOKEN_PREFIX
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index, seal
from hospital.common.models import StateChange
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from hospital.models import ApiToken, User

LOAD = Actor.job("load")
BATCH = 1000
COUNTY = "990102"
"""No county has this code: the people of load tests are nobody."""
FIRST_BORN = date(1940, 1, 1)
DEPARTMENTS = 6
SLOTS_PER_SESSION = 12
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
    """Accounts, patients, their links and tokens, a thousand in a few statements."""
    unusable = make_password(None)
    accounts = User.objects.bulk_create(
        User(username=f"load-{serial}", role="patient", password=unusable) for serial in serials
    )
    patients = Patient.objects.bulk_create(_patient(serial, now) for serial in serials)
    AccountPatient.objects.bulk_create(
        AccountPatient(account=account, patient=patient)
        for account, patient in zip(accounts, patients, strict=True)
    )
    secrets_of = [TOKEN_PREFIX + secrets.token_urlsafe(32) for _ in serials]
    tokens = ApiToken.objects.bulk_create(
        ApiToken(digest=token_digest(secret), user=account, name="load", created_at=now)
        for account, secret in zip(accounts, secrets_of, strict=True)
    )
    StateChange.objects.bulk_create([*_history("patient", patients, now), *_history("apitoken", tokens, now)])
    return [
        {"token": secret, "patient": patient.code}
        for secret, patient in zip(secrets_of, patients, strict=True)
    ]


def _patient(serial: int, now: datetime) -> Patient:
    checked = identity("resident", resident_id(serial))
    return Patient(
        name=f"压测{serial}",
        id_sealed=seal(checked.number),
        id_index=blind_index("id", checked.number),
        id_tail=checked.number[-4:],
        birth_date=checked.birth_date,
        sex=checked.sex,
        created_at=now,
    )


def _history(
    thing: str, rows: Sequence[Patient] | Sequence[ApiToken], now: datetime
) -> Iterator[StateChange]:
    verb, state = ("register", "known") if thing == "patient" else ("issue", "valid")
    for row in rows:
        yield StateChange(
            thing=thing,
            thing_id=row.pk,
            verb=verb,
            to_state=state,
            actor_kind=LOAD.kind,
            actor_name=LOAD.name,
            at=now,
        )


def _slots(wanted: int, quota: int, now: datetime) -> Iterator[str]:
    """Codes of slots in sessions of the days ahead, as many experts a day as it takes; all of them released."""
    sessions = -(-wanted // SLOTS_PER_SESSION)
    days = max(1, policy().horizon_days - 1)
    today = clock.local(now).date()
    base = Expert.objects.filter(code__startswith="load-").count()
    for number in range(sessions):
        turn, offset = divmod(number, days)
        yield from _session(_expert(base + turn), today + timedelta(days=1 + offset), quota, now)


def _expert(number: int) -> Expert:
    ward = clinic.department_define(
        code=f"load-{number % DEPARTMENTS}",
        name=f"压测科室{number % DEPARTMENTS}",
        name_en=f"Load {number % DEPARTMENTS}",
    )
    return clinic.expert_define(
        code=f"load-{number}",
        department=ward,
        name=f"压测医生{number}",
        name_en=f"Load {number}",
        title="attending",
        fee_fen=2000,
    )


@transactional
def _session(expert: Expert, day: date, quota: int, now: datetime) -> list[str]:
    """One released session, every capacity of which may be booked ahead."""
    template = SessionTemplate(
        expert=expert,
        room=clinic.room_define(code="load", name="L1"),
        slot_minutes=4 * 60 // SLOTS_PER_SESSION,
        capacity_per_slot=quota,
        appointment_share=Decimal(1),
    )
    session = booking.session_create(
        template=template,
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
