"""Departments, rooms, experts and their recurring periods: defined by code, again without harm."""

from datetime import time
from decimal import Decimal

from booking.models import Department, Expert, Room, SessionTemplate
from hospital.common.transactions import transactional


@transactional
def department_define(*, code: str, **columns: str | bool) -> Department:
    """A department with its names and place."""
    return Department.objects.update_or_create(code=code, defaults=columns)[0]


@transactional
def room_define(*, code: str, **columns: str) -> Room:
    """A consulting room with its sign and place."""
    return Room.objects.update_or_create(code=code, defaults=columns)[0]


@transactional
def expert_define(
    *, code: str, department: Department, user_id: int | None = None, **columns: str | int
) -> Expert:
    """An expert of a department, with the account that signs in as this expert."""
    account = {} if user_id is None else {"user_id": user_id}
    defaults = {"department": department, **columns, **account}
    return Expert.objects.update_or_create(code=code, defaults=defaults)[0]


@transactional
def template_define(
    *,
    expert: Expert,
    weekday: int,
    opens_at: time,
    closes_at: time,
    walk_in_opens_at: time,
    room: Room,
    capacity_per_slot: int,
    appointment_share: Decimal,
    slot_minutes: int = 60,
) -> SessionTemplate:
    """A recurring period of an expert; one per weekday (1 = Monday) and opening time."""
    defaults = {
        "closes_at": closes_at,
        "walk_in_opens_at": walk_in_opens_at,
        "room": room,
        "slot_minutes": slot_minutes,
        "capacity_per_slot": capacity_per_slot,
        "appointment_share": appointment_share,
    }
    return SessionTemplate.objects.update_or_create(
        expert=expert, weekday=weekday, opens_at=opens_at, defaults=defaults
    )[0]
