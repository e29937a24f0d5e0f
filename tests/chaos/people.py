"""Makes people with tokens, and a session three days ahead with few numbers, in a demo. Prints JSON."""

import json
import os
from datetime import timedelta

import django

from hospital import servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
servers.environment(["manage.py", "people"])
django.setup()

from hospital.accounts.services import token_issue  # noqa: E402
from hospital.common import clock  # noqa: E402
from hospital.common.actor import Actor  # noqa: E402
from tests import factories  # noqa: E402

PEOPLE = 36
QUOTAS = [6, 6, 6, 6]


def main() -> None:
    now = clock.now()
    made = factories.session(
        clock.local(now).date() + timedelta(days=3), now=now, doctor=factories.expert("chaos"), quotas=QUOTAS
    )
    people = []
    for serial in range(PEOPLE):
        account = factories.user(f"chaos-{serial}", "patient")
        patient = factories.person(serial + 500, now, account)
        token = token_issue(name="chaos", actor=Actor.of(account), now=now, user=account)
        people.append({"token": token, "patient": patient.code})
    codes = [slot.code for slot in factories.slots(made)]
    print(json.dumps({"people": people, "slots": codes, "session": made.code, "quotas": QUOTAS}))


main()
