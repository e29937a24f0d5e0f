"""``manage.py seed_demo``: the demo hospital, set up or topped up."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hospital.common import clock
from hospital.demo import seed


class Command(BaseCommand):
    """Set the demo hospital up; run again, it only adds what is missing."""

    help = "Set up or top up the demo hospital (demo mode only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, saying each step."""
        if not settings.DEMO:
            raise CommandError(
                "seed_demo works in the demo only: set DEMO=1, and never on a hospital's database"
            )
        seed.seed(now=clock.now(), say=lambda step: self.stdout.write(f"  {step}"))
