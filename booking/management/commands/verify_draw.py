"""Check a published draw without this system's word for it."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from booking.domain.draws import draw_faults


class Command(BaseCommand):
    """Say whether a draw was held as promised; exit 1 with what is wrong when it was not."""

    help = "Checks a draw's file (GET /api/v1/sessions/<code>/draw/, saved) or - for standard input."
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and the digest that was seen before the draw."""
        parser.add_argument("file", help="the saved JSON, or -")
        parser.add_argument("--commitment", help="the digest as seen before the draw (default: the file's)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, sort again, compare."""
        text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text("utf-8")
        try:
            draw = json.loads(text)
            seed, places = draw["seed"], [(int(one["place"]), str(one["code"])) for one in draw["places"]]
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(f"not a draw: {error}", returncode=2) from error
        if seed is None:
            raise CommandError("the draw was not held yet, or not at all", returncode=2)
        published = options["commitment"] or draw["commitment"]
        faults = draw_faults(seed=seed, published=published, places=places)
        if faults:
            raise CommandError("; ".join(faults), returncode=1)
        self.stdout.write(f"as promised: {len(places)} requests in the order of their lots")
