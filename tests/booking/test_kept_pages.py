"""Public pages are kept for seconds: alike for everybody, fresh at every boundary, there while the database is away."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from booking.models import ClinicSession, Expert
from hospital.common import public_pages
from tests import factories
from tests.clock import VirtualClock
from tests.factories import Cast, slots
from tests.threads import LIMIT_S, beside

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(autouse=True)
def _kept(settings: Any) -> Any:
    settings.PUBLIC_FRESH_S = 3
    public_pages.forget()
    yield
    public_pages.forget()


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The processes' own time, which tests move: ``seconds[0]``."""
    moved = [100.0]
    monkeypatch.setattr(public_pages, "monotonic", lambda: moved[0])
    return moved


def left(client: Client, path: str = "/", **headers: str) -> list[str]:
    page = client.get(path, headers={"Accept-Language": "en", **headers})
    assert page.status_code == 200
    return re.findall(r"(\d+) numbers? left", page.content.decode())


def take(session: ClinicSession, now: VirtualClock, serial: int = 9) -> None:
    factories.hold(slots(session)[3], factories.person(serial, now()), None, now())


def test_a_page_is_built_once_in_some_seconds(
    tomorrow: ClinicSession, now: VirtualClock, seconds: list[float], django_assert_num_queries: Any
) -> None:
    assert left(Client()) == ["6"]
    take(tomorrow, now)
    with django_assert_num_queries(0):
        assert left(Client()) == ["6"]
    seconds[0] += 3
    assert left(Client()) == ["5"]


def test_whoever_sees_a_page_shortly_before_its_end_has_the_next_one_built(
    tomorrow: ClinicSession, now: VirtualClock, seconds: list[float], django_assert_num_queries: Any
) -> None:
    assert left(Client()) == ["6"]
    take(tomorrow, now)
    seconds[0] += 2
    assert left(Client()) == ["6"], "nobody waits"
    with django_assert_num_queries(0):
        assert left(Client()) == ["5"], "it was built once the page before had been sent"


def test_who_is_signed_in_sees_the_page_as_it_is(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock, seconds: list[float]
) -> None:
    assert left(Client()) == ["6"]
    take(tomorrow, now)
    signed_in = Client()
    signed_in.force_login(cast.lin)
    assert left(signed_in) == ["5"]
    assert left(Client()) == ["6"], "and leaves nothing of it to others"


def test_each_language_and_size_of_text_has_its_page(tomorrow: ClinicSession, seconds: list[float]) -> None:
    pages = {
        (language, large): Client(
            headers={"Accept-Language": language}, **({"HTTP_COOKIE": "large_text=1"} if large else {})
        )
        .get("/")
        .content.decode()
        for language in ("en", "zh-hans")
        for large in (False, True)
    }
    for _turn in range(2):
        for (language, large), page in pages.items():
            assert f'lang="{language}"' in page.lower()
            assert ('data-text="large"' in page) is large


def test_each_visitor_has_a_token_of_the_own_cookie(tomorrow: ClinicSession, seconds: list[float]) -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    tokens = [TOKEN.findall(client.get("/").content.decode())[0] for client in (first, second)]
    assert tokens[0] != tokens[1]
    assert first.cookies["csrftoken"].value != second.cookies["csrftoken"].value
    for client, token, status in ((first, tokens[0], 302), (second, tokens[1], 302), (first, tokens[1], 403)):
        sent = {"language": "en", "csrfmiddlewaretoken": token}
        assert client.post("/i18n/setlang/", sent).status_code == status


def test_each_visitor_has_a_key_of_their_own(tomorrow: ClinicSession, seconds: list[float]) -> None:
    path = f"/experts/{Expert.objects.get().code}/"
    keys = [
        re.findall(r'name="key" value="([^"]+)"', Client().get(path).content.decode())[0] for _ in range(2)
    ]
    assert keys[0] != keys[1]


def test_nothing_is_kept_across_the_opening_of_walk_in_registration(
    tomorrow: ClinicSession, now: VirtualClock, seconds: list[float]
) -> None:
    now.at("06:59:59", days=1)
    assert left(Client()) == ["6"]
    now.advance(seconds=1)
    seconds[0] += 1
    assert left(Client()) == []


def test_the_last_page_is_shown_while_the_database_is_away(
    tomorrow: ClinicSession, seconds: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    list_path = "/api/v1/experts/"
    seen = Client().get(list_path).json()
    assert left(Client()) == ["6"]

    def away(**_anything: object) -> None:
        raise OperationalError("couldn't get a connection after 1.50 sec")

    monkeypatch.setattr("booking.selectors.experts_for_booking", away)
    seconds[0] += 30
    assert left(Client()) == ["6"]
    answer = Client().get(list_path)
    assert (answer.json(), answer["Age"]) == (seen, "30")
    seconds[0] += 60
    late = Client(raise_request_exception=False).get("/")
    assert (late.status_code, late["Retry-After"]) == (503, "2"), "a minute later it says so"


def test_others_see_the_last_page_while_one_builds_it(
    tomorrow: ClinicSession, seconds: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    from booking import selectors

    assert left(Client()) == ["6"]
    seconds[0] += 3
    begun, may_end, whole = threading.Event(), threading.Event(), selectors.experts_for_booking

    def slow(**wanted: Any) -> Any:
        begun.set()
        assert may_end.wait(LIMIT_S)
        return whole(**wanted)

    monkeypatch.setattr("booking.selectors.experts_for_booking", slow)
    with beside(lambda: left(Client())) as builder:
        assert begun.wait(LIMIT_S)
        assert left(Client()) == ["6"]
        may_end.set()
    assert builder.result() == ["6"]


def test_a_refusal_is_not_kept(tomorrow: ClinicSession, seconds: list[float]) -> None:
    assert Client().get("/experts/nobody/").status_code == 404
    factories.expert("nobody")
    assert Client().get("/experts/nobody/").status_code == 200


def test_only_so_many_pages_are_kept(tomorrow: ClinicSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_pages, "KEPT_MAX", 3)
    for word in "abcdefg":
        Client().get("/", {"q": word})
    assert len(public_pages._places) == 3
