"""Every address with every role: who is let in, who is not, and that nobody gets a 5xx."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpResponse
from django.test import Client

from booking.models import ClinicSession, Patient
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock
from tests.house.test_layout import APPS
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
FOREIGN_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?!\+08:00|[\d:.])[^\"]*")
ENGLISH = {"Accept-Language": "en"}
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


def foreign_times(answers: dict[str, dict[str, HttpResponse]]) -> dict[str, list[str]]:
    """Moments of the API with another offset than the hospital's, by address."""
    found = {
        route: FOREIGN_TIME.findall(answer.content.decode())
        for of_role in answers.values()
        for route, answer in of_role.items()
        if "api/v1/" in route and not answer.streaming
    }
    return {route: times for route, times in found.items() if times}


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
    assert foreign_times(answers) == {}, "every moment of the API has the hospital's offset: clock.stated"


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
    routes = [route for route in listed() if route.method == "POST"]
    answers = {role: sweep(doors, role, [(one, one.path) for one in routes]) for role in ROLES}
    assert wrong(answers, routes) == {}


def test_a_nul_in_an_address_is_refused_in_words_before_it_is_looked_for(doors: Doors) -> None:
    for path in (
        "/",
        "/manage/policy/?of=expert:%00",
        "/manage/symptoms/?department=%00",
        "/desk/book/?patient=%00",
    ):
        page = doors.knock("manager", "GET", f"{path}{'&' if '?' in path else '?'}q=a%00b", **ENGLISH)
        assert (page.status_code, "The request could not be read" in page.content.decode()) == (400, True), (
            path
        )
    answer = doors.knock("manager", "GET", "/api/v1/experts/?q=%00")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_no_other_method_on_any_address_fails_for_whoever_may_enter(doors: Doors) -> None:
    """What an address is for has been asked above, by everybody."""
    for_this = {(route.method, route.path) for route in listed()}
    inside = {route.path: max(route.roles - {"kiosk"}, default="anonymous") for route in listed()}
    broken = [
        f"{role}: {method} {path} -> {response.status_code}"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
        for path, role in inside.items()
        if (method, path) not in for_this
        if (response := doors.knock(role, method, path)).status_code >= 500
    ]
    assert broken == []


def fields_of_pages() -> set[str]:
    """Every name that a form of ours reads."""

    def below(kind: type[BaseForm]) -> set[type[BaseForm]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    ours = [form for form in below(BaseForm) if form.__module__.split(".")[0] in APPS]
    return {name for form in ours for name in getattr(form, "base_fields", {})}


def test_what_the_database_does_not_take_is_never_a_fault_of_ours(doors: Doors, world: World) -> None:
    """In every field: of an address a number beyond all bounds, which is as if it were not there, of a form a NUL."""
    names, broken, answers = fields_of_pages(), [], dict[str, int]()
    for route in listed():
        if route.pattern.startswith("api/"):
            continue  # tests/security/test_schema.py sends worse
        role, path = max(route.roles - {"kiosk"}, default="anonymous"), world.path(route)
        reads = route.method == "GET"
        sent = urlencode(dict.fromkeys(names, "9" * 40 if reads else "a\0"))
        answer = doors.knock(
            role, route.method, f"{path}?{sent}" if reads else path, form="" if reads else sent
        )
        answers[str(route)] = answer.status_code
        broken += [f"{role}: {route}"] if answer.status_code >= 500 else []
    assert broken == []
    assert (answers["GET /manage/symptoms/"], answers["POST /manage/symptoms/save/"]) == (200, 400)


def test_forms_of_other_sites_are_refused_in_words_to_whoever_may_send_them(doors: Doors) -> None:
    let_through, speechless = [], []
    for route in listed():
        for role in route.roles & {"patient", "desk", "expert", "administrator"}:
            if "sign-in" in route.pattern:
                continue
            response = doors.knock(role, "POST", route.path, with_csrf=True, **ENGLISH)
            if response.status_code not in {401, 403, 404, 405}:
                let_through.append(f"{role}: {route} -> {response.status_code}")
            said = "CSRF" if route.pattern.startswith("api/") else "This page has expired"
            refused = route.method == "POST" and response.status_code == 403
            if refused and said not in response.content.decode():
                speechless.append(f"{role}: {route}")
    assert (let_through, speechless) == ([], [])


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
