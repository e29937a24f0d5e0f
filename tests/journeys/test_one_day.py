"""One clinic day through every app: history in, quotas out, booked, paid, walked in, called, and back into history."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from analytics.models import NightRun, QuotaPlan, Visit
from analytics.services.plans import plan_approve
from analytics.tasks import apply_plans
from booking import services as booking
from booking.models import Appointment, ClinicSession
from hospital.common import clock
from hospital.common.actor import Actor
from queueing import selectors as queue_reads
from queueing import services as queueing
from tests import factories
from tests.analytics.nights import night
from tests.booking.test_payments import paid
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db

FIELDS = [
    "expert_code", "session_date", "opens_at", "closes_at", "walk_in_opens_at", "slot_minutes", "channel",
    "slot_starts_at", "registered_at", "checked_in_at", "called_at", "started_at", "finished_at", "outcome",
    "patient_ref",
]  # fmt: skip


def history_file(folder: Path, day: date) -> Path:
    """Eight past sessions of the same weekday: six walk-ins before opening, a consultation every 6 minutes."""
    path = folder / "history.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, FIELDS)
        rows.writeheader()
        for week in range(1, 9):
            past = day - timedelta(weeks=week)
            frame = {
                "expert_code": "zhao", "session_date": past, "opens_at": "08:00", "closes_at": "12:00",
                "walk_in_opens_at": "07:00", "slot_minutes": 60, "outcome": "done",
            }  # fmt: skip
            for number in range(36):
                minute = 6 * number
                start = f"{past} {8 + minute // 60:02d}:{minute % 60:02d}"
                finish = f"{past} {8 + minute // 60:02d}:{minute % 60 + 5:02d}:59"
                walk_in = number < 6
                registered = (
                    f"{past} 07:{10 + number:02d}" if walk_in else f"{past - timedelta(days=2)} 09:00"
                )
                rows.writerow(
                    frame
                    | {"channel": "walk_in" if walk_in else "appointment", "registered_at": registered}
                    | {"started_at": start, "finished_at": finish, "patient_ref": f"{week}-{number}"}
                )
    return path


def test_one_clinic_day_feeds_the_next_nights_quotas(tmp_path: Path, now: VirtualClock) -> None:
    cast = factories.cast(now())
    doctor = factories.expert(account=cast.dr_zhao)
    day = clock.local(now()).date() + timedelta(days=9)
    factories.template(doctor, day)
    booking.sessions_generate(until=day, now=now())
    session = ClinicSession.objects.get(expert=doctor, date=day)
    assert [slot.quota for slot in factories.slots(session)] == [5, 5, 5, 5]

    # a hospital's history goes in, quotas come out, a manager approves
    call_command("import_visits", str(history_file(tmp_path, day)), verbosity=0)
    night(now())
    plan = QuotaPlan.objects.get(expert_code="zhao", weekday=day.isoweekday())
    plan_approve(code=plan.code, actor=Actor.of(cast.manager), now=now())
    apply_plans(now())
    quotas = [slot.quota for slot in factories.slots(session)]
    assert sum(quotas) == 20
    assert quotas[0] < 5

    # two days on the numbers are out: a patient holds one and pays
    now.at("07:00", days=2)
    booking.sessions_advance(now())
    later = factories.slots(session)[2]
    held = factories.hold(later, cast.patients["lin"], cast.lin, now())
    payment = booking.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    booking.payment_notice_apply(notice=paid(payment), now=now())

    # on the day the desk registers a walk-in and checks the patient in, the expert calls both
    desk, expert = Actor.of(cast.desk), Actor.of(cast.dr_zhao)
    now.at("07:20", days=7)
    walk_in = queueing.walk_in_register_and_ticket(
        session_code=session.code, patient_id=cast.patients["chen"].pk, payment="cash", actor=desk, now=now()
    )
    now.at("10:50")
    booked = queueing.ticket_check_in(appointment_id=held.pk, actor=desk, now=now())
    order = []
    for _turn in range(2):
        ticket = queueing.ticket_call_next(session_code=session.code, actor=expert, now=now())
        board = queue_reads.session_board(session_code=session.code, now=now())
        assert board.now_serving is not None
        order.append(ticket.pk)
        now.advance(seconds=30)
        queueing.ticket_start(code=ticket.code, actor=expert, now=now())
        now.advance(minutes=6)
        queueing.ticket_finish(code=ticket.code, actor=expert, now=now())
    assert order == [booked.pk, walk_in.pk], "within a slot, appointments come before walk-ins"
    assert Appointment.objects.get(pk=held.pk).state == "seen"
    now.at("12:30")
    queueing.session_end(session_id=session.pk, actor=desk, now=now())

    # the night takes the day's visits in, once
    before = Visit.objects.count()
    now.at("02:10", days=1)
    night(now())
    night(now(), NightRun.Kind.MANUAL)
    assert Visit.objects.count() == before + 2
    added = Visit.objects.order_by("-pk")[:2]
    assert sorted(visit.channel for visit in added) == ["appointment", "walk_in"]
    assert all(visit.outcome == "done" and visit.started_at and visit.finished_at for visit in added)
    call_command("verify_invariants", verbosity=0)
