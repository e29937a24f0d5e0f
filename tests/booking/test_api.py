"""API v1 of booking: shapes, codes, keys, owners."""

import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from booking.models import Appointment, ClinicSession
from hospital.accounts.services import token_issue
from hospital.common.actor import Actor
from hospital.models import User
from tests.clock import VirtualClock
from tests.factories import Cast, slots

pytestmark = pytest.mark.django_db


class Caller:
    """Calls the API with a token, as a script would."""

    def __init__(self, user: User | None, now: VirtualClock) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is not None:
            token = token_issue(name="test", actor=Actor.of(user), now=now(), user=user)
            self.headers = {"Authorization": f"Token {token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers={**self.headers, **headers})

    def post(self, path: str, body: Any, key: str | None = "") -> Any:
        headers = dict(self.headers)
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def lin(cast: Cast, now: VirtualClock) -> Caller:
    return Caller(cast.lin, now)


@pytest.fixture
def body(cast: Cast, tomorrow: ClinicSession) -> dict[str, str]:
    return {"slot": slots(tomorrow)[0].code, "patient": cast.patients["lin"].code}


def test_a_hold_answers_with_its_code_and_deadline(lin: Caller, body: dict[str, str]) -> None:
    answer = lin.post("appointments/", body)
    assert answer.status_code == 201
    assert set(answer.json()) == {"code", "state", "pay_by", "fee_fen"}
    assert answer.json()["state"] == "held"


def test_the_same_key_gives_the_same_answer_and_takes_one_number(lin: Caller, body: dict[str, str]) -> None:
    first = lin.post("appointments/", body, key="k1")
    again = lin.post("appointments/", body, key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert Appointment.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(
    lin: Caller, body: dict[str, str], tomorrow: ClinicSession
) -> None:
    lin.post("appointments/", body, key="k1")
    other = lin.post("appointments/", {**body, "slot": slots(tomorrow)[3].code}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_a_missing_key_is_refused_and_nothing_is_held(lin: Caller, body: dict[str, str]) -> None:
    answer = lin.post("appointments/", body, key=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert answer["Content-Type"] == "application/problem+json"
    assert Appointment.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_refusal_leaves_its_key_free(lin: Caller, body: dict[str, str], tomorrow: ClinicSession) -> None:
    full = lin.post("appointments/", {**body, "slot": slots(tomorrow)[2].code}, key="k1")
    assert (full.status_code, full.json()["code"]) == (409, "sold_out")
    assert lin.post("appointments/", body, key="k1").status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"slot": "NOSUCHSLOT"}, 404, "not_found"),
        ({"patient": "NOBODY"}, 404, "not_found"),
        ({"slot": ""}, 400, "invalid"),
        ({"slot": "x" * 400}, 400, "invalid"),
        ({"slot": "\x00"}, 400, "invalid"),
        ({"slot": {"a": 1}}, 400, "invalid"),
    ],
)
def test_bad_input_is_named(
    lin: Caller, body: dict[str, str], change: dict[str, Any], status: int, code: str
) -> None:
    answer = lin.post("appointments/", {**body, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("deep", ["[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000])
def test_json_nested_too_deeply_is_a_bad_request(lin: Caller, deep: str) -> None:
    answer = lin.post("appointments/", deep)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("none", ["null", "[]", "7"])
def test_a_body_that_is_no_object_is_a_problem_of_no_field(lin: Caller, none: str) -> None:
    answer = lin.post("patients/", none)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == ["non_field_errors"]


@pytest.mark.parametrize("path", ["/t/%00/", "/api/v1/sessions/%00/", "/room/%00/", "/appointments/%00/pay/"])
def test_a_nul_in_an_address_is_not_found(lin: Caller, path: str) -> None:
    assert lin.client.get(path).status_code == 404


def test_a_database_that_is_away_is_503_to_be_tried_again(
    lin: Caller, body: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_anything: object) -> None:
        raise OperationalError("couldn't get a connection after 1.50 sec")

    monkeypatch.setattr("booking.services.hold_statement.hold", away)
    answer = lin.post("appointments/", body)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "2")
    monkeypatch.setattr("booking.selectors.departments_with_next", away)
    page = lin.client.get("/")
    assert (page.status_code, page["Retry-After"]) == (503, "2")


def test_nobody_books_for_a_stranger(cast: Cast, body: dict[str, str], now: VirtualClock) -> None:
    chen = Caller(cast.chen, now)
    assert chen.post("appointments/", body).status_code == 404
    assert Appointment.objects.count() == 0


def test_a_strangers_appointment_does_not_exist(
    cast: Cast, lin: Caller, body: dict[str, str], now: VirtualClock
) -> None:
    code = lin.post("appointments/", body).json()["code"]
    chen = Caller(cast.chen, now)
    assert chen.get(f"appointments/{code}/").status_code == 404
    assert chen.post(f"appointments/{code}/cancel/", {}).status_code == 404
    assert chen.post(f"appointments/{code}/payments/", {"provider": "sandbox"}).status_code == 404
    assert lin.get(f"appointments/{code}/").json()["state"] == "held"


@pytest.mark.parametrize("role", ["dr_zhao", "manager", "admin"])
def test_only_patients_and_the_desk_hold_numbers(
    cast: Cast, body: dict[str, str], now: VirtualClock, role: str
) -> None:
    answer = Caller(getattr(cast, role), now).post("appointments/", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_without_a_token_nothing_is_held(body: dict[str, str], now: VirtualClock) -> None:
    answer = Caller(None, now).post("appointments/", body)
    assert answer.status_code in {401, 403}
    assert Appointment.objects.count() == 0


def test_cancelling_after_seven_is_too_late(lin: Caller, body: dict[str, str], now: VirtualClock) -> None:
    code = lin.post("appointments/", body).json()["code"]
    now.at("07:00", days=1)
    answer = lin.post(f"appointments/{code}/cancel/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")


def test_a_cancel_whose_answer_was_lost_is_repeated_with_its_key(lin: Caller, body: dict[str, str]) -> None:
    path = f"appointments/{lin.post('appointments/', body).json()['code']}/cancel/"
    assert lin.post(path, {}, key=None).json()["code"] == "idempotency_key_missing"
    first, again = (lin.post(path, {}, key="k1") for _twice in range(2))
    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert lin.post(path, {}, key="k2").json()["code"] == "illegal_transition"


def test_a_session_lists_its_slots_with_reasons(lin: Caller, tomorrow: ClinicSession) -> None:
    answer = Caller(None, lin).get(f"sessions/{tomorrow.code}/").json()  # type: ignore[arg-type]
    assert [slot["reason"] for slot in answer["slots"]] == ["", "", "kept_for_walk_ins", ""]
    assert [slot["left"] for slot in answer["slots"]] == [2, 1, 0, 3]


def test_an_unchanged_session_is_304_and_a_hold_changes_its_etag(
    lin: Caller, body: dict[str, str], tomorrow: ClinicSession
) -> None:
    path = f"sessions/{tomorrow.code}/"
    etag = lin.get(path)["ETag"]
    assert lin.get(path, **{"If-None-Match": etag}).status_code == 304
    lin.post("appointments/", body)
    assert lin.get(path, **{"If-None-Match": etag}).status_code == 200


def test_an_answer_is_never_cached_across_the_opening(
    lin: Caller, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("06:59:58", days=1)
    assert "max-age=2" in lin.get(f"sessions/{tomorrow.code}/")["Cache-Control"]
    now.at("07:00:00")
    assert lin.get(f"sessions/{tomorrow.code}/").json()["reason"] == "walk_in_only"


def test_an_expert_shows_the_next_free_number(lin: Caller, tomorrow: ClinicSession) -> None:
    found = lin.get("experts/?q=赵").json()["results"]
    assert found[0]["next_free"]["session"] == tomorrow.code
    assert found[0]["next_free"]["left"] == 6
    assert lin.get("experts/?q=没有这个人").json()["results"] == []


def test_an_impossible_resident_id_is_named_in_the_users_language(lin: Caller) -> None:
    body = {"name": "王五", "id_number": "110105194912310021"}
    answer = lin.client.post(
        "/api/v1/patients/",
        body,
        content_type="application/json",
        headers={**lin.headers, "Accept-Language": "zh-hans"},
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        400,
        "impossible_id_number",
        "id_number",
    )


def test_an_unknown_provider_is_404(lin: Caller, cast: Cast) -> None:
    assert (
        lin.client.post("/api/v1/payments/nobody/notify/", b"", content_type="application/json").status_code
        == 404
    )
