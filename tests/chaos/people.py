"""Makes what the chaos tests need in a demo, and prints it as JSON.

``booking``: people with tokens and a session three days ahead with few numbers, and a second, quiet session.
``stop``: a clinic that is stopped while one of its patients is locked, until the standard input ends.
``hall``: a running session with people waiting, a token for its expert, a screen before its room.
``call``: the next of them is called while nobody can ask the web process for it.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

PEOPLE, QUIET, STOPPED = 32, 4, 20
WAITING = 800 if "CHAOS_SECONDS" in os.environ else 50
QUOTAS = [6, 6, 6, 6]
MANY = 10**6


def booking() -> None:
    """No limit but the session's own, so that the same few people can book over and over."""
    from hospital.common import clock
    from hospital.demo.load import seed_load
    from tests import factories

    now = clock.now()
    factories.policy_without_limits(
        now,
        holds_per_account_day=MANY,
        unpaid_holds_per_account_day=MANY,
        patients_per_payer_30_days=MANY,
        late_cancel_limit=MANY,
        return_delay_from_h=MANY,
        challenge_from_score=MANY,
    )
    day = clock.local(now).date() + timedelta(days=3)
    busy, quiet = (
        factories.session(day, now=now, doctor=factories.expert(name, department=name), quotas=QUOTAS)
        for name in ("chaos", "quiet")
    )
    people = seed_load(patients=PEOPLE + QUIET, slots=0, quota=0, now=now)["patients"]
    print(
        json.dumps(
            {
                "people": people[:PEOPLE],
                "slots": [slot.code for slot in factories.slots(busy)],
                "session": busy.code,
                "quiet_people": people[PEOPLE:],
                "quiet_slots": [slot.code for slot in factories.slots(quiet)],
            }
        )
    )


def stop() -> None:
    """Stop a clinic of twenty while another connection keeps the tenth patient's number locked."""
    import psycopg
    from django.conf import settings

    from booking import services
    from hospital.common import clock
    from hospital.common.actor import Actor
    from tests import factories

    now = clock.now()
    day = clock.local(now).date() + timedelta(days=3)
    session = factories.session(
        day, now=now, doctor=factories.expert("stopped", department="stopped"), quotas=[STOPPED, 0, 0, 0],
        capacity=STOPPED,
    )  # fmt: skip
    slot = factories.slots(session)[0]
    booked = [factories.book(slot, factories.person(800 + n, now), None, now) for n in range(STOPPED)]
    manager = Actor(kind="manager", name="manager")
    proposed = services.stop_propose(session_id=session.pk, reason="chaos", actor=manager, now=now)
    database = settings.DATABASES["default"]
    with psycopg.connect(
        host=database["HOST"], port=database["PORT"], user=database["USER"],
        password=database["PASSWORD"], dbname=database["NAME"],
    ) as connection:  # fmt: skip
        lock = "SELECT 1 FROM booking_appointment WHERE id = %s FOR NO KEY UPDATE"
        connection.execute(lock, [booked[STOPPED // 2].pk])
        services.stop_apply(code=proposed.code, actor=manager, now=now)
        print(json.dumps({"stop": proposed.code, "codes": [one.code for one in booked]}), flush=True)
        sys.stdin.read()


def hall() -> None:
    """Opened half an hour ago, whatever the time of day; everybody has registered at the desk."""
    from decimal import Decimal

    from booking import services as booking
    from booking.services import clinic
    from hospital.accounts.services import token_issue
    from hospital.common import clock
    from hospital.common.actor import Actor
    from queueing import services
    from tests import factories

    now = clock.now()
    opens_at = (now - timedelta(minutes=30)).replace(second=0, microsecond=0)
    job, account = Actor.job("test"), factories.user("dr_hall", "expert")
    session = booking.session_create(
        expert=factories.expert("hall", department="hall", account=account),
        room=clinic.room_define(code="hall", name="301", actor=job, now=now),
        slot_minutes=60,
        capacity_per_slot=WAITING,
        appointment_share=Decimal("0.10"),
        day=clock.local(opens_at).date(),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=4),
        walk_in_opens_at=opens_at - timedelta(hours=1),
        release_at=opens_at - timedelta(days=1),
        now=opens_at - timedelta(days=2),
    )
    assert session is not None
    booking.session_release(session_id=session.pk, actor=job, now=opens_at)
    booking.session_open_if_due(session_id=session.pk, now=now)
    tickets = [
        services.walk_in_register_and_ticket(
            session_code=session.code,
            patient_id=factories.person(2000 + number, now).pk,
            payment="free",
            actor=job,
            now=now,
        )
        for number in range(WAITING)
    ]
    _screen, token = services.screen_add(name="hall", place="", room_codes=["hall"], actor=job, now=now)
    print(
        json.dumps(
            {
                "session": session.code,
                "token": token_issue(name="hall", actor=job, now=now, user=account),
                "screen": token,
                "tickets": [ticket.code for ticket in tickets],
            }
        )
    )


def call() -> None:
    """As the expert would."""
    from booking.models import ClinicSession
    from hospital.common import clock
    from hospital.common.actor import Actor
    from queueing import services
    from queueing.models import Ticket

    session, job = ClinicSession.objects.get(expert__code="hall"), Actor.job("test")
    for code in Ticket.objects.filter(called_session=session, state="called").values_list("code", flat=True):
        services.ticket_start(code=code, actor=job, now=clock.now())
    ticket = services.ticket_call_next(session_code=session.code, actor=job, now=clock.now())
    print(json.dumps({"ticket": ticket.code}))


if __name__ == "__main__":
    import django

    from hospital import servers

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    servers.environment(["manage.py", "people"])
    django.setup()
    {"booking": booking, "stop": stop, "hall": hall, "call": call}[sys.argv[1]]()
