"""What patients ask about their own data, what stands in the way of a deletion, and the copy they may take away."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from booking.domain.errors import UnknownNumber
from booking.domain.states import APPOINTMENT_LIVE, SESSION_OPEN, WAITLIST_LIVE
from booking.models import (
    AccountPatient,
    Appeal,
    Appointment,
    DataRequest,
    DrawRequest,
    Patient,
    Payment,
    RiskSignal,
    WaitlistEntry,
    WalkIn,
)
from booking.selectors.bans import ban_in_force
from booking.selectors.own import OWN, owned_by
from booking.selectors.patients import patients_of_user
from hospital.common import clock
from hospital.common.crypto import unseal
from hospital.common.models import Message
from hospital.models import User

SHOWN = 100
OPEN_MONEY = ("created", "refunding", "held_for_review")


def erasure_blockers(*, patient_id: int, now: datetime) -> list[str]:
    """Why this person's identity cannot be deleted now: ``number``, ``waiting``, ``money``, ``ban``, ``appeal``."""
    mine = Q(patient_id=patient_id)
    about = Q(ban__patient_id=patient_id) | Q(appointment__patient_id=patient_id)
    paid_for = Q(appointment__patient_id=patient_id) | Q(walk_in__patient_id=patient_id)
    here = WalkIn.objects.filter(mine, session__state__in=SESSION_OPEN).exclude(state="cancelled")
    asked: dict[str, tuple[QuerySet[Any], ...]] = {
        "number": (Appointment.objects.filter(mine, state__in=[*APPOINTMENT_LIVE, "unresolved"]), here),
        "waiting": (
            WaitlistEntry.objects.filter(mine, state__in=WAITLIST_LIVE),
            DrawRequest.objects.filter(mine, state="waiting"),
        ),
        "money": (Payment.objects.filter(paid_for, state__in=OPEN_MONEY),),
        "appeal": (Appeal.objects.filter(about, state="open"),),
    }
    found = [reason for reason, rows in asked.items() if any(each.exists() for each in rows)]
    return [*found, "ban"] if ban_in_force(patient_id=patient_id, now=now) else found


def requests_of_user(*, user: User) -> list[DataRequest]:
    """What the account asked, the newest first."""
    return list(DataRequest.objects.filter(account=user).select_related("patient").order_by("-pk")[:SHOWN])


def requests_open() -> list[DataRequest]:
    """What waits for a manager, the oldest first."""
    found = DataRequest.objects.filter(state="open").select_related("patient", "account")
    return list(found.order_by("asked_at", "pk")[:SHOWN])


def requests_answered(*, limit: int = 30) -> list[DataRequest]:
    """The last answers."""
    found = DataRequest.objects.exclude(state="open").select_related("patient")
    return list(found.order_by("-answered_at", "-pk")[:limit])


def request_by_code(*, code: str) -> DataRequest:
    """A request by code, for managers. Raises ``UnknownNumber``."""
    request = DataRequest.objects.filter(code=code).select_related("patient").first()
    if request is None:
        raise UnknownNumber(field="request")
    return request


def request_text(request: DataRequest) -> str:
    """What the patient wrote, opened."""
    return unseal(request.text_sealed) if request.text_sealed else ""


def family_export(*, user: User, now: datetime) -> dict[str, Any]:
    """Everything the hospital keeps about the account and the people it books for, and about nobody else.

    Of the person themself that is all; of family what is this account's (see :func:`~booking.selectors.own.owned_by`),
    since others may book for them, too.
    """
    links, mine = patients_of_user(user=user).annotate(is_own=OWN), owned_by(user)
    messages = Message.objects.filter(account=user).order_by("pk")
    return {
        "made_at": clock.local(now).isoformat(),
        "account": {
            "phone": unseal(user.phone_sealed) if user.phone_sealed else "",
            "email": unseal(user.email_sealed) if user.email_sealed else "",
            "language": user.language,
            "since": _at(user.date_joined),
        },
        "patients": [_patient(link, mine, is_own=link.is_own) for link in links],
        "appeals": [
            {"text": one.text, "state": one.state, "answer": one.answer, "asked_at": _at(one.asked_at)}
            for one in Appeal.objects.filter(account=user).order_by("pk")
        ],
        "data_requests": [
            {
                "kind": one.kind,
                "text": request_text(one),
                "state": one.state,
                "answer": one.answer,
                "asked_at": _at(one.asked_at),
            }
            for one in DataRequest.objects.filter(account=user).order_by("pk")
        ],
        "signals": [
            {"kind": one.kind, "weight": one.weight, "at": _at(one.at), "data": one.data}
            for one in RiskSignal.objects.filter(account=user).order_by("pk")
        ],
        "messages": [
            {
                "kind": message.kind,
                "channel": message.channel,
                "at": _at(message.created_at),
                "text": unseal(message.body_sealed),
            }
            for message in messages
        ],
    }


def _patient(link: AccountPatient, mine: Q, *, is_own: bool | None) -> dict[str, Any]:
    patient = link.patient
    rows = Appointment.objects.filter(mine, patient=patient)
    appointments = rows.select_related(
        "slot", "session__expert__department", "stop_case__stop"
    ).prefetch_related("payments__refund")
    waits = WaitlistEntry.objects.filter(mine, patient=patient).select_related("session__expert__department")
    wishes = DrawRequest.objects.filter(mine, patient=patient).select_related("session__expert__department")
    return {
        "name": patient.name,
        "relation": link.relation,
        "id_type": patient.id_type,
        "id_number": patient.id_number,
        "phone": patient.phone,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "sex": patient.sex,
        "since": _at(patient.created_at),
        "appointments": [_appointment(one) for one in appointments.order_by("slot__starts_at", "pk")],
        "waitlist": [_wish(one, one.joined_at) for one in waits.order_by("pk")],
        "draw_requests": [_wish(one, one.asked_at) for one in wishes.order_by("pk")],
        "walk_ins": _walk_ins(patient) if is_own else [],
        "bans": [
            {
                "reason": ban.reason,
                "from": _at(ban.starts_at),
                "until": _at(ban.ends_at),
                "lifted": _at(ban.lifted_at),
            }
            for ban in patient.bans.order_by("pk")
        ],
    }


def _appointment(one: Appointment) -> dict[str, Any]:
    return {
        "code": one.code,
        "starts_at": _at(one.slot.starts_at),
        "expert": one.session.expert.name,
        "department": one.session.expert.department.name,
        "state": one.state,
        "fee_fen": one.fee_fen,
        "stopped": _stopped(one),
        "payments": [
            {
                "order_no": payment.order_no,
                "provider": payment.provider,
                "amount_fen": payment.amount_fen,
                "state": payment.state,
                "paid_at": _at(payment.paid_at),
            }
            for payment in one.payments.all()
        ],
    }


def _stopped(one: Appointment) -> dict[str, Any] | None:
    """What was chosen when the clinic was stopped."""
    case = getattr(one, "stop_case", None)
    if case is None:
        return None
    return {
        "reason": case.stop.reason,
        "choice": case.choice,
        "settled_at": _at(case.settled_at),
        "phoned_at": _at(case.phoned_at),
        "phone_note": case.phone_note,
    }


def _wish(one: WaitlistEntry | DrawRequest, asked_at: datetime) -> dict[str, Any]:
    """A place on a waitlist or in a draw."""
    return {
        "code": one.code,
        "asked_at": _at(asked_at),
        "clinic": _at(one.session.opens_at),
        "expert": one.session.expert.name,
        "department": one.session.expert.department.name,
        "state": one.state,
    }


def _walk_ins(patient: Patient) -> list[dict[str, Any]]:
    rows = WalkIn.objects.filter(patient=patient).select_related("session__expert__department")
    return [
        {
            "registered_at": _at(one.registered_at),
            "expert": one.session.expert.name,
            "department": one.session.expert.department.name,
            "state": one.state,
            "fee_fen": one.fee_fen,
        }
        for one in rows.order_by("registered_at", "pk")
    ]


def _at(moment: datetime | None) -> str | None:
    return clock.local(moment).isoformat() if moment else None


def as_json(export: dict[str, Any]) -> str:
    """The copy as people and programs read it."""
    return json.dumps(export, ensure_ascii=False, indent=2) + "\n"
