"""Makes what the chaos tests need in a demo, and prints it as JSON.

``booking``: people with tokens and a session three days ahead with few numbers, and a second, quiet session.
``stop``: a clinic that is stopped while one of its patients is locked, until the standard input ends.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

PEOPLE, QUIET, STOPPED = 32, 4, 20
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


if __name__ == "__main__":
    import django

    from hospital import servers

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    servers.environment(["manage.py", "people"])
    django.setup()
    {"booking": booking, "stop": stop}[sys.argv[1]]()
