"""``manage.py import_visits``: take in a hospital's visit history."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.domain.errors import ImportRefused
from analytics.domain.moments import day_of
from analytics.models import ImportBatch
from analytics.services.faults import faults_csv
from analytics.services.files import HistoryFile
from analytics.services.mappings import mapping_named
from analytics.services.visits import TakenIn, visits_take_in
from hospital.common import clock
from hospital.common.actor import Actor

SHOWN = 50
STEPS = {"reading": "rows read", "storing": "rows read, now storing", "summing": "sessions counted"}


class Command(BaseCommand):
    """Import visits from CSV or XLSX, all rows or none."""

    help = (
        "Take in visit history from CSV (UTF-8, UTF-16, GB18030) or XLSX: all rows or none, and repeatable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of contract."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", metavar="NAME_OR_FILE", help="how to read other headers and formats")
        parser.add_argument("--start-date", metavar="DATE", help="first day of a history without dates")
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
        parser.add_argument(
            "--errors", metavar="FILE", type=Path, help="write what is wrong, row by row, as CSV"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check and store."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            start = day_of(options["start_date"], "--start-date") if options["start_date"] else None
            mapping = mapping_named(options["mapping"]) if options["mapping"] else None
            taken = self._taken(HistoryFile(path, mapping, start), dry_run=options["dry_run"])
        except ImportRefused as refused:
            if options["errors"]:
                options["errors"].write_bytes(faults_csv(refused.errors, refused.count))
            raise CommandError(_report(refused)) from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        verb = "Would add" if options["dry_run"] else "Added"
        corrected = f", {taken.corrected} of them corrected" if taken.corrected else ""
        self.stdout.write(
            f"{verb} {taken.added} of {taken.rows} visits in {len(taken.session_days)} sessions; "
            f"{taken.known} were there already{corrected}."
        )
        if options["dry_run"]:
            self.stdout.write("\n".join(_facts(taken)))

    def _taken(self, file: HistoryFile, *, dry_run: bool) -> TakenIn:
        large = False

        def progress(step: str, done: int) -> None:
            nonlocal large
            large = large or step == "reading"
            if not large:
                return
            share = f" ({file.reached:.0%} of the file)" if step == "reading" else ""
            self.stderr.write(f"{done:,} {STEPS[step]}{share}")

        return visits_take_in(
            read=file.rows,
            source=ImportBatch.Source.FILE,
            name=file.path.name,
            actor=Actor.job("import_visits"),
            now=clock.now(),
            dry_run=dry_run,
            progress=progress,
        )


def _report(refused: ImportRefused) -> str:
    lines = [str(error) for error in refused.errors[:SHOWN]]
    if refused.count > SHOWN:
        lines.append(f"... and {refused.count - SHOWN} more")
    return "\n".join([*lines, f"Nothing was imported: {refused.count} rows have errors."])


def _facts(taken: TakenIn) -> Iterable[str]:
    facts = taken.facts
    yield f"The file: {facts['sessions']} sessions from {facts['first']} to {facts['last']}"
    yield f"  experts ({len(facts['experts'])}): {', '.join(facts['experts'][:SHOWN])}"
    yield f"  departments ({len(facts['departments'])}): {', '.join(facts['departments'][:SHOWN])}"
    yield (
        f"  booked {facts['booked']}, walk-ins {facts['walk_ins']}, unknown channel {facts['unknown_channel']}; "
        f"no-shows {facts['no_shows']}, cancelled {facts['cancelled']}"
    )
    yield (
        f"  with registration {facts['registered']}, check-in {facts['checked_in']}, start {facts['started']}, "
        f"length {facts['timed']}, patient {facts['named']}"
    )
