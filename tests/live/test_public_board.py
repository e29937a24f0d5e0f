"""The board of a session for everybody: numbers only, live, right in every state."""

from django.test import Client

from booking.models import ClinicSession
from booking.services import session_open_if_due
from queueing.public_regions import board_source, board_view
from queueing.services import session_end, session_pause
from tests.queueing.conftest import Morning


def page(client: Client, morning: Morning) -> str:
    answer = client.get(f"/board/{morning.session.code}/", headers={"accept-language": "en"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    return " ".join(answer.content.decode().split())


def test_the_board_shows_numbers_and_how_many_wait_but_no_name(morning: Morning, client: Client) -> None:
    people = [morning.walk_in("07:10") for _turn in range(4)]
    morning.serve("08:00")
    shown = page(client, morning)
    assert '<strong class="number">A01</strong>' in shown
    assert "<dt>People waiting</dt> <dd> 3 </dd>" in shown
    assert all(ticket.display in shown for ticket in people)
    assert not any(part in shown for ticket in people for part in (ticket.patient.name, "客*", ticket.code))


def test_the_board_says_what_a_newcomer_would_wait(morning: Morning, client: Client) -> None:
    for _turn in range(8):
        morning.walk_in("07:10")
    assert "Cannot estimate yet" in page(client, morning)
    for minute in range(5):
        morning.serve(f"08:{minute * 6:02d}")
    assert "<dt>If you register now: called</dt> <dd> 08:4" in page(client, morning)


def test_the_board_says_when_nobody_is_called(morning: Morning, client: Client) -> None:
    assert "from 07:00" in page(client, morning)
    morning.walk_in("07:10")
    morning.do("finish", morning.serve("08:00"), "08:10")
    session_end(session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("12:10"))
    assert "This clinic is over for today" in page(client, morning)


def test_the_board_tells_of_a_pause_and_counts_it_in(morning: Morning, client: Client) -> None:
    for _turn in range(8):
        morning.walk_in("07:10")
    for minute in range(5):
        morning.serve(f"08:{minute * 6:02d}")
    code, now = morning.session.code, morning.now.at("08:26")
    session_pause(session_code=code, reason="break", minutes=30, actor=morning.doctor, now=now)
    shown = page(client, morning)
    assert "Paused until about 08:56: " in shown
    assert "<dt>If you register now: called</dt> <dd> 09:0" in shown


def test_the_board_says_that_a_clinic_was_stopped(morning: Morning, client: Client) -> None:
    ClinicSession.objects.filter(pk=morning.session.pk).update(state="stopped")
    assert "This clinic was stopped" in page(client, morning)


def test_everybody_who_looks_shares_one_region_and_hears_of_each_change(morning: Morning) -> None:
    session_open_if_due(session_id=morning.session.pk, now=morning.now.at("07:00"))
    ticket = morning.walk_in("07:10")
    source = board_source(code=morning.session.code, language="en")
    again = board_source(code=morning.session.code, language="en")
    assert source is not None
    assert again is not None
    assert (source.key, source.topics) == (again.key, {f"queue.{ticket.queue_id}"})
    before = source.build()
    morning.walk_in("07:11")
    after = source.build()
    assert after.revision > before.revision
    assert after.data["html"] != before.data["html"]


def test_an_unknown_session_has_no_board(db: None, client: Client) -> None:
    for address in ("/board/NOBODY23/", "/board/NOBODY23/live/"):
        assert client.get(address).status_code == 404
    assert board_source(code="NOBODY23", language="en") is None


def test_the_page_and_its_own_address_show_the_same_region(morning: Morning, client: Client) -> None:
    morning.walk_in("07:31")
    region = client.get(f"/board/{morning.session.code}/live/", headers={"accept-language": "en"})
    assert (
        str(board_view(code=morning.session.code, language="en", now=morning.now()).html)
        == region.content.decode()
    )
