"""Write a notice's rows: who reads it, in which language, over which channels."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings
from django.utils import translation

from booking.models import Appointment, Patient, Slot
from booking.selectors.own import account_of
from booking.selectors.policies import cancel_until
from booking.services.notice_facts import moment, page, slot_facts
from booking.services.notice_texts import ESSENTIAL, notice_text
from hospital.common.crypto import unseal
from hospital.common.messages import EMAIL, IN_APP, SMS, message_send
from hospital.models import User

MakeFacts = Callable[[], Mapping[str, object]]
"""Values of a text, made once the reader's language is in force."""


def tell(
    kind: str,
    key: str,
    *,
    patient: Patient,
    now: datetime,
    account: User | None = None,
    text: str = "",
    facts: MakeFacts = dict,
    link: str = "",
    expires_at: datetime | None = None,
) -> None:
    """Tell the account that booked, else the patient's own; by text message the patient, else the account."""
    reader = reader_of(patient, account)
    language = (reader.language if reader else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        body = notice_text(text or kind, {"patient": patient.name, **facts()})
    message_send(
        kind=kind,
        key=key,
        body=body,
        now=now,
        phone=patient.phone or _phone_of(reader),
        email=_email_of(reader),
        account=reader.pk if reader else None,
        language=language,
        link=link,
        expires_at=expires_at,
        channels=_channels(kind, reader),
    )


def tell_of(
    appointment: Appointment,
    kind: str,
    slot: Slot,
    now: datetime,
    *,
    key: str = "",
    text: str = "",
    expires_at: datetime | None = None,
    more: MakeFacts = dict,
) -> None:
    """Tell of an appointment: when, with whom, where, its code, until when it can be given back."""
    session = appointment.session
    tell(
        kind,
        key or appointment.code,
        patient=appointment.patient,
        account=appointment.account,
        text=text,
        facts=lambda: {
            **slot_facts(slot, session),
            "code": appointment.checkin_code,
            "until": moment(cancel_until(session)),
            **more(),
        },
        link=page("appointment", appointment.code),
        expires_at=expires_at,
        now=now,
    )


def reader_of(patient: Patient, account: User | None) -> User | None:
    """Who reads about a number: the account that booked it, when it is a patient's, else the patient's own."""
    return account if account is not None and account.role == User.Role.PATIENT else account_of(patient)


def _channels(kind: str, reader: User | None) -> list[str]:
    """Essential notices always go by text message; others only when the account did not choose otherwise."""
    texted = kind in ESSENTIAL or reader is None or reader.sms_all
    return [SMS, EMAIL, IN_APP] if texted else [EMAIL, IN_APP]


def _phone_of(reader: User | None) -> str:
    return unseal(reader.phone_sealed) if reader and reader.phone_sealed else ""


def _email_of(reader: User | None) -> str:
    known = reader is not None and reader.email_sealed and reader.email_confirmed_at
    return unseal(reader.email_sealed) if known and reader and reader.email_sealed else ""
