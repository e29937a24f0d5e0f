"""Departments, rooms and experts as administrators keep them; the recurring periods of the demo."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from booking.domain.clinic import check_fee, check_names
from booking.domain.errors import AccountNotForExpert, CodeTaken, ExpertHasPatients, UnknownNumber
from booking.locks import lock_planning
from booking.models import ClinicSession, Department, Expert, Room, SessionTemplate
from booking.selectors.clinic import accounts_for_expert
from booking.services.planned import session_withdraw
from booking.services.symptoms import pinyin_of
from booking.services.templates import templates_replan
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.transactions import transactional

Thing = TypeVar("Thing", Department, Room, Expert)


@transactional
def department_save(
    *, code: str, actor: Actor, now: datetime, new: bool, **columns: str | bool
) -> Department:
    """Add a department, or change the one of this code; without ``pinyin`` it is found.

    Raises
    ------
    NameMissing
        Without a name in both languages.
    CodeTaken
        When a new one has the code of another.
    UnknownNumber
        When there is none to change.
    """
    check_names(name=str(columns["name"]), name_en=str(columns["name_en"]))
    spelt = {} if columns.get("pinyin") else {"pinyin": pinyin_of(str(columns["name"]))[0]}
    return _write(Department, code, {**columns, **spelt}, new=new, actor=actor, now=now)


@transactional
def room_save(*, code: str, actor: Actor, now: datetime, new: bool, **columns: str) -> Room:
    """Add a consulting room, or change the one of this code. Raises ``CodeTaken`` and ``UnknownNumber``."""
    return _write(Room, code, columns, new=new, actor=actor, now=now)


@transactional
def expert_save(
    *,
    code: str,
    department: Department,
    actor: Actor,
    now: datetime,
    new: bool,
    fee_fen: int,
    active: bool = True,
    user_id: int | None = None,
    **columns: str,
) -> Expert:
    """Add an expert, or change the one of this code: sessions not released yet follow a new fee at once.

    Whoever is not active any more is gone from the public pages: sessions that nobody has a number of are taken away.

    Raises
    ------
    NameMissing, FeeImplausible, CodeTaken, UnknownNumber
        As for a department.
    AccountNotForExpert
        When the account that signs in is somebody else's, or no expert's.
    ExpertHasPatients
        When one who leaves still has patients.
    """
    check_names(name=columns["name"], name_en=columns["name_en"])
    check_fee(fee_fen)
    lock_planning()
    if user_id is not None and not accounts_for_expert(code=code).filter(pk=user_id).exists():
        raise AccountNotForExpert(field="user")
    if not columns.get("pinyin"):
        pinyin, initials = pinyin_of(columns["name"])
        columns |= {"pinyin": pinyin, "initials": initials[:20]}
    facts: dict[str, Any] = {
        "department_id": department.pk,
        "user_id": user_id,
        "fee_fen": fee_fen,
        "active": active,
        **columns,
    }
    before = None if new else Expert.objects.filter(code=code).values("fee_fen", "active").first()
    expert = _write(Expert, code, facts, new=new, actor=actor, now=now)
    if before and before["active"] and not active:
        _withdraw_all(expert, actor, now)
    elif before and before != {"fee_fen": fee_fen, "active": active}:
        templates_replan(expert_ids=[expert.pk], actor=actor, now=now)
    return expert


def _withdraw_all(expert: Expert, actor: Actor, now: datetime) -> None:
    """Take the expert's coming sessions away. Raises ``ExpertHasPatients``."""
    coming = ClinicSession.objects.filter(
        expert=expert, closes_at__gt=now, state__in=("planned", "released", "open", "running")
    )
    kept = [
        session
        for session in coming.order_by("pk")
        if not session_withdraw(session_id=session.pk, reason="expert left", actor=actor, now=now)
    ]
    if kept:
        raise ExpertHasPatients(field="active", sessions=len(kept))


def _write(
    model: type[Thing], code: str, columns: dict[str, Any], *, new: bool, actor: Actor, now: datetime
) -> Thing:
    """Insert or update one row, and say in the history what was there before."""
    thing = model(code=code) if new else model.objects.select_for_update().filter(code=code).first()
    if thing is None:
        raise UnknownNumber(field="code")
    changed = {name: value for name, value in columns.items() if new or getattr(thing, name) != value}
    if not changed and not new:
        return thing
    before = {name: getattr(thing, name) for name in changed}
    for name, value in changed.items():
        setattr(thing, name, value)
    try:
        with transaction.atomic():
            thing.save(force_insert=new, update_fields=None if new else list(changed))
    except IntegrityError as error:
        if "code" in str(error.__cause__):
            raise CodeTaken(field="code") from error
        raise
    history.record(
        thing=thing,
        verb="add" if new else "change",
        from_state=None if new else "kept",
        to_state="kept",
        actor=actor,
        at=now,
        data={"before": {} if new else before, "after": changed},
    )
    return thing


@transactional
def department_define(*, code: str, actor: Actor, now: datetime, **columns: str | bool) -> Department:
    """The department of this code; made when there is none, else left as it is."""
    known = Department.objects.filter(code=code).first()
    return known or department_save(code=code, actor=actor, now=now, new=True, **columns)


@transactional
def room_define(*, code: str, actor: Actor, now: datetime, **columns: str) -> Room:
    """The room of this code; made when there is none, else left as it is."""
    known = Room.objects.filter(code=code).first()
    return known or room_save(code=code, actor=actor, now=now, new=True, **columns)


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
    actor: Actor,
    now: datetime,
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
    template, is_new = SessionTemplate.objects.update_or_create(
        expert=expert, weekday=weekday, opens_at=opens_at, defaults=defaults
    )
    if is_new:
        history.begin(template, "add", state="kept", actor=actor, at=now)
    return template
