"""The lock of plans: one expert's plans are decided by one transaction at a time."""

from django.db import connection


def lock_plans_of(expert_code: str) -> None:
    """Wait until no other transaction decides on this expert's plans; held to the end of the transaction.

    An advisory lock, because the first plan of a period has no row to lock yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('analytics.plans'), hashtext(%s))", [expert_code]
        )
