"""The pages of screens and tickets: what they show to whom, kept by nobody, changed by POST only."""

import pytest
from django.test import Client

from queueing.models import Screen, Ticket
from queueing.services import screen_add, screen_revoke
from tests import factories
from tests.queueing.conftest import Morning


@pytest.fixture
def token(morning: Morning) -> str:
    morning.now.at("07:30")
    return screen_add(
        name="神内候诊",
        place="3F B",
        room_codes=[morning.session.room.code],
        actor=morning.desk,
        now=morning.now(),
    )[1]


def test_the_screen_shows_masked_names_and_needs_no_cookie(
    morning: Morning, token: str, client: Client
) -> None:
    morning.now.at("07:30")
    ticket = morning.walk_in("07:31")
    answer = client.get(f"/screens/{token}/?lang=en")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert ticket.display in page
    assert ticket.patient.name not in page
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]


def test_a_revoked_screen_and_an_unknown_one_are_both_not_found(
    morning: Morning, token: str, client: Client
) -> None:
    screen_revoke(screen_code=Screen.objects.get().code, actor=morning.desk, now=morning.now())
    for address in (f"/screens/{token}/", f"/screens/{token}/live/", "/screens/nonsense/"):
        assert client.get(address).status_code == 404


def test_an_unchanged_region_is_answered_with_304_and_when_it_was_read(
    morning: Morning, token: str, client: Client
) -> None:
    first = client.get(f"/screens/{token}/live/")
    again = client.get(f"/screens/{token}/live/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["X-As-Of"].startswith("2026-11-02T07:30")
    morning.walk_in("07:31")
    changed = client.get(f"/screens/{token}/live/", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert int(changed["X-Revision"]) > int(first["X-Revision"])


def test_the_page_and_its_own_address_show_the_same_region(
    morning: Morning, token: str, client: Client
) -> None:
    morning.walk_in("07:31")
    region = client.get(f"/screens/{token}/live/?lang=en").content.decode()
    assert region in client.get(f"/screens/{token}/?lang=en").content.decode()


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        (None, "It is your turn"),
        ("start", "You are with the doctor"),
        ("pass", "You were passed"),
        ("leave", "You have left the queue"),
    ],
)
def test_the_ticket_says_what_to_do_in_every_state(
    morning: Morning, client: Client, verb: str | None, expected: str
) -> None:
    ticket = morning.walk_in("07:31")
    morning.call("08:00")
    if verb == "pass":
        morning.do("recall", ticket, "08:02")
        morning.do("recall", ticket, "08:04")
        morning.do("pass", ticket, "08:06")
    elif verb:
        morning.do(verb, ticket, "08:02")
    page = client.get(f"/t/{ticket.code}/", headers={"accept-language": "en"})
    assert expected in page.content.decode()


def test_a_waiting_ticket_without_data_says_so_and_never_tells_anybody_to_leave(
    morning: Morning, client: Client
) -> None:
    morning.walk_in("07:31")
    ticket = morning.walk_in("07:32")
    page = client.get(f"/t/{ticket.code}/", headers={"accept-language": "en"}).content.decode()
    assert "Cannot estimate yet" in page
    assert "You can leave now" not in page


def test_a_ticket_carries_no_name_and_is_kept_nowhere(morning: Morning, client: Client) -> None:
    ticket = morning.walk_in("07:31")
    answer = client.get(f"/t/{ticket.code}/")
    assert ticket.patient.name not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_leaving_asks_first_and_changes_nothing_on_get(morning: Morning, client: Client) -> None:
    ticket = morning.walk_in("07:31")
    assert client.get(f"/t/{ticket.code}/leave/").status_code == 200
    assert Ticket.objects.get(pk=ticket.pk).state == "waiting"
    assert client.post(f"/t/{ticket.code}/leave/").status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).state == "left"


def test_an_unknown_ticket_is_not_found(morning: Morning, client: Client) -> None:
    for address in ("/t/NONSENSE/", "/t/NONSENSE/live/", "/t/NONSENSE/leave/"):
        assert client.get(address).status_code == 404


def test_a_manager_adds_a_screen_sees_its_address_once_and_switches_it_off(
    morning: Morning, client: Client
) -> None:
    client.force_login(morning.cast.manager)
    form = {"name": "东厅", "place": "1F", "room_codes": [morning.session.room.code], "language": "zh-hans"}
    answer = client.post("/manage/screens/add/", form)
    assert answer.status_code == 201
    address = answer.context["added_url"]
    assert client.get(address).status_code == 200
    assert address not in client.get("/manage/screens/").content.decode()
    screen = Screen.objects.get(name="东厅")
    assert client.get(f"/manage/screens/{screen.code}/revoke/").status_code == 405
    client.post(f"/manage/screens/{screen.code}/revoke/")
    assert client.get(address).status_code == 404


def test_a_screen_without_rooms_is_refused_with_a_reason(morning: Morning, client: Client) -> None:
    client.force_login(morning.cast.manager)
    answer = client.post("/manage/screens/add/", {"name": "x", "language": "zh-hans"})
    assert answer.status_code == 422
    assert not Screen.objects.exists()


@pytest.mark.parametrize("who", ["lin", "desk", "dr_zhao"])
def test_only_managers_and_administrators_see_the_screens(morning: Morning, client: Client, who: str) -> None:
    client.force_login(getattr(morning.cast, who))
    assert client.get("/manage/screens/").status_code == 403


def test_the_list_costs_the_same_number_of_queries_however_many_screens(
    morning: Morning, client: Client, django_assert_max_num_queries: object
) -> None:
    client.force_login(factories.user("boss", "manager"))
    for number in range(12):
        screen_add(
            name=f"s{number}",
            place="",
            room_codes=[morning.session.room.code],
            actor=morning.desk,
            now=morning.now(),
        )
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        client.get("/manage/screens/")
