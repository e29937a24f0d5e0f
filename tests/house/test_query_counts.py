"""Each question to the data takes as many queries for many rows as for few."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sized
from contextlib import suppress
from datetime import time
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from analytics.domain.bins import Span
from analytics.domain.plans import PlansAsked
from analytics.selectors.choices import Chosen
from analytics.selectors.history import ALL_WEEKDAYS, HistoryWindow
from booking.domain.settlements import Entry
from booking.models import Slot
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.models import User
from queueing.domain.today import Asked as TodayAsked
from queueing.selectors.accuracy import EstimatesChosen
from queueing.selectors.order import QueueOrder
from tests.hospital.rows import FIRST
from tests.house.crowd import NOW, crowd

Selector = Callable[..., Any]
FEW, MANY = 10, 15
PACKAGES = ("booking.selectors", "queueing.selectors", "analytics.selectors")
ASK_NOTHING = frozenset(
    """
    as_json boards check_number colleagues_of current_quotas day_bounds default_choice
    discipline_of discipline_of_ticket document_index expected_call fits_of forgetting_of key_of limits next_of
    optimised_for overbooking_for own_or_any past_sessions period_of phase_at places_for places_of plain_wait
    pointers_to_patients provider_label recurrence_of refusal revision_of room_clashes rows_of same_period
    scanned_code sums_of ticket_link ticket_told token_digest usual_wait wait_of waiting_of with_optimised
    """.split()  # noqa: SIM905 - one to a line would be thirty lines
)
"""They work with rows or values that somebody asked for before."""
ONE_AFTER_ANOTHER = {"family_export", "plans_asked_for", "plans_of_expert", "plans_of_experts"}
"""An account's few people, and an expert's few periods whose history is thin, are taken one after another."""
LISTS = 55
MODELS = {model.__name__: model for model in apps.get_models()}
TODAY = NOW.date()
BY_NAME: dict[str, object] = {
    "now": NOW,
    "code": "0000code",
    "session_code": "0000code",
    "appointment": "0000code",
    "department_code": "0000code",
    "expert_code": "0000code",
    "codes": ["0000code", "0001code"],
    "departments": [FIRST],
    "days": [TODAY],
    "after": NOW,
    "before": TODAY,
    "pk": FIRST,
    "spans": [Span(0, 60)],
    "day": TODAY,
    "date": TODAY,
    "today": TODAY,
    "first": TODAY,
    "as_of": TODAY,
    "growth_percent": 0,
    "last": TODAY,
    "date_from": TODAY,
    "date_to": TODAY,
    "since": NOW,
    "ends_after": NOW,
    "closed_before": NOW,
    "moment": NOW,
    "limit": 200,
    "weeks": 13,
    "by_expert": {"0000code": ALL_WEEKDAYS},
    "experts": ["0000code"],
    "opens_at": time(8),
    "periods": [("0000code", time(8), ALL_WEEKDAYS)],
    "sets_of_days": [[FIRST], [FIRST + 1]],
    "weekdays": ALL_WEEKDAYS,
    "one": FIRST,
    "other": FIRST + 1,
    "fee_fen": 1,
    "text": "0000code",
    "specialty": "headache",
    "token": "0000code",
    "number": "A1",
    "topics": ["queue.9000", "session.9000"],
    "provider": "sandbox",
    "verdict": "banned",
    "verb": "register",
    "role": "desk",
    "device_index": b"device",
    "id_index": b"document",
    "id_number": "0000code",
    "payer_index": b"payer",
    "entries": {Entry("0000order_no")},
    "level": "expert",
    "window": HistoryWindow.of_weeks(9, TODAY),
    "chosen": Chosen(TODAY, TODAY),
    "asked": PlansAsked(as_of=TODAY),
    "wanted": TodayAsked(),
    "measured": EstimatesChosen(TODAY, TODAY),
    "orders": {9000: QueueOrder((), {})},
}


def selectors() -> Iterator[Selector]:
    for package in PACKAGES:
        for found in iter_modules(import_module(package).__path__):
            module = import_module(f"{package}.{found.name}")
            for name, value in vars(module).items():
                own = inspect.isfunction(value) and value.__module__ == module.__name__
                if own and not name.startswith("_") and name not in ASK_NOTHING:
                    yield value


def given(name: str, parameter: inspect.Parameter) -> object:
    """Something to ask with, by the name of the argument, else by its kind."""
    kind = getattr(parameter.annotation, "__name__", str(parameter.annotation)).strip("'\"")
    if kind in MODELS and name != "user":
        return MODELS[kind]._base_manager.get(pk=FIRST)
    if name in BY_NAME:
        return BY_NAME[name]
    if name.endswith("_id"):
        return FIRST
    if name.endswith("_ids") or name == "session_days":
        return list(Slot.objects.order_by("pk").values_list("pk", flat=True))
    person = User.objects.get(pk=FIRST)
    return {"user": person, "actor": Actor.of(person), "rules": policy()}[name]


def ask(selector: Selector) -> tuple[int, int]:
    """How many queries a selector takes, and how many things it answers with."""
    by_place, by_name = [], {}
    for name, parameter in inspect.signature(selector).parameters.items():
        known = name in BY_NAME or parameter.default is parameter.empty
        if known and parameter.kind is parameter.KEYWORD_ONLY:
            by_name[name] = given(name, parameter)
        elif known:
            by_place.append(given(name, parameter))
    answer: object = None
    with CaptureQueriesContext(connection) as asked, suppress(DomainError):
        answer = selector(*by_place, **by_name)
        answer = list(answer) if isinstance(answer, QuerySet) else answer
    return len(asked), len(answer) if isinstance(answer, Sized) else 1


@pytest.mark.django_db
def test_a_question_takes_as_many_queries_for_many_rows_as_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booking.selectors.risk._REREAD_AFTER_S", 0)  # read anew each time
    crowd(range(FEW))
    few = {selector: ask(selector) for selector in [*selectors(), one_by_one]}
    crowd(range(FEW, MANY))
    many = {selector: ask(selector) for selector in few}
    more = {selector.__name__ for selector in few if few[selector][0] != many[selector][0]}
    assert more == ONE_AFTER_ANOTHER | {"one_by_one"}
    longer = [selector for selector in few if few[selector][1] < many[selector][1]]
    assert len(longer) >= LISTS  # a list that is as short as before shows nothing


def one_by_one() -> list[str]:
    """The control: what no selector may do."""
    return [slot.session.expert.name for slot in Slot.objects.all()]
