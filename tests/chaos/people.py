"""Makes people with tokens, and a session three days ahead with few numbers, in a demo. Prints JSON."""

import json
import os
from datetime import timedelta

PEOPLE = 32
QUOTAS = [6, 6, 6, 6]


def main() -> None:
    from hospital.accounts.services import token_issue
    from hospital.common import clock
    from hospital.common.actor import Actor
    from hospital.common.policy import policy_change
    from tests import factories

    now = clock.now()
    policy_change(
        actor=Actor.job("chaos"),
        now=now,
        reason="the same few people book over and over",
        holds_per_account_day=10**6,
        unpaid_holds_per_account_day=10**6,
        patients_per_payer_30_days=10**6,
        late_cancel_limit=10**6,
        return_delay_from_h=10**6,
    )
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


if __name__ == "__main__":
    import django

    from hospital import servers

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    servers.environment(["manage.py", "people"])
    django.setup()
    main()
