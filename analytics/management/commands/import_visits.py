"""``manage.py import_visits``: take in a hospital's visit history."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.domain.errors import ImportRefused
from analytics.domain.moments import day_of
from analytics.models import ImportBatch
from analytics.services.files import HistoryFile, mapping_named
from analytics.services.visits import visits_take_in
from hospital.common import clock
from hospital.common.actor import Actor

SHOWN = 50


class Command(BaseCommand):
    """Import visits from CSV or XLSX, all rows or none."""

    help = "Take in visit history from CSV (UTF-8, GB18030) or XLSX: all rows or none, and repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of contract."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", metavar="NAME_OR_FILE", help="how to read other headers and formats")
        parser.add_argument("--start-date", metavar="DATE", help="first day of a history without dates")
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check and store."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            start = day_of(options["start_date"], "--start-date") if options["start_date"] else None
            mapping = mapping_named(options["mapping"]) if options["mapping"] else None
            taken = visits_take_in(
                read=HistoryFile(path, mapping, start).rows,
                source=ImportBatch.Source.FILE,
                name=path.name,
                actor=Actor.job("import_visits"),
                now=clock.now(),
                dry_run=options["dry_run"],
            )
        except ImportRefused as refused:
            raise CommandError(_report(refused)) from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        verb = "Would add" if options["dry_run"] else "Added"
        self.stdout.write(
            f"{verb} {taken.added} of {taken.rows} visits in {len(taken.session_days)} sessions; "
            f"{taken.known} were there already."
        )


def _report(refused: ImportRefused) -> str:
    lines = [str(error) for error in refused.errors[:SHOWN]]
    if len(refused.errors) > SHOWN:
        lines.append(f"... and {len(refused.errors) - SHOWN} more")
    return "\n".join([*lines, f"Nothing was imported: {len(refused.errors)} rows have errors."])
