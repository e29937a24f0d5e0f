"""The hot path of scripts answers what the ordinary way answers, through fewer layers."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import pytest

from booking.api.quick import SHORTCUTS
from booking.models import Appointment, ClinicSession, Patient
from hospital.accounts.services import token_issue, token_revoke
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.models import IdempotencyKey, StateChange
from hospital.common.policy import policy_change
from hospital.common.scripts import ScriptHandler, is_for_scripts
from hospital.common.shortcuts import Shortcuts
from hospital.models import ApiToken, User
from tests import factories
from tests.clock import VirtualClock
from tests.factories import Cast, slots

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/appointments/"


def token_of(user: User, now: VirtualClock) -> str:
    return token_issue(name="test", actor=Actor.of(user), now=now(), user=user)


@dataclass
class Answer:
    """What came back over WSGI."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    def json(self) -> Any:
        return json.loads(self.content)


def ask(application: Any, asked: dict[str, Any]) -> Answer:
    seen: list[Any] = []
    response = application(asked, lambda status, headers: seen.append((status, headers)))
    content = b"".join(response)
    getattr(response, "close", lambda: None)()
    [(status, headers)] = seen
    assert len({name.lower() for name, _value in headers}) == len(headers), "no header twice"
    return Answer(int(status[:3]), dict(headers), content)


def environ(method: str = "POST", path: str = PATH, body: bytes = b"", **headers: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }


def booking(token: str, body: Any, key: str = "k1", **headers: str) -> dict[str, Any]:
    """A booking by a script, as the server hands it over."""
    sent = (body if isinstance(body, str) else json.dumps(body)).encode()
    return environ(body=sent, HTTP_AUTHORIZATION=f"Token {token}", HTTP_IDEMPOTENCY_KEY=key, **headers)


def book(token: str, body: Any, key: str = "k1", **headers: str) -> Answer:
    """Ask as the server of production does."""
    return ask(Shortcuts(ScriptHandler(), SHORTCUTS), booking(token, body, key, **headers))


@pytest.fixture
def token(cast: Cast, now: VirtualClock) -> str:
    return token_of(cast.lin, now)


@pytest.fixture
def body(cast: Cast, tomorrow: ClinicSession) -> dict[str, str]:
    return {"slot": slots(tomorrow)[0].code, "patient": cast.patients["lin"].code}


@pytest.fixture(params=["hot", "ordinary"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways through the same address."""
    if request.param == "ordinary":
        monkeypatch.setattr("booking.services.appointment_hold_once", lambda **_: None)
    return str(request.param)


def rows() -> list[int]:
    return [model.objects.count() for model in (Appointment, StateChange, IdempotencyKey)]


def test_both_ways_write_the_same_rows(
    way: str, token: str, body: dict[str, str], cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    answer = book(token, body)
    made = Appointment.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "code": made.code,
        "state": "held",
        "pay_by": clock.stated(made.pay_by),
        "fee_fen": 5000,
    }
    assert (made.account, made.patient, made.held_at) == (cast.lin, cast.patients["lin"], now())
    assert (len(made.checkin_code), made.session, made.slot.booked) == (8, tomorrow, 1)
    written = StateChange.objects.get(thing="appointment", thing_id=made.pk)
    assert (written.verb, written.from_state, written.to_state) == ("hold", "", "held")
    assert (written.actor_kind, written.actor, written.actor_name) == ("patient", cast.lin, "lin")
    kept = IdempotencyKey.objects.get()
    assert (kept.account, kept.route, kept.key) == (f"patient:{cast.lin.pk}", PATH, "k1")
    assert (kept.status, kept.answer, kept.created_at) == (201, answer.json(), now())


def test_what_one_way_answered_the_other_repeats(
    token: str, body: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = book(token, body)
    monkeypatch.setattr("booking.services.appointment_hold_once", lambda **_: None)
    again = book(token, body)
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    second = book(token, {**body, "patient": "OTHER"})
    assert (second.status_code, second.json()["code"]) == (422, "idempotency_mismatch")
    assert Appointment.objects.count() == 1


def test_a_key_that_was_used_for_another_body_is_refused_both_ways(
    way: str, token: str, body: dict[str, str], tomorrow: ClinicSession
) -> None:
    book(token, body)
    before = rows()
    other = book(token, {**body, "slot": slots(tomorrow)[3].code})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert rows() == before


@pytest.mark.parametrize("slot_number", [1, 2])
def test_sold_out_is_said_alike_and_writes_nothing(
    way: str, token: str, body: dict[str, str], tomorrow: ClinicSession, now: VirtualClock, slot_number: int
) -> None:
    slot = slots(tomorrow)[slot_number]
    for serial in range(slot.quota):
        factories.hold(slot, factories.person(serial + 40, now()), None, now())
    before = rows()
    answer = book(token, {**body, "slot": slot.code}, HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:fenliu:problem:sold_out",
        "title": "sold_out",
        "status": 409,
        "code": "sold_out",
        "detail": "刚被别人约走，请换一个时段。",
        "slot": slot.code,
    }
    assert rows() == before


def test_a_request_that_was_answered_is_repeated_though_the_slot_is_full_now(
    way: str, token: str, body: dict[str, str], tomorrow: ClinicSession, now: VirtualClock
) -> None:
    first = book(token, body)
    factories.hold(slots(tomorrow)[0], factories.person(5, now()), None, now())
    assert slots(tomorrow)[0].left == 0
    again = book(token, body)
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")


@pytest.mark.parametrize(
    ("limits", "code", "detail"),
    [
        ({"holds_per_account_day": 1}, "limit_reached", "At most 1 numbers a day"),
        ({"unpaid_holds_per_account_day": 1}, "limit_reached", "were not paid"),
    ],
)
def test_an_account_that_took_enough_today_is_refused_and_the_desk_is_not(
    way: str,
    cast: Cast,
    token: str,
    body: dict[str, str],
    now: VirtualClock,
    limits: dict[str, int],
    code: str,
    detail: str,
) -> None:
    policy_change(actor=Actor.of(cast.admin), now=now(), reason="test", **limits)
    child = factories.person(3, now(), cast.lin)
    assert book(token, body).status_code == 201
    before = rows()
    answer = book(token, {**body, "patient": child.code}, key="k2", HTTP_ACCEPT_LANGUAGE="en")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert detail in answer.json()["detail"]
    assert rows() == before
    desk = book(token_of(cast.desk, now), {**body, "patient": child.code}, key="k3")
    assert desk.status_code == 201


def test_the_count_begins_anew_on_the_hospitals_next_day(
    cast: Cast, token: str, body: dict[str, str], tomorrow: ClinicSession, now: VirtualClock
) -> None:
    policy_change(actor=Actor.of(cast.admin), now=now(), reason="test", holds_per_account_day=1)
    child = factories.person(3, now(), cast.lin)
    now.at("23:59:59")
    assert book(token, body).status_code == 201
    assert book(token, {**body, "patient": child.code}, key="k2").status_code == 409
    now.advance(seconds=1)
    assert book(token, {**body, "patient": child.code}, key="k2").status_code == 201


def test_a_device_that_took_enough_today_is_refused_whatever_the_account(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    from booking import services
    from booking.domain.errors import TooManyToday

    policy_change(actor=Actor.of(cast.admin), now=now(), reason="test", holds_per_device_day=1)

    def hold(user: User, patient: Patient, device: bytes) -> Appointment:
        made: Appointment = services.appointment_hold(
            slot_code=slots(tomorrow)[3].code,
            patient_id=patient.pk,
            account_id=user.pk,
            actor=Actor.of(user),
            now=now(),
            device_index=device,
        )
        return made

    first = hold(cast.lin, cast.patients["lin"], b"one phone")
    assert bytes(Appointment.objects.get(pk=first.pk).device_index or b"") == b"one phone"
    with pytest.raises(TooManyToday):
        hold(cast.chen, cast.patients["chen"], b"one phone")
    hold(cast.chen, cast.patients["chen"], b"another")


def test_a_revoked_token_or_a_closed_account_holds_nothing(
    way: str, cast: Cast, token: str, body: dict[str, str], now: VirtualClock
) -> None:
    token_revoke(token=ApiToken.objects.get(), actor=Actor.of(cast.lin), now=now())
    assert book(token, body).status_code == 401
    other = token_of(cast.lin, now)
    User.objects.filter(pk=cast.lin.pk).update(is_active=False)
    assert book(other, body).status_code == 401
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [b"", b"[]", b"{", b'{"slot": 1}', b'{"slot": "\\ud800", "patient": "x"}', b'"' + b"a" * 9_000 + b'"'],
)
def test_an_odd_body_is_left_to_the_ordinary_view(token: str, sent: bytes) -> None:
    answer = book(token, sent.decode())
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] in {"invalid", "parse_error"}


def test_a_booking_is_one_statement(
    token: str, body: dict[str, str], django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Policy and suspects are read again once a second, for all bookings of a process together."""
    for module in ("hospital.common.policy", "booking.selectors.risk"):
        monkeypatch.setattr(f"{module}._REREAD_AFTER_S", 3600.0)
    from booking.selectors.risk import suspect_tokens
    from hospital.common import clock, policy

    policy.policy()
    suspect_tokens(now=clock.now())
    with django_assert_num_queries(1):
        assert book(token, body).status_code == 201


def test_scripts_get_the_same_headers_whichever_way_they_are_answered(
    token: str, body: dict[str, str], tomorrow: ClinicSession
) -> None:
    path = f"/api/v1/sessions/{tomorrow.code}/"
    requests = [
        lambda: booking(token, body),
        lambda: booking(token, body, HTTP_ACCEPT_LANGUAGE="en", HTTP_HOST="localhost"),
        lambda: booking(token, {**body, "slot": "NONE"}, "k2"),
        lambda: environ("GET", path, HTTP_IF_NONE_MATCH=ask(ScriptHandler(), environ("GET", path))["ETag"]),
    ]
    for request in requests:
        quick = ask(Shortcuts(_nothing, SHORTCUTS), request())
        ordinary = ask(ScriptHandler(), request())
        assert quick.status_code == ordinary.status_code
        assert quick.content == ordinary.content or quick.json() == ordinary.json()
        missing = {*ordinary.headers.items()} - {*quick.headers.items()}
        assert {name for name, _value in missing} <= {
            "Allow",
            "Content-Length",
            "Idempotency-Replayed",
            "Vary",
        }
        assert {*quick.headers} <= {*ordinary.headers}
        assert "Accept-Language" in quick["Vary"]


def _nothing(*_arguments: object) -> Any:
    raise AssertionError("the shortcut answers this")


@pytest.mark.parametrize(
    "sent",
    [
        {"HTTP_HOST": "elsewhere.example"},
        {"HTTP_COOKIE": "a=b"},
        {"CONTENT_LENGTH": "401"},
        {"PATH_INFO": PATH + "X/"},
    ],
)
def test_what_is_not_usual_is_left_to_django_with_its_body(
    token: str, body: dict[str, str], sent: dict[str, str]
) -> None:
    asked = booking(token, body) | sent
    left: list[Any] = []

    def beyond(environ: dict[str, Any], _start_response: Any) -> list[bytes]:
        left.append(json.loads(environ["wsgi.input"].read()))
        return []

    Shortcuts(beyond, SHORTCUTS)(asked, _nothing)
    assert left == [body]
    assert Appointment.objects.count() == 0


def test_a_failure_is_a_500_and_gives_the_connection_back(
    token: str, body: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("booking.services.appointment_hold_once", lambda **_: _nothing())
        assert book(token, body).status_code == 500
    assert book(token, body).status_code == 201


@pytest.mark.parametrize(
    ("asked", "lean"),
    [
        (environ(HTTP_AUTHORIZATION="Token x"), True),
        (environ(HTTP_AUTHORIZATION="token x", HTTP_COOKIE="sessionid=1"), True),
        (environ("GET", "/api/v1/sessions/X/"), True),
        (environ("GET", "/api/v1/sessions/X/", HTTP_COOKIE="sessionid=1"), False),
        (environ(HTTP_AUTHORIZATION="Basic x"), False),
        (environ(), False),
        (environ("GET", "/"), False),
        (environ("GET", "/api/v1", HTTP_AUTHORIZATION="Token x"), False),
    ],
)
def test_only_calls_that_no_cookie_can_influence_take_the_short_way(
    asked: dict[str, Any], lean: bool
) -> None:
    assert is_for_scripts(asked) is lean
