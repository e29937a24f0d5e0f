"""Rows of every table, made from the columns alone: to see that lists of many cost no more than lists of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models

FIRST = 9_000
SECRET = b"the secret marker"
START = datetime(2026, 11, 2, 8, tzinfo=UTC)
Make = Callable[[int], object]

# what the rules of a table ask for; the rest follows from the kind of column
ASKED: dict[str, dict[str, Make]] = {
    "hospital.apitoken": {"device": lambda i: ""},
    "hospital.user": {"password": lambda i: SECRET.decode()},
    "hospital.policyversion": {"level": lambda i: "hospital", "level_id": lambda i: 0},
    "booking.sessiontemplate": {
        "weekday": lambda i: i % 7 + 1,
        "appointment_share": lambda i: Decimal("0.5"),
        "slot_minutes": lambda i: 60,
    },
    "booking.appeal": {"appointment_id": lambda i: None},
    "booking.patient": {"merged_into_id": lambda i: None},
    "booking.accountpatient": {"relation": lambda i: "other"},
    "booking.symptomword": {"weight": lambda i: 5},
    "booking.absence": {"kind": lambda i: "leave", "department_id": lambda i: None},
    "booking.clinicsession": {"walk_in_opens_at": lambda i: START},
    "booking.slot": {"quota": lambda i: 99, "capacity": lambda i: 999, "withheld": lambda i: 0},
    "booking.feedifference": {"walk_in_id": lambda i: None},
    "booking.payment": {"walk_in_id": lambda i: None},
    "queueing.ticket": {"channel": lambda i: "appointment", "walk_in_id": lambda i: None},
    "queueing.estimate": {"outcome": lambda i: "", "wait_min": lambda i: None},
    "queueing.pause": {"ended_at": lambda i: None, "until": lambda i: START + timedelta(days=99)},
    "queueing.printer": {"columns": lambda i: 48},
    "queueing.alarm": {"answered_at": lambda i: None},
    "queueing.screennotice": {"department_id": lambda i: None, "ends_at": lambda i: None},
    "analytics.sessionday": {"walk_in_opens_at": lambda i: START, "weekday": lambda i: i % 7 + 1},
    "analytics.quotaplan": {"weekday": lambda i: i % 7 + 1},
    "analytics.nightrun": {
        "kind": lambda i: "manual",
        "state": lambda i: "complete",
        "days": lambda i: [],
        "ended_at": lambda i: START,
    },
    "analytics.expertrun": {"state": lambda i: "waiting", "done_at": lambda i: None},
    "analytics.outdatedplan": {"weekday": lambda i: i % 7 + 1},
}


def rows_of_every_table(count: int) -> None:
    """``count`` rows in every table of ours and of the second factor; row n points to rows n of other tables."""
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    for model in ours:
        model._base_manager.bulk_create([_row(model, number) for number in range(count)])


OURS = frozenset({"analytics", "booking", "hospital", "mfa", "queueing"})


def _row(model: type[models.Model], number: int) -> models.Model:
    asked = ASKED.get(model._meta.label_lower, {})
    values = {
        field.attname: asked[field.attname](number) if field.attname in asked else value_of(field, number)
        for field in model._meta.concrete_fields
    }
    return model(**values)


def value_of(field: Any, number: int) -> object:
    if field.primary_key or field.is_relation:
        return FIRST + number
    for kind, make in MAKERS:
        if isinstance(field, kind):
            return make(field, number)
    raise AssertionError(f"say in {__name__} what stands in a {type(field).__name__}")


def _text(field: Any, number: int) -> str:
    if field.choices:
        return str(next(value for value, _label in field.choices if value))
    return f"{number:04}{field.name}"[: field.max_length or 100]


MAKERS: list[tuple[Any, Callable[[Any, int], object]]] = [
    (models.BinaryField, lambda field, number: SECRET + bytes([number])),
    (models.JSONField, lambda field, number: {"of": "marker"}),
    (models.BooleanField, lambda field, number: False),
    (models.DecimalField, lambda field, number: Decimal("0.5")),
    (models.FloatField, lambda field, number: 1.5),
    (models.IntegerField, lambda field, number: number + 1),
    (
        models.DateTimeField,
        lambda field, number: START + timedelta(days=number, seconds=field.creation_counter),
    ),
    (models.DateField, lambda field, number: date(2026, 11, 2) + timedelta(days=number)),
    (models.TimeField, lambda field, number: time(8 + number % 12)),
    (models.DurationField, lambda field, number: timedelta(minutes=number)),
    ((models.CharField, models.TextField, models.GenericIPAddressField), _text),
]
