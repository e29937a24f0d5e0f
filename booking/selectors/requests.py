"""What patients ask about their own data, and the copy they may take away."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Q

from booking.domain.errors import UnknownNumber
from booking.models import (
    AccountPatient,
    Appeal,
    Appointment,
    DataRequest,
    DrawRequest,
    Patient,
    RiskSignal,
    WaitlistEntry,
    WalkIn,
)
from booking.selectors.own import OWN, owned_by
from booking.selectors.patients import patients_of_user
from hospital.common import clock
from hospital.common.crypto import unseal
from hospital.common.models import Message
from hospital.models import User

SHOWN = 100


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
        "made_at": clock.stated(now),
        "account": {
            "phone": unseal(user.phone_sealed) if user.phone_sealed else "",
            "email": unseal(user.email_sealed) if user.email_sealed else "",
            "language": user.language,
            "since": clock.stated(user.date_joined),
        },
        "patients": [_patient(link, mine, is_own=link.is_own) for link in links],
        "appeals": [
            {
                "text": one.text,
                "state": one.state,
                "answer": one.answer,
                "asked_at": clock.stated(one.asked_at),
            }
            for one in Appeal.objects.filter(account=user).order_by("pk")
        ],
        "data_requests": [
            {
                "kind": one.kind,
                "text": request_text(one),
                "state": one.state,
                "answer": one.answer,
                "asked_at": clock.stated(one.asked_at),
            }
            for one in DataRequest.objects.filter(account=user).order_by("pk")
        ],
        "signals": [
            {"kind": one.kind, "weight": one.weight, "at": clock.stated(one.at), "data": one.data}
            for one in RiskSignal.objects.filter(account=user).order_by("pk")
        ],
        "messages": [
            {
                "kind": message.kind,
                "channel": message.channel,
                "at": clock.stated(message.created_at),
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
    ).prefetch_related("payments__refund", "fee_differences")
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
        "since": clock.stated(patient.created_at),
        "appointments": [_appointment(one) for one in appointments.order_by("slot__starts_at", "pk")],
        "waitlist": [_wish(one, one.joined_at) for one in waits.order_by("pk")],
        "draw_requests": [_wish(one, one.asked_at) for one in wishes.order_by("pk")],
        "walk_ins": _walk_ins(patient) if is_own else [],
        "bans": [
            {
                "reason": ban.reason,
                "from": clock.stated(ban.starts_at),
                "until": clock.stated(ban.ends_at),
                "lifted": clock.stated(ban.lifted_at),
            }
            for ban in patient.bans.order_by("pk")
        ],
    }


def _appointment(one: Appointment) -> dict[str, Any]:
    return {
        "code": one.code,
        "starts_at": clock.stated(one.slot.starts_at),
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
                "paid_at": clock.stated(payment.paid_at),
            }
            for payment in one.payments.all()
        ],
        "fee_differences": _fee_differences(one),
    }


def _fee_differences(one: Appointment | WalkIn) -> list[dict[str, Any]]:
    """Cash taken or handed back because a transfer changed the fee."""
    return [
        {"amount_fen": each.amount_fen, "settled_at": clock.stated(each.settled_at)}
        for each in one.fee_differences.all()
    ]


def _stopped(one: Appointment) -> dict[str, Any] | None:
    """What was chosen when the clinic was stopped."""
    case = getattr(one, "stop_case", None)
    if case is None:
        return None
    return {
        "reason": case.stop.reason,
        "choice": case.choice,
        "settled_at": clock.stated(case.settled_at),
        "phoned_at": clock.stated(case.phoned_at),
        "phone_note": case.phone_note,
    }


def _wish(one: WaitlistEntry | DrawRequest, asked_at: datetime) -> dict[str, Any]:
    """A place on a waitlist or in a draw."""
    return {
        "code": one.code,
        "asked_at": clock.stated(asked_at),
        "clinic": clock.stated(one.session.opens_at),
        "expert": one.session.expert.name,
        "department": one.session.expert.department.name,
        "state": one.state,
    }


def _walk_ins(patient: Patient) -> list[dict[str, Any]]:
    rows = WalkIn.objects.filter(patient=patient).select_related("session__expert__department")
    rows = rows.prefetch_related("fee_differences")
    return [
        {
            "registered_at": clock.stated(one.registered_at),
            "expert": one.session.expert.name,
            "department": one.session.expert.department.name,
            "state": one.state,
            "fee_fen": one.fee_fen,
            "fee_differences": _fee_differences(one),
        }
        for one in rows.order_by("registered_at", "pk")
    ]


def as_json(export: dict[str, Any]) -> str:
    """The copy as people and programs read it."""
    return json.dumps(export, ensure_ascii=False, indent=2) + "\n"
