"""``manage.py seed_load``: accounts and bookable slots by the thousand, for load tests of the demo."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hospital.common import clock
from hospital.demo.load import seed_load

QUOTA_MAX = 32_767


class Command(BaseCommand):
    """Adds rows; what exists is not touched."""

    help = "Make N accounts with one patient each and M bookable slots of quota Q (demo mode only)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """How many of each, and where their tokens and codes are written."""
        parser.add_argument("--patients", type=_count, required=True, metavar="N")
        parser.add_argument("--slots", type=_count, required=True, metavar="M")
        parser.add_argument("--quota", type=_quota, required=True, metavar="Q")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE.json")

    def handle(self, *args: Any, patients: int, slots: int, quota: int, out: Path, **options: Any) -> None:
        """Seed and write the file, readable by its owner only: it holds tokens."""
        if not settings.DEMO:
            raise CommandError(
                "seed_load works in the demo only: set DEMO=1, and never on a hospital's database"
            )
        try:
            out.touch(mode=0o600)
        except OSError as error:
            raise CommandError(f"--out {out}: {error.strerror}") from error
        made = seed_load(patients=patients, slots=slots, quota=quota, now=clock.now())
        out.write_text(json.dumps(made), encoding="utf-8")
        self.stdout.write(
            f"{len(made['patients'])} patients and {len(made['slots'])} slots of quota {quota}: {out}"
        )


def _count(text: str) -> int:
    number = int(text)
    if not 0 < number <= 1_000_000:
        raise argparse.ArgumentTypeError("expected a number from 1 to 1000000")
    return number


def _quota(text: str) -> int:
    number = int(text)
    if not 0 < number <= QUOTA_MAX:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {QUOTA_MAX}")
    return number
