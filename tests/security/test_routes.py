"""Every address with every role: who is let in, who is not, and that nobody gets a 5xx."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from booking.models import ClinicSession, Patient
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock
from tests.security.doors import Doors
from tests.security.routes import ROLES, STEPS, Route, listed, served
from tests.security.rows import changed, sums
from tests.security.world import World, hospital

pytestmark = pytest.mark.django_db

WITHOUT_SECOND_FACTOR = {
    "accounts/second-factor/switch-off/",
    "accounts/recovery-codes/",
    "accounts/recovery-codes/file/",
}
"""They lead to nothing for whoever has none; tests/accounts has their tests."""
ADMIN_PAGES = ("/admin/", "/admin/hospital/user/", "/admin/password_change/")


def entered(response: HttpResponse) -> bool:
    """Whether the visitor was let in: neither refused nor sent to sign in."""
    sent_away = response.headers.get("Location", "").startswith("/accounts/")
    return response.status_code not in {401, 403} and not sent_away


def test_every_address_is_listed_and_every_listed_one_is_served() -> None:
    table = {route.pattern for route in listed()} | STEPS
    assert served() - table == set(), "say in tests/security/routes.py who may enter these"
    assert table - served() == set(), "these are gone: take them out of tests/security/routes.py"


@pytest.fixture
def world(doors: Doors, cast: factories.Cast, now: VirtualClock) -> World:
    return hospital(cast, now)


def sweep(doors: Doors, role: str, routes: list[tuple[Route, str]]) -> dict[str, HttpResponse]:
    """What one role is answered at each of the addresses."""
    return {str(route): doors.knock(role, route.method, path) for route, path in routes}


def wrong(answers: dict[str, dict[str, HttpResponse]], routes: list[Route]) -> dict[str, object]:
    """Where others were let in than are listed, and who got a 5xx."""
    found: dict[str, object] = {}
    for route in routes:
        of_roles = {role: answers[role][str(route)] for role in ROLES}
        let_in = {role for role, response in of_roles.items() if entered(response)}
        if let_in != route.roles:
            found[str(route)] = f"let in {sorted(let_in)}, listed {sorted(route.roles)}"
        if broken := {role: one.status_code for role, one in of_roles.items() if one.status_code >= 500}:
            found[f"{route} fails"] = broken
    return found


def writers(doors: Doors, role: str, routes: list[tuple[Route, str]]) -> dict[str, list[str]]:
    """Which of the addresses write something when ``role`` only looks, and where."""
    found: dict[str, list[str]] = {}
    for route, path in routes:
        before = sums()
        doors.knock(role, route.method, path)
        if tables := changed(before):
            found[f"{role}: {route}"] = tables
    return found


def read_by(doors: Doors, role: str, routes: list[tuple[Route, str]]) -> dict[str, HttpResponse]:
    """What a role reads, all of it at once; only when that wrote something each address is asked by itself."""
    doors.knock(role, "GET", "/healthz")  # signed in before anything is counted
    mark, before = transaction.savepoint(), sums()
    answers = sweep(doors, role, routes)
    if tables := changed(before):
        transaction.savepoint_rollback(mark)
        pytest.fail(f"reading writes {tables}: {writers(doors, role, routes)}")
    transaction.savepoint_commit(mark)
    return answers


def test_exactly_the_listed_roles_read_and_reading_changes_nothing(doors: Doors, world: World) -> None:
    """Every address leads to something that exists; every row of every table stays as it is."""
    routes = [route for route in listed() if route.method == "GET"]
    answers = {role: read_by(doors, role, [(one, world.path(one)) for one in routes]) for role in ROLES}
    assert wrong(answers, routes) == {}
    nowhere = {
        one.pattern
        for one in routes
        if all(answers[role][str(one)].status_code in {401, 403, 404} for role in one.roles)
    }
    assert nowhere == WITHOUT_SECOND_FACTOR, "make something in tests/security/world.py that these lead to"


def test_control_a_page_that_writes_when_it_is_read_is_found(
    doors: Doors, world: World, cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked(*, user: User) -> list[object]:
        Patient.objects.filter(pk=cast.patients["chen"].pk).update(sex="f")
        return []

    monkeypatch.setattr("booking.views.my_data.selectors.requests_of_user", looked)
    mine = [route for route in listed() if route.method == "GET" and "my-" in route.pattern]
    routes = [(route, world.path(route)) for route in mine]
    with pytest.raises(pytest.fail.Exception, match=r"GET /my-data/': \['booking_patient'\]"):
        read_by(doors, "patient", routes)


def test_exactly_the_listed_roles_may_send(doors: Doors) -> None:
    routes = [route for route in listed() if route.method == "POST" and "tokens/revoke" not in route.pattern]
    answers = {role: sweep(doors, role, [(one, one.path) for one in routes]) for role in ROLES}
    assert wrong(answers, routes) == {}


def test_no_other_method_on_any_address_fails_for_whoever_may_enter(doors: Doors) -> None:
    """What an address is for has been asked above, by everybody."""
    for_this = {(route.method, route.path) for route in listed()}
    inside = {route.path: max(route.roles - {"kiosk"}, default="anonymous") for route in listed()}
    broken = [
        f"{role}: {method} {path} -> {response.status_code}"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
        for path, role in inside.items()
        if (method, path) not in for_this and "tokens/revoke" not in path
        if (response := doors.knock(role, method, path)).status_code >= 500
    ]
    assert broken == []


def test_forms_of_other_sites_are_refused_to_whoever_may_send_them(doors: Doors) -> None:
    let_through = [
        f"{role}: {route} -> {response.status_code}"
        for route in listed()
        for role in route.roles & {"patient", "desk", "expert", "administrator"}
        if "sign-in" not in route.pattern
        if (response := doors.knock(role, "POST", route.path, with_csrf=True)).status_code
        not in {401, 403, 404, 405}
    ]
    assert let_through == []


def test_the_administration_is_for_administrators(doors: Doors) -> None:
    let_in = {
        (role, page)
        for role in ROLES
        for page in ADMIN_PAGES
        if doors.knock(role, "GET", page).status_code == 200
    }
    assert let_in == {("administrator", page) for page in ADMIN_PAGES}


def test_a_strangers_appointment_is_not_there(
    doors: Doors, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    stranger, owner = Client(), Client()
    stranger.force_login(cast.chen)
    owner.force_login(cast.lin)
    for address in ("", "calendar.ics", "cancel/", "pay/"):
        path = f"/appointments/{held.code}/{address}"
        assert owner.get(path).status_code in {200, 302}
        assert stranger.get(path).status_code == 404
        assert stranger.post(path).status_code in {404, 405}
    for call in ("", "cancel/", "payments/"):
        api = f"/api/v1/appointments/{held.code}/{call}"
        headers = {"Idempotency-Key": "k1"}
        answer = stranger.post(api, '{"provider": "sandbox"}', "application/json", headers=headers)
        assert answer.status_code in {404, 405}
    assert stranger.get(f"/api/v1/appointments/{held.code}/").status_code == 404
