"""The pages of the demo: starting points, messages, the clock."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from hospital.accounts.demo import code_lasts_s, totp_code
from hospital.common import clock
from hospital.models import User

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def accounts(settings: Any, tmp_path: Path) -> dict[str, Any]:
    settings.DATA_DIR = tmp_path
    made = {
        "patient": {"username": "p", "password": "pw-p", "phone": "+8613800138000", "token": "t"},
        "desk": {"username": "d", "password": "pw-d", "totp_secret": SECRET, "token": "t"},
        "screen": {"url": "/screens/abc/", "token": "abc"},
        "gateway": {"url": "http://127.0.0.1:8001"},
    }
    (tmp_path / "demo-accounts.json").write_text(json.dumps(made))
    User.objects.create(username="p", role="patient")
    User.objects.create(username="d", role="desk")
    return made


@pytest.fixture
def movable() -> Iterator[None]:
    yield
    clock.reset()


def test_the_start_page_shows_what_each_role_needs(accounts: dict[str, Any], client: Client) -> None:
    page = client.get("/demo/").content.decode()
    for text in ["pw-p", "pw-d", "+8613800138000", totp_code(SECRET, time.time()), "/screens/abc/", "/desk/"]:
        assert text in page


def test_the_start_page_lives_before_the_hospital_is_set_up(
    settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.DATA_DIR = tmp_path
    assert client.get("/demo/").status_code == 200


@pytest.mark.parametrize(("key", "start"), [("patient", "/"), ("desk", "/desk/")])
def test_one_press_signs_in(accounts: dict[str, Any], client: Client, key: str, start: str) -> None:
    response = client.post(f"/demo/sign-in/{key}/")
    assert response["Location"] == start
    assert client.session["_auth_user_id"]


def test_looking_signs_nobody_in(accounts: dict[str, Any], client: Client) -> None:
    assert client.get("/demo/sign-in/desk/").status_code == 405
    assert client.post("/demo/sign-in/nobody/").status_code == 404


def test_a_sent_code_stands_in_the_outbox(client: Client) -> None:
    cache.clear()
    client.post("/accounts/login/", {"phone": "13800138000"})
    page = client.get("/demo/outbox/").content.decode()
    assert "+8613800138000" in page
    assert "your code is" in page


@pytest.mark.usefixtures("movable")
def test_the_clock_moves_by_steps_and_to_a_moment_and_back(client: Client) -> None:
    client.post("/demo/clock/", {"step_min": "60"})
    assert abs(clock.now() - clock.wall() - timedelta(hours=1)) < timedelta(seconds=5)
    there = (clock.local(clock.wall()) + timedelta(days=2)).replace(
        hour=6, minute=59, second=0, microsecond=0
    )
    client.post("/demo/clock/", {"moment": there.strftime("%Y-%m-%dT%H:%M")})
    assert clock.local(clock.now()).strftime("%H:%M") == "06:59"
    assert "Moved." in client.get("/demo/clock/").content.decode()
    client.post("/demo/clock/", {"reset": "1"})
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=5)


@pytest.mark.usefixtures("movable")
@pytest.mark.parametrize(
    "data",
    [{}, {"moment": "tomorrow"}, {"moment": "9999-12-31T23:59"}, {"step_min": "x"}, {"step_min": "999999999999999999"},
     {"moment": "2026-01-01T00:00", "step_min": "5"}],
)  # fmt: skip
def test_an_impossible_moment_moves_nothing(client: Client, data: dict[str, str]) -> None:
    response = client.post("/demo/clock/", data)
    assert response.status_code == 200
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=5)


def test_looking_at_the_clock_moves_nothing(client: Client) -> None:
    client.get("/demo/clock/", {"step_min": "60"})
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=5)


def test_codes_change_every_half_minute() -> None:
    assert totp_code(SECRET, 59) == totp_code(SECRET, 30) != totp_code(SECRET, 60)
    assert [code_lasts_s(at) for at in (0, 29, 30)] == [30, 1, 30]


def test_outside_the_demo_there_are_no_such_pages(settings: Any) -> None:
    from importlib import reload

    from hospital.views import demo

    settings.DEMO = False
    assert reload(demo).urlpatterns == []
    settings.DEMO = True
    reload(demo)
    with pytest.raises(NoReverseMatch):
        reverse("demo:nothing")
