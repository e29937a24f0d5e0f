"""The patients who wait for one session are shared out to its colleagues: proposed, and carried out one by one."""

from __future__ import annotations

import pytest
from django.test import Client

from booking import services as booking
from booking.models import Appointment, ClinicSession
from hospital.common.errors import IllegalTransition
from hospital.common.policy import policy_change
from queueing import services
from queueing.models import Ticket
from queueing.selectors.batches import share_out
from tests import factories
from tests.queueing.conftest import Morning


@pytest.fixture
def booked(morning: Morning) -> Appointment:
    """Somebody who booked the first slot, the evening before."""
    return morning.book(1)


@pytest.fixture
def colleagues(morning: Morning) -> list[ClinicSession]:
    """Two more doctors of the department with sessions the same morning; the second is known for vertigo."""
    day = morning.session.date
    made = []
    for code, specialty in (("qian", ""), ("sun", "眩晕")):
        doctor = factories.expert(code)
        doctor.specialty = specialty
        doctor.save()
        made.append(factories.session(day, now=morning.now(), doctor=doctor, quotas=[5, 5, 5, 5]))
    morning.now.at("08:00")
    booking.sessions_advance(morning.now())
    return made


def proposed(morning: Morning) -> dict[str, str]:
    rows = share_out(session_code=morning.session.code, now=morning.now()).rows
    return {row.ticket.code: row.target for row in rows}


def test_waiting_patients_are_spread_evenly_and_who_comes_for_something_goes_to_who_knows_it(
    morning: Morning, colleagues: list[ClinicSession]
) -> None:
    plain = [morning.walk_in() for _turn in range(4)]
    dizzy = [morning.walk_in() for _turn in range(2)]
    Ticket.objects.filter(pk__in=[one.pk for one in dizzy]).update(specialty="眩晕")
    qian, sun = colleagues
    found = proposed(morning)
    assert [found[one.code] for one in dizzy] == [sun.code, sun.code]
    assert sorted(found[one.code] for one in plain) == sorted([*[qian.code] * 3, sun.code])


def test_the_hospital_says_how_much_a_doctor_of_another_specialty_counts_for(
    morning: Morning, colleagues: list[ClinicSession]
) -> None:
    dizzy = [morning.walk_in() for _turn in range(4)]
    Ticket.objects.filter(pk__in=[one.pk for one in dizzy]).update(specialty="眩晕")
    qian, sun = colleagues
    assert set(proposed(morning).values()) == {sun.code}
    policy_change(actor=morning.desk, now=morning.now(), reason="test", mismatch_weight_min=0)
    assert sorted(proposed(morning).values()) == sorted([qian.code, sun.code] * 2)


def test_sharing_out_transfers_each_and_keeps_the_place_by_arrival(
    morning: Morning, booked: Appointment, colleagues: list[ClinicSession]
) -> None:
    waiting = [morning.walk_in(), morning.check_in(booked), morning.walk_in()]
    targets = proposed(morning)
    done = services.tickets_share_out(targets=targets, actor=morning.desk, now=morning.now())
    assert (len(done.sent), done.refused) == (3, ())
    assert {one.session.code for one in done.sent} <= {one.code for one in colleagues}
    assert set(Ticket.objects.filter(pk__in=[one.pk for one in waiting]).values_list("state", flat=True)) == {
        "transferred"
    }
    assert [one.registered_at for one in done.sent] == [
        next(old.registered_at for old in waiting if old.pk == one.transferred_from_id) for one in done.sent
    ]
    again = services.tickets_share_out(targets=targets, actor=morning.desk, now=morning.now())
    assert (again.sent, [type(error) for error in again.refused]) == ((), [IllegalTransition] * 3)


def test_one_who_cannot_be_sent_stops_nobody_else(morning: Morning, colleagues: list[ClinicSession]) -> None:
    first, second = morning.walk_in(), morning.walk_in()
    targets = proposed(morning)
    services.ticket_leave(code=first.code, actor=morning.desk, now=morning.now())
    done = services.tickets_share_out(targets=targets, actor=morning.desk, now=morning.now())
    assert [one.transferred_from_id for one in done.sent] == [second.pk]
    assert len(done.refused) == 1


def test_the_page_proposes_and_only_sending_the_form_changes_anything(
    morning: Morning, colleagues: list[ClinicSession], client: Client
) -> None:
    client.force_login(morning.cast.desk)
    stays, goes = morning.walk_in(), morning.walk_in()
    address = f"/desk/sessions/{morning.session.code}/share-out/"
    page = client.get(address).content.decode()
    assert stays.display in page
    assert goes.display in page
    assert Ticket.objects.filter(state="waiting").count() == 2
    answer = client.post(address, {stays.code: "", goes.code: colleagues[0].code}, follow=True)
    page = answer.content.decode()
    assert "1 patient has a new number" in page
    assert "Sent on from here" in page
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.state, goes.state) == ("waiting", "transferred")
    again = client.post(address, {goes.code: colleagues[0].code}, follow=True).content.decode()
    assert "has a new number" not in again
    assert Ticket.objects.count() == 3


def test_the_patients_of_a_stopped_clinic_can_be_shared_out(
    morning: Morning, colleagues: list[ClinicSession]
) -> None:
    morning.walk_in()
    booking.session_stop(session_id=morning.session.pk, reason="ill", actor=morning.desk, now=morning.now())
    done = services.tickets_share_out(targets=proposed(morning), actor=morning.desk, now=morning.now())
    assert len(done.sent) == 1


def test_without_a_colleague_nobody_is_proposed_and_the_page_says_what_can_be_done(
    morning: Morning, client: Client
) -> None:
    morning.now.at("08:00")
    booking.sessions_advance(morning.now())
    morning.walk_in()
    assert list(proposed(morning).values()) == [""]
    client.force_login(morning.cast.desk)
    page = client.get(f"/desk/sessions/{morning.session.code}/share-out/").content.decode()
    assert "no other session of Neurology is open now" in page
