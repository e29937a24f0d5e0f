"""Every address with every role: who is let in, who is not, and that nobody gets a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from booking.models import ClinicSession
from hospital.accounts.services import token_issue
from hospital.common.actor import Actor
from hospital.models import User
from tests import factories
from tests.booking.gateway import local_gateway
from tests.clock import VirtualClock
from tests.security.routes import ROLES, STEPS, Route, listed, served

pytestmark = pytest.mark.django_db

ADMIN_PAGES = ("/admin/", "/admin/hospital/user/", "/admin/password_change/")


class Doors:
    """A browser (or device) of each role."""

    def __init__(self, users: dict[str, User], kiosk_token: str) -> None:
        self._users, self._kiosk_token = users, kiosk_token
        self._clients: dict[tuple[str, bool], Client] = {}

    def knock(self, role: str, method: str, path: str, *, with_csrf: bool = False) -> HttpResponse:
        """Ask once; whoever signs out by it signs in again for the next time."""
        client = self._clients.pop((role, with_csrf), None) or self._client(role, with_csrf)
        if "logout" not in path:
            self._clients[role, with_csrf] = client
        headers = {"Authorization": f"Token {self._kiosk_token}"} if role == "kiosk" else {}
        response = client.generic(method, path, b"{}", content_type="application/json", headers=headers)
        assert isinstance(response, HttpResponse)
        return response

    def _client(self, role: str, with_csrf: bool) -> Client:
        client = Client(raise_request_exception=False, enforce_csrf_checks=with_csrf)
        if role in self._users:
            client.force_login(self._users[role])
        return client


def entered(response: HttpResponse) -> bool:
    """Whether the visitor was let in: neither refused nor sent to sign in."""
    sent_away = response.headers.get("Location", "").startswith("/accounts/")
    return response.status_code not in {401, 403} and not sent_away


@pytest.fixture
def doors(cast: factories.Cast, now: VirtualClock, tmp_path: Path) -> Iterator[Doors]:
    factories.expert(account=cast.dr_zhao)
    token = token_issue(name="hall", actor=Actor.job("test"), now=now(), device="kiosk")
    users = {
        "patient": cast.lin,
        "desk": cast.desk,
        "expert": cast.dr_zhao,
        "manager": cast.manager,
        "administrator": cast.admin,
    }
    with local_gateway(tmp_path, now().timestamp):
        yield Doors(users, token)


def test_every_address_is_listed_and_every_listed_one_is_served() -> None:
    table = {route.pattern for route in listed()} | STEPS
    assert served() - table == set(), "say in tests/security/routes.py who may enter these"
    assert table - served() == set(), "these are gone: take them out of tests/security/routes.py"


def test_exactly_the_listed_roles_are_let_in(doors: Doors) -> None:
    def let_in(route: Route) -> frozenset[str]:
        if "revoke" in route.pattern and "tokens" in route.pattern:
            return route.roles  # asking ends the token: tests/accounts has its tests
        return frozenset(role for role in ROLES if entered(doors.knock(role, route.method, route.path)))

    wrong = {
        str(route): (sorted(found), sorted(route.roles))
        for route in listed()
        if (found := let_in(route)) != route.roles
    }
    assert wrong == {}, "let in, and listed"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_no_method_on_any_address_fails_for_anybody(doors: Doors, method: str) -> None:
    inside = {route.path: max(route.roles - {"kiosk"}, default="anonymous") for route in listed()}
    broken = [
        f"{role}: {method} {path} -> {response.status_code}"
        for path, insider in inside.items()
        if "tokens/revoke" not in path
        for role in {"anonymous", insider}
        if (response := doors.knock(role, method, path)).status_code >= 500
    ]
    assert broken == []


@pytest.mark.parametrize("role", ["patient", "desk", "expert", "administrator"])
def test_forms_of_other_sites_are_refused(doors: Doors, role: str) -> None:
    for route in listed():
        if route.pattern.startswith("api/v1/payments/") or "sign-in" in route.pattern:
            continue
        response = doors.knock(role, "POST", route.path, with_csrf=True)
        assert response.status_code in {401, 403, 404, 405}, f"{route}: {response.status_code}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", ADMIN_PAGES)
def test_the_administration_is_for_administrators(doors: Doors, role: str, page: str) -> None:
    response = doors.knock(role, "GET", page)
    assert (response.status_code == 200) == (role == "administrator")


@pytest.mark.parametrize(
    "address", ["/", "calendar.ics", "cancel/", "pay/"], ids=["page", "calendar", "cancel", "pay"]
)
def test_a_strangers_appointment_is_not_there(
    doors: Doors, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, address: str
) -> None:
    held = factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    stranger, owner = Client(), Client()
    stranger.force_login(cast.chen)
    owner.force_login(cast.lin)
    path = f"/appointments/{held.code}/{address.lstrip('/')}"
    assert owner.get(path).status_code in {200, 302}
    assert stranger.get(path).status_code == 404
    assert stranger.post(path).status_code in {404, 405}
    for call in ("", "cancel/", "payments/"):
        api = f"/api/v1/appointments/{held.code}/{call}"
        headers = {"Idempotency-Key": "k1"}
        answer = stranger.post(api, '{"provider": "sandbox"}', "application/json", headers=headers)
        assert answer.status_code in {404, 405}
    assert stranger.get(f"/api/v1/appointments/{held.code}/").status_code == 404
