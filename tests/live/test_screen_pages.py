"""The pages around screens: their set-up, lines, codes, clips; what an old page is told."""

import pytest
from django.core.cache import cache
from django.test import Client

from hospital.common import speech, throttles
from queueing import services
from queueing.models import Screen, ScreenNotice
from queueing.views import screens
from tests.queueing.conftest import Morning


@pytest.fixture
def token(morning: Morning) -> str:
    services.queues_prepare(morning.now.at("07:30"))
    return services.screen_add(
        name="神内候诊",
        place="3F",
        room_codes=[morning.session.room.code],
        actor=morning.desk,
        now=morning.now(),
    )[1]


@pytest.fixture
def screen(token: str) -> Screen:
    return Screen.objects.get()


@pytest.fixture
def manager(morning: Morning, client: Client) -> Client:
    client.force_login(morning.cast.manager)
    client.cookies["django_language"] = "en"
    return client


def setup_form(screen: Screen, morning: Morning, **changed: object) -> dict[str, object]:
    form = {
        "name": screen.name,
        "layout": "rooms",
        "theme": "dark",
        "sound": "voice",
        "language": "zh-hans",
        "bilingual": "on",
        "room_codes": [morning.session.room.code],
    }
    return {**form, **changed}


@pytest.mark.parametrize("layout", Screen.Layout.values)
@pytest.mark.parametrize("theme", Screen.Theme.values)
def test_every_layout_shows_who_is_called_and_who_comes_next(
    morning: Morning, manager: Client, screen: Screen, token: str, layout: str, theme: str
) -> None:
    department = morning.session.expert.department.code
    form = setup_form(screen, morning, layout=layout, theme=theme, department_code=department)
    assert manager.post(f"/manage/screens/{screen.code}/", form).status_code == 302
    first, second = morning.walk_in("07:31"), morning.walk_in("07:31")
    morning.call("08:00")
    page = Client().get(f"/screens/{token}/?lang=en").content.decode()
    assert f'data-theme="{theme}"' in page
    assert page.count(first.display) >= 2  # the card and the row
    assert (second.display in page) == (layout != "corridor")


def test_a_screen_in_one_language_says_everything_once(
    morning: Morning, manager: Client, screen: Screen, token: str
) -> None:
    address = f"/screens/{token}/"
    assert "Please wait for your number" in Client().get(address).content.decode()
    form = setup_form(screen, morning)
    del form["bilingual"]
    manager.post(f"/manage/screens/{screen.code}/", form)
    assert "Please wait for your number" not in Client().get(address).content.decode()


def test_the_rooms_stand_in_the_order_that_was_set_with_their_ways(
    morning: Morning, manager: Client, screen: Screen, token: str
) -> None:
    code = morning.session.room.code
    form = setup_form(screen, morning, layout="corridor")
    form |= {f"place-{code}": "3", f"arrow-{code}": "left", f"way-{code}": "过电梯"}
    manager.post(f"/manage/screens/{screen.code}/", form)
    page = Client().get(f"/screens/{token}/").content.decode()
    assert "过电梯" in page
    assert "way-left" in page
    again = manager.get(f"/manage/screens/{screen.code}/").content.decode()
    assert 'value="过电梯"' in again


def test_a_set_up_without_any_room_is_refused_in_words_and_changes_nothing(
    morning: Morning, manager: Client, screen: Screen
) -> None:
    form = setup_form(screen, morning, room_codes=[], theme="light")
    answer = manager.post(f"/manage/screens/{screen.code}/", form)
    assert answer.status_code == 422
    assert "Choose at least one room" in answer.content.decode()
    screen.refresh_from_db()
    assert (screen.theme, screen.rooms.count()) == ("dark", 1)


def test_a_page_of_an_old_set_up_is_told_to_load_again_when_it_polls(
    manager: Client, screen: Screen, token: str
) -> None:
    address = f"/screens/{token}/live/?lang=en&setup=1"
    assert Client().get(address).status_code == 200
    manager.post(f"/manage/screens/{screen.code}/reload/")
    assert Client().get(address).status_code == 205
    assert "setup=2" in Client().get(f"/screens/{token}/").content.decode()


def test_one_address_cannot_use_up_the_codes_of_all(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(throttles, "WINDOW_S", 10**9)  # one window for the whole test
    monkeypatch.setattr(screens, "CODES_PER_MIN", 2)
    asked = [Client(REMOTE_ADDR="203.0.113.9").post("/screens/pairings/") for _turn in range(3)]
    assert [answer.status_code for answer in asked] == [201, 201, 429]
    assert Client(REMOTE_ADDR="203.0.113.10").post("/screens/pairings/").status_code == 201


def test_a_manager_types_the_code_and_the_screen_goes_on_by_itself(morning: Morning, manager: Client) -> None:
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post("/screens/pairings/").status_code == 403
    page = stranger.get("/screens/")
    begun = stranger.post("/screens/pairings/", {"csrfmiddlewaretoken": page.cookies["csrftoken"].value})
    assert begun.status_code == 201
    url = begun.json()["url"]
    assert stranger.head(url).status_code == 404
    form = {
        "pairing": begun.json()["code"],
        "name": "东厅",
        "room_codes": [morning.session.room.code],
        "language": "zh-hans",
    }
    wrong = manager.post("/manage/screens/add/", {**form, "pairing": "ZZZZZZ"})
    assert wrong.status_code == 422
    assert "No screen shows this code" in wrong.content.decode()
    assert manager.post("/manage/screens/add/", form).status_code == 302
    assert stranger.get(url).status_code == 200


def test_a_manager_puts_a_line_up_and_takes_it_down(morning: Morning, manager: Client, token: str) -> None:
    address = "/manage/screens/notices/"
    assert manager.post(address, {"text": ""}).status_code == 422
    assert (
        manager.post(address, {"text": "今天停水", "text_en": "No water today", "where": ""}).status_code
        == 302
    )
    page = Client().get(f"/screens/{token}/").content.decode()
    assert "今天停水" in page
    assert '<p data-notice lang="en" hidden>No water today</p>' in page
    assert "今天停水" in manager.get(address).content.decode()
    manager.post(f"{address}{ScreenNotice.objects.get().code}/end/")
    assert "今天停水" not in Client().get(f"/screens/{token}/").content.decode()
    early = {"text": "x", "begins_at": "2026-11-02T09:00", "ends_at": "2026-11-02T08:00"}
    assert "must be later" in manager.post(address, early).content.decode()


def test_the_list_finds_by_name_and_shows_problems_alone(manager: Client, screen: Screen) -> None:
    assert screen.name in manager.get("/manage/screens/?q=神内").content.decode()
    assert "No screen fits" in manager.get("/manage/screens/?q=zzz").content.decode()
    assert "No screen fits" in manager.get("/manage/screens/?show=problems").content.decode()


def test_a_clip_is_only_of_a_call_on_this_screen(
    morning: Morning, token: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "clip", lambda text, language: text.encode())
    monkeypatch.setattr(speech, "is_possible", lambda: True)
    assert f'data-clips="/screens/{token}/clips/"' in client.get(f"/screens/{token}/").content.decode()
    ticket = morning.walk_in("07:31")
    morning.call("08:00")
    call = ticket.calls.get().pk
    said = client.get(f"/screens/{token}/clips/{call}/en/")
    assert said["Content-Type"] == "audio/wav"
    assert said.content == b"Number A 01, please go to room 305."
    assert client.get(f"/screens/nobody/clips/{call}/en/").status_code == 404
    assert client.get(f"/screens/{token}/clips/{call + 1}/en/").status_code == 204
    morning.now.advance(minutes=3)
    assert client.get(f"/screens/{token}/clips/{call}/en/").status_code == 204
