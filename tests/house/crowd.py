"""Rows of every table that share their parents: one account, one session, one queue with many of everything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models

from hospital.common.crypto import seal
from tests.hospital.rows import ASKED, FIRST, OURS, START, Make, value_of

NOW = START + timedelta(hours=1)
AHEAD = frozenset(
    {
        "ends_at",
        "closes_at",
        "accept_by",
        "pay_by",
        "choose_by",
        "expires_at",
        "slot_starts_at",
        "slot_ends_at",
    }
)
ALWAYS = AHEAD | {"called_at", "registered_at", "started_at"}
OWN = {
    "mfa.authenticator": {"user"},
    "booking.accountpatient": {"patient"},
    "booking.appointment": {"patient"},
    "booking.drawrequest": {"patient", "appointment"},
    "booking.waitlistentry": {"patient", "appointment"},
    "booking.datarequest": {"patient"},
    "booking.expert": {"user"},
    "booking.draw": {"session"},
    "booking.payment": {"appointment"},
    "booking.refund": {"payment"},
    "booking.returnednumber": {"entry"},
    "booking.stop": {"session"},
    "booking.stopcase": {"appointment", "replacement"},
    "booking.appeal": {"ban"},
    "queueing.queuesession": {"session", "queue"},
    "queueing.sharedqueue": {"queue"},
    "queueing.ticket": {"appointment", "transferred_from", "called_session"},
    "queueing.estimate": {"ticket"},
    "queueing.screenroom": {"room"},
    "queueing.kiosk": {"token"},
    "queueing.printjob": {"ticket"},
    "queueing.pause": {"session"},
    "queueing.alarm": {"session"},
}
"""What each row has for itself; whatever else it points to is the first row of that table."""
TRUE = frozenset({"active", "bookable", "featured"})
THINGS = ("walkin", "ticket", "appointment", "quotaplan")
SESSION_STATES = ("released", "running", "closed", "stopped", "planned")
SAID: dict[str, dict[str, Make]] = ASKED | {
    "hospital.policyversion": {
        "values": lambda i: {},
        "level": lambda i: "hospital",
        "level_id": lambda i: 0,
    },
    "hospital.statechange": {
        "thing": lambda i: THINGS[i % len(THINGS)],
        "thing_id": lambda i: FIRST,
        "data": lambda i: {},
    },
    "queueing.call": {"rule": lambda i: "booked"},
    "queueing.printjob": {"state": lambda i: "queued", "kind": lambda i: "slip"},
    "queueing.pause": ASKED["queueing.pause"] | {"state": lambda i: "paused"},
    "queueing.alarm": ASKED["queueing.alarm"] | {"state": lambda i: "raised"},
    "booking.clinicsession": {
        "state": lambda i: SESSION_STATES[i % len(SESSION_STATES)],
        "date": lambda i: NOW.date(),
        "letter": lambda i: f"{i:02}",
        "release_at": lambda i: START,
        "walk_in_opens_at": lambda i: NOW + timedelta(hours=1),
        "opens_at": lambda i: NOW + timedelta(hours=2, seconds=i),
        "closes_at": lambda i: NOW + timedelta(hours=6),
        "draw_ends_at": lambda i: None,
    },
    "booking.absence": ASKED["booking.absence"] | {"last_day": lambda i: NOW.date() + timedelta(days=i)},
    "booking.sessiontemplate": ASKED["booking.sessiontemplate"] | {"valid_until": lambda i: None},
}


def crowd(numbers: Iterable[int]) -> None:
    """Rows with these numbers in every table of ours, their states one after the other."""
    for model in (model for model in apps.get_models() if model._meta.app_label in OURS):
        model._base_manager.bulk_create([_row(model, number) for number in numbers])


def _row(model: type[models.Model], number: int) -> models.Model:
    label = model._meta.label_lower
    asked: dict[str, Make] = SAID.get(label, {})
    return model(
        **{
            field.attname: asked[field.attname](number)
            if field.attname in asked
            else _value(field, number, OWN.get(label, set()))
            for field in model._meta.concrete_fields
        }
    )


def _value(field: Any, number: int, own: Iterable[str]) -> object:
    if field.is_relation and not field.primary_key:
        return FIRST + number if field.name in own else FIRST
    if isinstance(field, models.DateTimeField):
        if field.null and field.name not in ALWAYS:
            return None
        return START + timedelta(days=30 if field.name in AHEAD else 0, seconds=number)
    if field.choices:
        values = [value for value, _label in field.choices if value]
        return values[number % len(values)]
    if isinstance(field, models.BooleanField):
        return field.name in TRUE
    return seal("text") if field.name.endswith("_sealed") else value_of(field, number)
