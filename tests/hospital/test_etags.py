"""An answer that has not changed is said to be unchanged (304), and one that has is never taken for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from booking.models import ClinicSession
from hospital.common import public_pages
from tests import factories
from tests.booking.conftest import cast, tomorrow
from tests.clock import VirtualClock
from tests.security.doors import Doors, doors
from tests.security.routes import listed
from tests.security.world import hospital

__all__ = ["cast", "doors", "tomorrow"]

pytestmark = pytest.mark.django_db
KNOWN = "If-None-Match"
UNKEPT = {"api/v1/tickets/<slug:code>/"}
"""What may be kept nowhere has no version."""


def test_every_answer_of_the_api_is_unchanged_until_something_changes(
    doors: Doors, cast: factories.Cast, now: VirtualClock
) -> None:
    world, unkept = hospital(cast, now), set()
    for route in listed():
        if route.method != "GET" or not route.pattern.startswith("api/"):
            continue
        role = max(route.roles & {"patient", "desk", "manager"})
        first = doors.knock(role, "GET", world.path(route))
        assert first.status_code == 200, route
        if first.headers.get("Cache-Control") == "no-store":
            unkept.add(route.pattern)
            continue
        second = doors.knock(role, "GET", world.path(route), **{KNOWN: first["ETag"]})
        assert (second.status_code, second.content) == (304, b""), route
    assert unkept == UNKEPT


def asked(client: Client, path: str, known: str = "") -> Any:
    return client.get(path, headers={KNOWN: known} if known else {})


@pytest.mark.parametrize("path", ["experts/", "sessions/", "appointments/", "messages/"])
def test_a_list_that_has_changed_is_sent(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, path: str
) -> None:
    client, path = Client(), f"/api/v1/{path}"
    client.force_login(cast.lin)
    first = asked(client, path)
    assert asked(client, path, first["ETag"]).status_code == 304
    for slot in factories.slots(tomorrow):
        for _number in range(slot.quota - 1):
            factories.book(slot, factories.person(slot.index * 9 + _number, now()), None, now())
    factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    second = asked(client, path, first["ETag"])
    assert (second.status_code, second["ETag"] != first["ETag"]) == (200, True)
    assert second.json() != first.json()


def test_what_one_account_knows_is_nothing_to_another(cast: factories.Cast, now: VirtualClock) -> None:
    lin, chen = Client(), Client()
    lin.force_login(cast.lin)
    chen.force_login(cast.chen)
    known = asked(lin, "/api/v1/patients/")["ETag"]
    assert asked(lin, "/api/v1/patients/", known).status_code == 304
    assert asked(chen, "/api/v1/patients/", known).json()["results"][0]["name"] == "陈大海"


@pytest.mark.parametrize("path", ["/appointments/", "/my-data/", "/messages/"])
def test_pages_of_patients_are_kept_nowhere(cast: factories.Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.lin)
    page = asked(client, path)
    assert (page["Cache-Control"], page.headers.get("ETag")) == ("no-store", None)


@pytest.fixture
def _kept(settings: Any) -> Any:
    settings.PUBLIC_FRESH_S = 3
    public_pages.forget()
    yield
    public_pages.forget()


@pytest.mark.usefixtures("_kept")
def test_a_public_page_is_unchanged_for_the_browser_that_has_its_forms(
    tomorrow: ClinicSession, now: VirtualClock
) -> None:
    mine, other = Client(), Client()
    first = asked(mine, "/")
    second = asked(mine, "/", first["ETag"])
    assert (second.status_code, second.content) == (304, b"")
    assert asked(other, "/", first["ETag"]).status_code == 200, "the token of its forms is another's"
    factories.hold(factories.slots(tomorrow)[3], factories.person(9, now()), None, now())
    public_pages.forget()
    assert asked(mine, "/", first["ETag"]).status_code == 200


@pytest.mark.usefixtures("_kept")
def test_a_page_with_a_key_for_one_booking_is_new_each_time(tomorrow: ClinicSession) -> None:
    client, path = Client(), f"/experts/{tomorrow.expert.code}/"
    first = asked(client, path)
    assert asked(client, path, first.headers.get("ETag", "none")).status_code == 200
