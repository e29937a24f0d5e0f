"""Requests made from the API's own description, right and wrong, sent as one of the roles."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import schemathesis
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hospital.common.policy import forget
from hospital.wsgi import application

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "2"))
"""Requests for each operation, role and kind of input; `make chaos` asks for more."""


ROLES = ("patient", "desk", "manager", "administrator")
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass
class Found:
    """What a run answered: how often each status, and what broke."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


@contextmanager
def api() -> Iterator[Any]:
    """The API by its own description; requests run on the test's connection, inside its transaction."""
    with patch.object(BaseDatabaseWrapper, "close_if_unusable_or_obsolete"):
        yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


def fuzz(
    schema: Any, headers: dict[str, str], real: dict[str, list[str]], *, role: str, examples: int
) -> Found:
    """Send ``examples`` requests of each kind to every operation that ``role`` may call, a quarter of them where it
    is another role's that was tried before; the doors of the others are tried by :mod:`tests.security.test_routes`.
    ``real`` values take the place of made-up ones."""
    found = Found()
    for result in schema.get_all_operations():
        operation = result.ok()
        allowed = operation.definition.raw.get("x-roles", ROLES)
        if role not in allowed:
            continue
        is_first = role == next(one for one in ROLES if one in allowed)
        count = examples if is_first else max(1, examples // 4)
        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
                continue
            _fuzz_operation(operation, mode, headers, real, count, found)
    return found


def _fuzz_operation(
    operation: Any,
    mode: GenerationMode,
    headers: dict[str, str],
    real: dict[str, list[str]],
    examples: int,
    found: Found,
) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def send(case: Any, data: st.DataObject) -> None:
        with_real_values(case, data, real)
        response = answer(case, headers)
        found.statuses[response.status_code] += 1
        if problem := wrong(case, response):
            found.broken.append(f"{operation.label} {mode}: {problem}")

    send()


def with_real_values(case: Any, data: st.DataObject, real: dict[str, list[str]]) -> None:
    """Half of the time codes are those of something that exists, so that requests get beyond 404."""
    if case.path_parameters and data.draw(st.booleans()):
        case.path_parameters = {
            name: data.draw(st.sampled_from(real.get(name, [value])))
            for name, value in case.path_parameters.items()
        }
    if isinstance(case.body, dict) and data.draw(st.booleans()):
        for name in case.body.keys() & real.keys():
            case.body[name] = data.draw(st.sampled_from(real[name]))


def answer(case: Any, headers: dict[str, str]) -> Response:
    """The answer; what the request changed is taken back, so that each finds the same hospital."""
    with transaction.atomic():
        response: Response = case.call(headers=headers)
        transaction.set_rollback(True)
    forget()
    return response


def wrong(case: Any, response: Response) -> str:
    """What is wrong with an answer: a failure of ours, or another shape than the description says."""
    if response.status_code >= 500:
        return f"{response.status_code} for {case.path_parameters} {case.query} {case.body!r:.300}"
    try:
        case.validate_response(response, checks=CHECKS)
    except (Failure, FailureGroup) as failure:
        return f"{response.status_code} {_brief(failure)}"
    return ""


def _brief(failure: BaseException) -> str:
    inner = getattr(failure, "exceptions", [failure])
    return "; ".join(" ".join(str(one).split())[:300] for one in inner)
