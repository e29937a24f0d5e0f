"""The fixed cast and a clinic, set up through the real services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from booking import services
from booking.models import (
    Appointment,
    ClinicSession,
    Department,
    Expert,
    Patient,
    Payment,
    Room,
    SessionTemplate,
    Slot,
    WaitlistEntry,
)
from booking.providers import Notice
from hospital.accounts.services import account_set_phone
from hospital.common.actor import Actor
from hospital.common.models import PolicyVersion
from hospital.common.policy import forget, policies
from hospital.models import User

LIN_ID = "11010519491231002X"


def resident_id(serial: int, born: str = "19800101", county: str = "110105") -> str:
    """A well-formed resident ID with ``serial`` (0-999)."""
    body = f"{county}{born}{serial:03d}"
    weights = [pow(2, 17 - place) % 11 for place in range(17)]
    check = (12 - sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11) % 11
    return body + ("X" if check == 10 else str(check))


@dataclass
class Cast:
    """Who plays: two patients with accounts, an expert, the desk, a manager, an administrator."""

    lin: User
    chen: User
    dr_zhao: User
    desk: User
    manager: User
    admin: User
    patients: dict[str, Patient] = field(default_factory=dict)


def user(name: str, role: str) -> User:
    """An account with the password of its name."""
    account = User(
        username=name, role=role, is_staff=role == "administrator", is_superuser=role == "administrator"
    )
    account.set_password(name)
    account.save()
    return account


def cast(now: datetime) -> Cast:
    """Make the fixed cast."""
    made = Cast(
        lin=user("lin", "patient"),
        chen=user("chen", "patient"),
        dr_zhao=user("dr_zhao", "expert"),
        desk=user("desk", "desk"),
        manager=user("manager", "manager"),
        admin=user("admin", "administrator"),
    )
    for name, account, id_number, phone in [
        ("林小雨", made.lin, LIN_ID, "13800138000"),
        ("陈大海", made.chen, resident_id(17), "13900139000"),
    ]:
        account_set_phone(user=account, phone=f"+86{phone}", verified=True, now=now)
        made.patients[account.username] = services.account_patient_add(
            account_id=account.pk,
            name=name,
            id_type="resident",
            id_number=id_number,
            phone=phone,
            relation="self",
            actor=Actor.of(account),
            now=now,
        )
    return made


def policy_without_limits(now: datetime, **values: int) -> None:
    """What no manager may set, for tests in which the same few people book over and over."""
    before = policies()
    PolicyVersion.objects.create(number=before.version + 1, values=values, actor_name="test", at=now)
    forget()


def person(serial: int, now: datetime, account: User | None = None) -> Patient:
    """Another patient."""
    register = {
        "name": "客" + "甲乙丙丁戊己庚辛壬癸"[serial % 10],
        "id_type": "resident",
        "id_number": resident_id(serial % 1000, born=f"19{60 + serial // 1000:02d}0203"),
        "phone": "",
        "actor": Actor.job("test"),
        "now": now,
    }
    if account is None:
        return services.patient_register(**register)  # type: ignore[arg-type]
    return services.account_patient_add(account_id=account.pk, relation="other", **register)  # type: ignore[arg-type]


def expert(code: str = "zhao", *, department: str = "neuro", account: User | None = None) -> Expert:
    """An expert of a department, both made when missing."""
    ward, _made = Department.objects.get_or_create(
        code=department, defaults={"name": "神经内科", "name_en": "Neurology", "pinyin": "shenjingneike"}
    )
    doctor, _made = Expert.objects.get_or_create(
        code=code,
        defaults={
            "department": ward,
            "name": "赵明",
            "name_en": "Zhao Ming",
            "title": "chief",
            "fee_fen": 5000,
            "user": account,
        },
    )
    return doctor


def template(
    doctor: Expert, day: date, *, capacity: int = 10, slot_minutes: int = 60, share: str = "0.50"
) -> SessionTemplate:
    """Mornings 08:00-12:00 on the weekday of ``day``."""
    room, _made = Room.objects.get_or_create(
        code=f"r-{doctor.code}", defaults={"name": "305", "place": "3F B"}
    )
    found, _made = SessionTemplate.objects.get_or_create(
        expert=doctor,
        weekday=day.isoweekday(),
        opens_at=time(8),
        defaults={
            "closes_at": time(12),
            "walk_in_opens_at": time(7),
            "slot_minutes": slot_minutes,
            "capacity_per_slot": capacity,
            "appointment_share": share,
            "room": room,
        },
    )
    return found


def session(
    day: date,
    *,
    now: datetime,
    doctor: Expert | None = None,
    quotas: list[int] | None = None,
    capacity: int = 10,
) -> ClinicSession:
    """A session on ``day``, 08:00-12:00 in the hospital, advanced to where it stands at ``now``."""
    doctor = doctor or expert()
    template(doctor, day, capacity=capacity)
    services.sessions_generate(until=day, now=now)
    made = ClinicSession.objects.get(expert=doctor, date=day)
    if quotas is not None:
        services.session_set_quotas(
            session_id=made.pk, quotas=quotas, source="test", actor=Actor.job("test"), now=now
        )
    services.sessions_advance(now)
    made.refresh_from_db()
    return made


def slots(made: ClinicSession) -> list[Slot]:
    """The session's slots in order."""
    return list(made.slots.order_by("index"))


def hold(slot: Slot, patient: Patient, account: User | None, now: datetime):
    """Hold a number through the service."""
    actor = Actor.of(account) if account else Actor.job("test")
    return services.appointment_hold(
        slot_code=slot.code,
        patient_id=patient.pk,
        account_id=account.pk if account else None,
        actor=actor,
        now=now,
    )


def book(
    slot: Slot, patient: Patient, account: User | None, now: datetime, *, payer: str = ""
) -> Appointment:
    """A number held and paid through the provider's notice."""
    held = hold(slot, patient, account, now)
    pay(held, now, payer=payer)
    return Appointment.objects.get(pk=held.pk)


def pay(held: Appointment, now: datetime, *, payer: str = "") -> Payment:
    """Pay a held number as the sandbox's notice does; ``payer`` is who paid, as the provider names them."""
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.job("test"), now=now
    )
    notice(payment, now, payer=payer)
    return payment


def notice(payment: Payment, now: datetime, *, payer: str = "") -> None:
    """The sandbox says that this payment was paid."""
    services.payment_notice_apply(notice=notice_of(payment, now, payer=payer), now=now)


def notice_of(payment: Payment, now: datetime, *, payer: str = "") -> Notice:
    """What the sandbox sends when this payment was paid."""
    return Notice(
        provider="sandbox",
        notice_id=payment.code,
        kind="payment",
        out_trade_no=payment.order_no,
        refund_no="",
        transaction_id=payment.code,
        amount_fen=payment.amount_fen,
        merchant="fenliu-demo",
        merchant_matches=True,
        state="paid",
        signed_at=now,
        payer=payer,
    )


def sold_out(made: ClinicSession, now: datetime, *, first: int = 700) -> list[Appointment]:
    """Book every number of the session for other people."""
    booked: list[Appointment] = []
    for slot in slots(made):
        for _number in range(slot.quota - slot.booked):
            booked.append(book(slot, person(first + len(booked), now), None, now))
    return booked


def join(made: ClinicSession, patient: Patient, account: User | None, now: datetime) -> WaitlistEntry:
    """Put a patient on the waitlist through the service."""
    actor = Actor.of(account) if account else Actor.job("test")
    return services.waitlist_join(
        session_id=made.pk,
        patient_id=patient.pk,
        account_id=account.pk if account else None,
        actor=actor,
        now=now,
    )
