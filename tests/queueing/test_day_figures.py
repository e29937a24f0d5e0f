"""The figures of a day, and ending a session by hand."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from rest_framework.test import APIClient

from booking import services as booking
from booking.models import Appointment, ClinicSession
from queueing import services
from queueing.domain.figures import together
from queueing.models import Ticket
from queueing.selectors import day_figures
from tests.queueing.conftest import Morning


def a_morning(morning: Morning) -> None:
    """Two booked (one never comes), three walk-ins: seen after 10, 25 min; one leaves, one waits, one is passed."""
    came = morning.book(1)
    morning.book(2)
    booked = morning.check_in(came, "07:40")
    walk_in, leaves, passed, _waits = (morning.walk_in(wall) for wall in ("07:50", "07:52", "07:54", "07:56"))
    assert morning.serve("08:10") == booked
    morning.do("leave", leaves, "08:12")
    morning.do("finish", booked, "08:15")
    assert morning.serve("08:15") == walk_in
    morning.do("finish", walk_in, "08:30")
    assert morning.call("08:31") == passed
    for wall in ("08:33", "08:35"):
        morning.do("recall", passed, wall)
    morning.do("pass", passed, "08:37")


def test_a_session_s_figures_are_those_of_its_patients(morning: Morning) -> None:
    a_morning(morning)
    [row] = day_figures(day=morning.session.date)
    found = row.figures
    assert (found.registered, found.walk_ins, found.seen, found.left, found.here) == (5, 4, 2, 1, 2)
    assert (found.expected, found.unresolved, found.no_shows) == (1, 0, 0)
    assert (found.first_start_at, found.last_finish_at) == (morning.now.at("08:10"), morning.now.at("08:30"))
    # the booked one from the slot at 08:00, the walk-in from 07:50
    assert (found.waits, found.waited, found.mean_wait_min) == (2, timedelta(minutes=35), 18)
    assert row.here == ("A04", "A05")
    assert row.going_on


def test_who_is_cancelled_or_transferred_counts_once_where_the_new_ticket_is(
    morning: Morning, other_session: ClinicSession
) -> None:
    moved, cancelled = morning.walk_in("07:40"), morning.walk_in("07:41")
    booking.sessions_advance(morning.now())
    services.ticket_transfer(
        code=moved.code,
        target_session_code=other_session.code,
        reason="wrong department",
        actor=morning.desk,
        now=morning.now.at("07:45"),
    )
    services.ticket_cancel(code=cancelled.code, reason="typed wrongly", actor=morning.desk, now=morning.now())
    rows = {row.session.pk: row.figures for row in day_figures(day=morning.session.date)}
    here, there = rows[morning.session.pk], rows[other_session.pk]
    assert (here.registered, here.cancelled, there.registered, there.here) == (0, 1, 1, 1)
    assert together(rows.values()).registered == 1


def test_a_patient_of_a_shared_queue_counts_where_they_were_seen(
    morning: Morning, other_session: ClinicSession
) -> None:
    services.queue_shared(
        session_ids=[morning.session.pk, other_session.pk], letter="G", now=morning.now.at("07:00")
    )
    morning.walk_in("07:40", chosen=False)
    ticket = services.ticket_call_next(
        session_code=other_session.code, actor=morning.desk, now=morning.now.at("08:00")
    )
    morning.do("start", ticket, "08:01")
    morning.do("finish", ticket, "08:05")
    seen = {row.session.pk: row.figures.seen for row in day_figures(day=morning.session.date)}
    assert seen == {morning.session.pk: 0, other_session.pk: 1}


def test_the_desk_ends_a_session_and_sees_what_it_came_to(morning: Morning, client: Client) -> None:
    a_morning(morning)
    client.force_login(morning.cast.desk)
    morning.now.at("12:10")
    page = client.get("/desk/day/", headers={"accept-language": "en"}).content.decode()
    assert "2 patients leave the queue." in page
    assert "1 who booked and did not come is for the office to decide." in page
    assert "18 min" in page
    address = f"/desk/sessions/{morning.session.code}/end/"
    ended = client.post(address, headers={"accept-language": "en"}, follow=True)
    assert "Session ended. 2 patients left the queue." in ended.content.decode()
    assert "1 to decide" in ended.content.decode()
    morning.session.refresh_from_db()
    assert morning.session.state == "closed"
    assert not Ticket.objects.filter(state__in=["waiting", "passed"]).exists()
    assert Appointment.objects.filter(state="unresolved").count() == 1
    again = client.post(address, headers={"accept-language": "en"}, follow=True)
    assert "The session had ended before. Nothing was changed." in again.content.decode()


def test_another_day_and_a_wrong_one_are_shown_without_figures_or_as_today(
    morning: Morning, client: Client
) -> None:
    client.force_login(morning.cast.manager)
    morning.walk_in("07:40")
    english = {"accept-language": "en"}
    assert (
        "No sessions on this day."
        in client.get("/desk/day/?day=2026-11-01", headers=english).content.decode()
    )
    for wrong in ("yesterday", "0001-01-01", "9999-12-31"):
        assert "A01" in client.get(f"/desk/day/?day={wrong}", headers=english).content.decode()


def test_the_figures_take_four_queries_however_many_sessions(
    morning: Morning, other_session: ClinicSession, django_assert_num_queries: object
) -> None:
    morning.walk_in("07:40")
    with django_assert_num_queries(4):  # type: ignore[operator]
        day_figures(day=morning.session.date)


def test_the_api_tells_the_figures_and_ends_a_session(morning: Morning) -> None:
    a_morning(morning)
    morning.now.at("12:10")
    api = APIClient()
    api.force_authenticate(morning.cast.desk)
    told = api.get("/api/v1/desk/day-figures/").json()
    [row] = told["results"]
    assert told["day"] == morning.session.date.isoformat()
    assert (row["session"], row["state"], row["still_here"]) == (
        morning.session.code,
        "running",
        ["A04", "A05"],
    )
    assert row["figures"] == told["total"]
    assert {
        name: told["total"][name] for name in ("registered", "seen", "left", "here", "mean_wait_min")
    } == {
        "registered": 5,
        "seen": 2,
        "left": 1,
        "here": 2,
        "mean_wait_min": 18,
    }
    assert told["total"]["first_start_at"] == "2026-11-02T08:10:00+08:00"

    end = f"/api/v1/sessions/{morning.session.code}/end/"
    assert api.post(end).json() == {"session": morning.session.code, "left": 2}
    again = api.post(end)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    total = api.get(f"/api/v1/desk/day-figures/?day={morning.session.date}").json()["total"]
    assert (total["left"], total["here"], total["unresolved"]) == (3, 0, 1)


def test_the_api_tells_nothing_of_a_day_without_sessions_and_refuses_a_wrong_one(morning: Morning) -> None:
    api = APIClient()
    api.force_authenticate(morning.cast.manager)
    nothing = api.get("/api/v1/desk/day-figures/?day=2026-11-01").json()
    assert (nothing["results"], nothing["total"]["registered"], nothing["total"]["mean_wait_min"]) == (
        [],
        0,
        None,
    )
    assert api.get("/api/v1/desk/day-figures/?day=2024-02-30").status_code == 400
    assert api.post("/api/v1/sessions/NONE/end/").status_code == 404
    api.force_authenticate(morning.cast.dr_zhao)
    assert api.get("/api/v1/desk/day-figures/").status_code == 403
