"""Run inside a demo (``manage.py shell``): a clinic with thirty patients, to be stopped, and colleagues beside."""

import json
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from booking import services
from booking.models import AccountPatient, ClinicSession, Department, Expert, Patient, Slot
from booking.selectors import patients_find
from booking.services import clinic as define
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.demo.people import person
from tests.booking.stopped import pay

DAYS_AHEAD = 4
NAMES = [("陈静怡", "Chen Jingyi"), ("王立群", "Wang Liqun"), ("沈学文", "Shen Xuewen")]


def thirty(id_number: str) -> None:
    """Print the codes of the session and of this patient's appointment."""
    now = clock.now()
    random = Random(now.timestamp())
    mark = f"{random.randrange(10**6):06}"
    ward = define.department_define(
        code=f"stop-{mark}",
        name="心内科",
        name_en="Cardiac Medicine",
        place="3 楼 C 区",
        place_en="Floor 3, area C",
        actor=Actor.job("test"),
        now=now,
    )
    experts = [
        _doctor(ward, f"S{number}-{mark}", name, name_en, now, title="chief", fee_fen=5000)
        for number, (name, name_en) in enumerate(NAMES)
    ]
    stopped = _session(experts[0], DAYS_AHEAD, [10, 10, 10, 10], now)
    _session(experts[1], DAYS_AHEAD, [0, 0, 8, 4], now)
    _session(experts[2], DAYS_AHEAD, [0, 0, 6, 6], now)
    _session(experts[0], DAYS_AHEAD + 1, [0, 10, 10, 0], now)
    slots = list(stopped.slots.order_by("index"))
    [mine] = patients_find(id_number=id_number)
    own = pay(_hold(slots[2], mine.pk, AccountPatient.objects.get(patient=mine).account_id, now), now)
    for number in range(29):
        patient = person(random, now)
        if number % 9 == 4:
            _without_phone(patient)
        held = _hold(slots[number % 4], patient.pk, None, now)
        if number < 27:
            pay(held, now)
    print(json.dumps({"session": stopped.code, "appointment": own.code}))


def many_free() -> None:
    """Print the code of a doctor whose four times have ten free numbers each, whatever other tests have taken."""
    now = clock.now()
    mark = _mark(now)
    ward = define.department_define(
        code=f"many-{mark}", name="康复科", name_en="Rehabilitation", actor=Actor.job("test"), now=now
    )
    expert = _doctor(ward, f"M{mark}", "白小平", "Bai Xiaoping", now)
    _session(expert, DAYS_AHEAD, [10, 10, 10, 10], now)
    print(json.dumps(expert.code))


def two_doctors() -> None:
    """Print the codes of two sessions of one new department that have just begun."""
    now = clock.now()
    mark = _mark(now)
    ward = define.department_define(
        code=f"two-{mark}", name="全科", name_en="General Practice", actor=Actor.job("test"), now=now
    )
    opens_at = now.replace(minute=0, second=0, microsecond=0)
    codes = [
        _begun(ward, f"{name}{number}-{mark}", name, opens_at, now, known_for)
        for number, (name, known_for) in enumerate(
            {"周": ("头痛、眩晕", "headache, vertigo"), "顾": ("", "")}.items()
        )
    ]
    print(json.dumps(codes))


def _mark(now: datetime) -> str:
    return f"{Random(now.timestamp()).randrange(10**6):06}"


def _doctor(ward: Department, code: str, name: str, name_en: str, now: datetime, **more: Any) -> Expert:
    given = {"title": "attending", "fee_fen": 2000, **more}
    return define.expert_save(
        code=code,
        new=True,
        department=ward,
        name=name,
        name_en=name_en,
        actor=Actor.job("test"),
        now=now,
        **given,
    )


def _begun(
    ward: Department, code: str, name: str, opens_at: datetime, now: datetime, known_for: tuple[str, str]
) -> str:
    job = Actor.job("test")
    made = services.session_create(
        expert=_doctor(
            ward,
            code[1:],
            f"{name}{code[-6:]}",
            f"Dr {code[1:]}",
            now,
            specialty=known_for[0],
            specialty_en=known_for[1],
        ),
        room=define.room_define(code=code[1:], name=code[1:4], actor=job, now=now),
        slot_minutes=60,
        capacity_per_slot=10,
        appointment_share=Decimal("0.5"),
        day=clock.local(opens_at).date(),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=4),
        walk_in_opens_at=opens_at - timedelta(hours=1),
        release_at=opens_at - timedelta(days=7),
        now=opens_at - timedelta(days=8),
        extra=True,
    )
    assert made
    services.session_release(session_id=made.pk, actor=job, now=made.release_at)
    services.session_open_if_due(session_id=made.pk, now=now)
    return made.code


def _without_phone(patient: Patient) -> None:
    patient.phone_sealed, patient.phone_index, patient.phone_tail = None, None, ""
    patient.save()


def _hold(slot: Slot, patient_id: int, account_id: int | None, now: datetime):
    return services.appointment_hold(
        slot_code=slot.code, patient_id=patient_id, account_id=account_id, actor=Actor.job("test"), now=now
    )


def _session(expert: Expert, days: int, quotas: list[int], now: datetime) -> ClinicSession:
    day = clock.local(now).date() + timedelta(days=days)

    def at(hour: int) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=clock.zone())

    made = services.session_create(
        expert=expert,
        room=define.room_define(
            code="stop-room",
            name="318",
            place="3 楼 C 区",
            place_en="Floor 3, area C",
            actor=Actor.job("test"),
            now=now,
        ),
        slot_minutes=60,
        capacity_per_slot=10,
        appointment_share=Decimal("0.5"),
        day=day,
        opens_at=at(8),
        closes_at=at(12),
        walk_in_opens_at=at(7),
        release_at=now,
        now=now,
    )
    assert made
    services.session_set_quotas(
        session_id=made.pk, quotas=quotas, source="test", actor=Actor.job("test"), now=now
    )
    return services.session_release(session_id=made.pk, actor=Actor.job("test"), now=now)
