"""The API against whatever may be sent to it: made from its own description, and by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

import booking.api
from booking.models import ClinicSession
from hospital.accounts.services import token_issue
from hospital.common.actor import Actor
from hospital.models import User
from hospital.views import api_schema
from tests import factories
from tests.booking.gateway import local_gateway
from tests.clock import VirtualClock
from tests.figures import Figures
from tests.security.fuzzing import EXAMPLES, ROLES, api, fuzz
from tests.security.routes import Route, listed

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
LANGUAGES = ["en", "zh-hans"]
SHAPES = [
    *(module.name for module in walk_packages(booking.api.__path__, "booking.api.")),
    *(
        "queueing.api.answers",
        "queueing.api.shapes",
        "hospital.accounts.api",
        "hospital.accounts.inbox_api",
        "hospital.views.policy_api",
    ),
]
HOSTILE_BODIES = {
    "nul": (
        b'{"slot": "a\\u0000b", "patient": "\\u0000", "name": "\\u0000", "reason": "\\u0000"}',
        "application/json",
    ),
    "deep": (b"[" * 100_000 + b"]" * 100_000, "application/json"),
    "deep object": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "application/json"),
    "huge number": (
        b'{"slot": ' + b"9" * 5_000 + b', "patient": 1e400, "refund": -1e999}',
        "application/json",
    ),
    "not a number": (b'{"slot": NaN, "patient": Infinity}', "application/json"),
    "bad utf-8": (b'{"slot": "\xff\xfe", "patient": "\xc0\x80"}', "application/json"),
    "lone surrogate": (
        b'{"slot": "\\ud800", "patient": "\\udfff", "name": "\\ud83d", "reason": "\\udc00"}',
        "application/json",
    ),
    "not an object": (b'["slot"]', "application/json"),
    "null": (b"null", "application/json"),
    "empty": (b"", "application/json"),
    "xml": (b"<a/>", "application/xml"),
    "form": (b"slot=1&patient=2", "application/x-www-form-urlencoded"),
    "multipart without a boundary": (b"--x", "multipart/form-data"),
    "unknown charset": (b"{}", "application/json; charset=klingon"),
    "content type with a line break": (b"{}", "application/json; a=\x00"),
}
HOSTILE_QUERIES = (
    "date_from=2024-02-30",
    "date_from=0001-01-01&date_to=9999-12-31",
    "date_from=2024-01-01T00:00:00",
    "q=%00&department=%00&expert=%00",
    "q=%FF%FE",
    "q=%ED%A0%80",
    "page=0",
    "page=99999999999999999999999",
    "page=-1",
    "page=%00",
    "department=" + "x" * 5_000,
)


@pytest.fixture(autouse=True)
def _gateway(tmp_path: Path, now: VirtualClock) -> Iterator[None]:
    with local_gateway(tmp_path, now().timestamp):
        yield


@pytest.fixture(scope="module")
def descriptions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The API's description in each language; a warning while it is made is an error."""
    folder = tmp_path_factory.mktemp("schema")
    for language in LANGUAGES:
        file = str(folder / language)
        strictly = {"fail_on_warn": True, "validate": True}
        call_command("spectacular", format="openapi-json", lang=language, file=file, **strictly)
    return {language: json.loads((folder / language).read_text()) for language in LANGUAGES}


@pytest.fixture(params=LANGUAGES)
def description(request: pytest.FixtureRequest, descriptions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The description in one language."""
    return descriptions[request.param]


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_says_what_it_takes_and_answers_and_who_may(description: dict[str, Any]) -> None:
    lacking = []
    for name, operation in _operations(description):
        done = [status for status in operation["responses"] if status.startswith("2")]
        if len(done) != 1 or not operation.get("description"):
            lacking.append(f"{name}: no description, or not one good answer")
        for status in done:
            content = operation["responses"][status].get("content", {})
            shaped = [one for kind, one in content.items() if kind not in {"*/*", "application/zip"}]
            if (status != "204" and not content) or not all("$ref" in one["schema"] for one in shaped):
                lacking.append(f"{name}: an answer without a shape")
            if "application/json" in content and "examples" not in content["application/json"]:
                lacking.append(f"{name}: an answer without an example")
        asked = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if asked is not None and "examples" not in asked:
            lacking.append(f"{name}: a request without an example")
        refusals = [one for status, one in operation["responses"].items() if status[0] in "45"]
        if not refusals or any(list(one["content"]) != ["application/problem+json"] for one in refusals):
            lacking.append(f"{name}: a refusal that is no problem detail")
        if not operation.get("security") and ("403" in operation["responses"]):
            lacking.append(f"{name}: does not say how to sign in")
    assert lacking == []


def test_the_shapes_are_called_the_same_in_every_language(descriptions: dict[str, dict[str, Any]]) -> None:
    english, chinese = (list(made["components"]["schemas"]) for made in descriptions.values())
    assert english == chinese
    named = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    assert named.keys() - set(english) == set(), "a name that nothing is called by"


@pytest.mark.parametrize("place", settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"].values())
def test_what_is_named_there_are_plain_values_that_do_not_change_with_the_language(place: str) -> None:
    module, _dot, name = place.rpartition(".")
    assert {type(value) for value in getattr(import_module(module), name)} == {str}


def test_every_code_of_a_refusal_is_listed(description: dict[str, Any]) -> None:
    listed_codes = description["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    of_the_contract = {
        "sold_out", "already_booked", "banned", "not_released", "closed", "limit_reached", "too_late", "several",
        "wrong_day", "already_checked_in", "cancelled", "nobody_waiting", "pending_call", "illegal_transition",
        "idempotency_key_missing", "idempotency_mismatch", "not_found", "not_allowed", "not_signed_in", "throttled",
    }  # fmt: skip
    assert of_the_contract - set(listed_codes) == set()


def test_the_description_is_made_once_and_said_to_be_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Client().get("/api/schema/?format=json")
    monkeypatch.setattr(api_schema.Schema, "generator_class", None)
    again = Client().get("/api/schema/?format=json")
    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, first["ETag"])
    known = Client().get("/api/schema/?format=json", headers={"If-None-Match": first["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("module", SHAPES)
def test_every_example_is_of_its_own_shape(module: str) -> None:
    wrong = []
    for shape in vars(import_module(module)).values():
        said = getattr(shape, "_spectacular_annotation", {}) if isinstance(shape, type) else {}
        for example in said.get("examples", []):
            checked = shape(data=example.value)
            if not checked.is_valid() or example.value.keys() - checked.fields.keys():
                wrong.append(f"{shape.__name__}: {checked.errors}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_requests_made_from_the_description_never_fail_and_are_answered_as_described(
    role: str, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, figures: Figures
) -> None:
    account = _accounts(cast)[role]
    token = token_issue(name="schema", actor=Actor.of(account), now=now(), user=account)
    with api() as schema:
        sent = {"Authorization": f"Token {token}"}
        found = fuzz(schema, sent, _real(cast, tomorrow, now), role=role, examples=EXAMPLES)
    assert found.broken == []
    assert found.statuses[200] + found.statuses[201] > 0, "nothing was let through: the run shows nothing"
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(found.statuses.items()))
    figures.shown("schema", f"0 x 5xx of {found.statuses.total()} requests as {role} ({answers})")


def _accounts(cast: factories.Cast) -> dict[str, User]:
    return {"patient": cast.lin, "desk": cast.desk, "manager": cast.manager, "administrator": cast.admin}


def _real(cast: factories.Cast, session: ClinicSession, now: VirtualClock) -> dict[str, list[str]]:
    """Values that exist, by the name of the field or parameter."""
    slots = factories.slots(session)
    held = factories.hold(slots[0], cast.patients["lin"], cast.lin, now())
    booked = factories.book(slots[1], cast.patients["chen"], cast.chen, now())
    patients = [patient.code for patient in cast.patients.values()]
    appointments = [held.code, booked.code]
    return {
        "code": [*appointments, session.code],
        "name": ["sandbox"],
        "slot": [slot.code for slot in slots],
        "session": [session.code],
        "patient": patients,
        "appointment": appointments,
        "expert": [session.expert.code],
        "department": [session.expert.department.code],
        "phone": ["13800138000"],
        "id_number": [factories.LIN_ID],
    }


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_a_hostile_body_is_the_senders_mistake(name: str, cast: factories.Cast, now: VirtualClock) -> None:
    body, content_type = HOSTILE_BODIES[name]
    broken = [
        f"{route} -> {answer}"
        for route in _api("POST")
        for role in [next((role for role in ROLES if role in route.roles), "patient")]
        if (answer := _send(cast, role, "POST", route.path, body, content_type)) >= 500
    ]
    assert broken == []


@pytest.mark.parametrize("query", HOSTILE_QUERIES, ids=lambda query: query[:30])
def test_a_hostile_query_is_the_senders_mistake(
    query: str, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    broken = [
        f"{route} -> {answer}"
        for route in _api("GET")
        if (answer := _send(cast, "desk", "GET", f"{route.path}?{query}", b"", "")) >= 500
    ]
    assert broken == []


def _api(method: str) -> list[Route]:
    skipped = {"api/docs/", "api/schema/"}
    routes = [
        route for route in listed() if route.pattern.startswith("api/") and route.pattern not in skipped
    ]
    return [route for route in routes if route.method == method and "notify" not in route.pattern]


_BROWSERS: dict[tuple[int, str], Client] = {}


def _send(cast: factories.Cast, role: str, method: str, path: str, body: bytes, content_type: str) -> int:
    key = (id(cast), role)
    if key not in _BROWSERS:
        _BROWSERS[key] = Client(raise_request_exception=False)
        _BROWSERS[key].force_login(_accounts(cast)[role])
    answer = _BROWSERS[key].generic(method, path, body, content_type, headers={"Idempotency-Key": "hostile"})
    return answer.status_code
