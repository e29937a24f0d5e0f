"""``manage.py verify_invariants``: ask the database whether everything that is always true is true now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.selectors import invariants as analytics
from booking.selectors import invariants as booking
from hospital.common.invariants import FLOOR, broken
from queueing.selectors import invariants as queueing


class Command(BaseCommand):
    """Changes nothing; may run beside everything else."""

    help = "Check the guarantees as queries: exit 1 and what broke, in words."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what broke."""
        asked = (*FLOOR, *booking.INVARIANTS, *queueing.INVARIANTS, *analytics.INVARIANTS)
        found = list(broken(asked))
        for breach in found:
            self.stdout.write(f"BROKEN: {breach.name}")
            for row in breach.rows:
                self.stdout.write(f"  {row}")
            if breach.more:
                self.stdout.write("  and more")
        if found:
            raise CommandError(f"{len(found)} of {len(asked)} invariants are broken")
        self.stdout.write(f"All {len(asked)} invariants hold.")
