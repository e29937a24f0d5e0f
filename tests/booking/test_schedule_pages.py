"""The pages of the schedule: week, periods, leave, extra sessions and substitutes."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import services
from booking.models import Absence, ClinicSession, SessionTemplate, Stop
from tests import factories
from tests.booking.stopped import StoppedClinic, text

pytestmark = pytest.mark.django_db


def test_the_week_shows_sessions_holidays_and_filters_in_a_constant_number_of_queries(
    manager: Client, clinic: StoppedClinic
) -> None:
    day = clinic.session.date
    address = f"/manage/schedule/?day={day.isoformat()}"
    after = day + timedelta(days=1)
    Absence.objects.create(kind="holiday", first_day=after, last_day=after, reason="Moving house")
    page = manager.get(address)
    assert "Moving house" in text(page)
    assert clinic.session.code in text(page)
    assert {row.expert.code for row in page.context["rows"]} == {"zhao", "qian"}
    assert len(manager.get(f"{address}&expert=qian").context["rows"]) == 1
    with CaptureQueriesContext(connection) as few:
        manager.get(address)
    for number in range(10):
        factories.session(day, now=clinic.now(), doctor=factories.expert(f"more{number}"))
    with CaptureQueriesContext(connection) as many:
        manager.get(address)
    assert len(many) == len(few) <= 16
    assert manager.get("/manage/schedule/?day=nonsense&department=no%20code").status_code == 200


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "x"])
def test_a_week_out_of_reach_is_this_week(manager: Client, clinic: StoppedClinic, day: str) -> None:
    page = manager.get("/manage/schedule/", {"day": day})
    assert page.context["first"] == manager.get("/manage/schedule/").context["first"]
    refused = manager.post("/manage/schedule/extra/", {"day": day}).content.decode()
    assert ("This is no day between 2000 and 2100." in refused) == day.endswith(("12-31", "01-01"))


def test_a_period_is_added_changed_and_ended_on_its_page(manager: Client, clinic: StoppedClinic) -> None:
    form = {
        "expert": clinic.session.expert_id,
        "weekday": "6",
        "opens_at": "13:00",
        "closes_at": "17:00",
        "walk_in_opens_at": "12:30",
        "room": clinic.session.room_id,
        "slot_minutes": "60",
        "capacity_per_slot": "12",
        "share": "50",
        "fee": "",
        "every_weeks": "2",
        "valid_from": "2026-11-02",
        "valid_until": "",
    }
    added = manager.post("/manage/schedule/templates/new/", form)
    assert added.status_code == 302
    page = added.url
    made = SessionTemplate.objects.get(weekday=6)
    assert (made.every_weeks, made.fee_fen) == (2, None)
    assert manager.get(page).status_code == 200
    assert manager.post(page, form | {"fee": "65.50"}).status_code == 302
    assert ClinicSession.objects.get(date__week_day=7).fee_fen == 6550
    assert manager.post(page, form | {"valid_until": "2026-01-01"}).status_code == 422
    refused = manager.post(
        "/manage/schedule/templates/new/", form | {"opens_at": "16:00", "closes_at": "18:00"}
    )
    assert refused.status_code == 409
    manager.post(f"{page}end/", {"last_day": "2026-11-02"})
    assert not ClinicSession.objects.filter(date__week_day=7).exists()


def test_a_leave_over_booked_days_leads_to_the_stops(manager: Client, clinic: StoppedClinic) -> None:
    clinic.book()
    form = {
        "kind": "leave",
        "expert": clinic.session.expert_id,
        "first_day": clinic.session.date.isoformat(),
        "last_day": clinic.session.date.isoformat(),
        "reason": "training",
    }
    address = "/manage/schedule/absences/"
    assert manager.post(address, form | {"expert": ""}).status_code == 422
    asked = manager.post(address, form)
    preview = asked.context["preview"]
    assert (preview.withdrawn, preview.stopped, preview.affected) == (0, 0, 1)
    assert "Keep this absence?" in text(asked)
    assert "Keep this absence?" not in text(manager.post(address, form | {"change": "1"}))
    assert not Absence.objects.exists(), "a question changes nothing"
    answer = manager.post(address, form | {"seen": preview.mark})
    assert answer.url == "/manage/stops/"
    assert "training" in text(manager.get(answer.url))
    assert Stop.objects.get().state == "proposed"


def test_removing_an_absence_says_what_stays_stopped_and_offers_an_extra_session_instead(
    manager: Client, clinic: StoppedClinic
) -> None:
    session, expert = clinic.next_week, clinic.session.expert
    effect = services.absence_add(
        kind="leave",
        expert_id=expert.pk,
        first_day=session.date,
        last_day=session.date,
        reason="training",
        actor=clinic.manager,
        now=clinic.now(),
    )
    page = f"/manage/schedule/absences/{effect.absence.pk}/remove/"
    for answer in (manager.get(page), manager.post(page)):
        assert "1 session of these days is stopped and stays so" in text(answer)
    assert not Absence.objects.exists()
    extra = re.search(r'href="([^"]*schedule/extra/[^"]*)"', text(answer))
    assert extra is not None
    form = manager.get(html.unescape(extra[1])).context["form"].initial
    chosen = form | {"capacity_per_slot": "10", "share": "50", "fee": ""}
    assert manager.post("/manage/schedule/extra/", chosen).status_code == 302
    again = ClinicSession.objects.get(expert=expert, opens_at=session.opens_at, extra=True)
    assert again.date == session.date


@pytest.mark.parametrize("kind", ["", "hospital", "department"])
def test_an_absence_never_guesses_whose_it_is(manager: Client, clinic: StoppedClinic, kind: str) -> None:
    day = clinic.session.date.isoformat()
    form = {
        "kind": kind,
        "expert": clinic.session.expert_id,
        "first_day": day,
        "last_day": day,
        "reason": "ill",
    }
    assert manager.post("/manage/schedule/absences/", form).status_code == 422
    assert manager.post("/manage/schedule/absences/", form | {"seen": "0-2-0"}).status_code == 422
    assert not Absence.objects.exists()


def test_an_extra_session_and_a_substitute_are_made_on_the_pages(
    manager: Client, clinic: StoppedClinic
) -> None:
    li = factories.expert("li")
    form = {
        "expert": li.pk,
        "day": clinic.session.date.isoformat(),
        "opens_at": "14:00",
        "closes_at": "16:00",
        "walk_in_opens_at": "13:00",
        "room": clinic.session.room_id,
        "slot_minutes": "60",
        "capacity_per_slot": "10",
        "share": "50",
        "fee": "",
    }
    late = manager.post("/manage/schedule/extra/", form | {"walk_in_opens_at": "14:30"})
    assert late.status_code == 409
    assert "at the latest when the session does, at 14:00" in text(late)
    added = manager.post("/manage/schedule/extra/", form)
    assert added.status_code == 302
    assert manager.post("/manage/schedule/extra/", form).status_code == 409
    assert "is also used by" not in text(manager.get(added.url))
    beside = manager.post("/manage/schedule/extra/", form | {"expert": factories.expert("wu").pk})
    assert f"is also used by {li.label}" in text(manager.get(beside.url))
    page = f"/manage/schedule/sessions/{clinic.session.code}/"
    assert li in manager.get(page).context["substitutes"]
    assert manager.post(f"{page}substitute/", {"expert": li.pk, "reason": " "}).status_code == 400
    assert manager.post(f"{page}substitute/", {"expert": li.pk, "reason": "ill"}).status_code == 302
    clinic.session.refresh_from_db()
    assert clinic.session.expert == li
    assert "The session is taken over" in text(manager.get(page))
