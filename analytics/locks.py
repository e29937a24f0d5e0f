"""The locks of plans and nights: one expert's plans are decided, and a night begun, by one transaction at a time."""

from collections.abc import Iterable

from django.db import connection


def lock_plans_of(*expert_codes: str) -> None:
    """Wait until no other transaction decides on these experts' plans; held to the end of the transaction.

    Advisory locks, because the first plan of a period has no row to lock yet.
    """
    _lock("analytics.plans", expert_codes)


def lock_nights() -> None:
    """Wait until no other transaction begins a night; held to the end of the transaction."""
    _lock("analytics.nights", [""])


def _lock(what: str, which: Iterable[str]) -> None:
    """Lock them in the order of their codes, as everybody does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(code)) FROM unnest(%s::text[]) AS code",
            [what, sorted(which)],
        )
