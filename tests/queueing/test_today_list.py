"""Today's list at the desk: everybody of the day, filtered, each line leading to the card."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import services as booking
from booking.models import ClinicSession, Patient
from hospital.common.models import StateChange
from queueing.domain.today import GROUPS, Asked
from queueing.forms import TodayForm
from queueing.selectors.today import today_list
from tests.factories import LIN_ID
from tests.queueing.conftest import Morning

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(morning: Morning, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(morning.cast.desk)
    return client


def listed(morning: Morning, **asked: object) -> list[tuple[str, str, bool]]:
    found = today_list(wanted=Asked(**asked), now=morning.now())  # type: ignore[arg-type]
    return [(line.number or line.channel, line.state, line.late) for line in found.lines]


def test_the_filter_names_every_group_of_the_day() -> None:
    assert set(TodayForm.GROUPS) == {"", *GROUPS}


def test_everybody_of_the_day_is_listed_whatever_became_of_them(morning: Morning) -> None:
    expected, arrived = morning.book(1), morning.book(2)
    morning.check_in(arrived, "07:30")
    morning.walk_in("07:40")
    seen = morning.walk_in("07:50")
    morning.do("leave", seen, "08:05", actor=morning.desk)
    assert sorted(listed(morning)) == [
        ("A01", "waiting", False),
        ("A02", "waiting", False),
        ("A03", "left", False),
        ("appointment", "booked", False),
    ]
    morning.now.at("09:01")
    assert ("appointment", "booked", True) in listed(morning), "the slot is over and nobody came"
    assert listed(morning, late=True) == [("appointment", "booked", True)]
    assert expected.state == "booked"


def test_the_list_is_in_the_order_of_the_day(morning: Morning) -> None:
    morning.book(2)
    morning.book(1)
    morning.walk_in("08:30")
    times = [line.at for line in today_list(wanted=Asked(), now=morning.now()).lines]
    assert times == sorted(times)


def test_groups_are_counted_over_what_else_is_asked(morning: Morning) -> None:
    morning.book(1)
    morning.walk_in("07:10")
    called = morning.walk_in("07:11")
    morning.do("leave", called, "07:20", actor=morning.desk)
    found = today_list(wanted=Asked(group="waiting", channel="walk_in"), now=morning.now())
    assert found.counts == {"waiting": 1, "gone": 1}
    assert (found.total, found.all_count) == (1, 2)


def test_a_transferred_patient_is_listed_where_the_new_number_is(
    morning: Morning, other_session: ClinicSession
) -> None:
    from queueing import services

    ticket = morning.walk_in("07:10")
    services.ticket_transfer(
        code=ticket.code,
        target_session_code=other_session.code,
        actor=morning.desk,
        now=morning.now.at("07:20"),
    )
    assert listed(morning, session=morning.session.code) == []
    assert len(listed(morning, session=other_session.code)) == 1


def test_the_list_costs_the_same_however_long_it_is(
    morning: Morning, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    morning.book(1)
    for _turn in range(10):
        morning.walk_in("07:10")
    with django_assert_max_num_queries(4):
        today_list(wanted=Asked(), now=morning.now())


def test_a_line_opens_its_card_and_the_card_shows_the_booking(page: Client, morning: Morning) -> None:
    booked = morning.book(1)
    morning.now.at("08:10")
    booking.sessions_advance(morning.now())
    html = page.get("/desk/today/").content.decode()
    assert f"/desk/appointments/{booked.code}/" in html
    card = page.get(f"/desk/appointments/{booked.code}/").content.decode()
    assert "Check in, print ticket" in card
    assert booked.patient.name in card


def test_a_name_is_posted_and_whom_it_found_is_kept(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    name = Patient.objects.get(pk=ticket.patient_id).name
    html = page.post("/desk/today/", {"q": name[:1]}, headers=HTMX).content.decode()
    assert name in html
    assert "<html" not in html
    assert StateChange.objects.filter(thing="patient", thing_id=ticket.patient_id, verb="read").count() == 1
    assert page.get(f"/desk/today/?q={name}x").content.decode().count("data-line") == 1, (
        "names stay out of addresses"
    )


def test_a_scanned_document_finds_its_person_only(page: Client, morning: Morning) -> None:
    from queueing import services

    morning.walk_in("07:10")
    lin = morning.cast.patients["lin"]
    services.walk_in_register_and_ticket(
        session_code=morning.session.code,
        patient_id=lin.pk,
        payment="cash",
        actor=morning.desk,
        now=morning.now(),
    )
    html = page.post("/desk/today/", {"q": LIN_ID}, headers=HTMX).content.decode()
    assert html.count("data-line") == 1
    assert LIN_ID not in html
    assert "林小雨" in html


def test_filters_that_make_no_sense_are_as_if_they_were_not_there(page: Client, morning: Morning) -> None:
    morning.walk_in("07:10")
    html = page.get("/desk/today/?state=nonsense&channel=pigeon&session=%20").content.decode()
    assert html.count("data-line") == 1
