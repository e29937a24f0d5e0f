"""A million rows of visit history: rows a second, the memory that reading and storing takes, and the progress told.

The file has one hospital's three years: 40 visits a session, 25,000 sessions, as CSV of about 150 MB, in Chinese and in
GB18030, so that nothing is easy. It is taken in by the command in a process of its own, whose largest memory is told.
"""

import os
import resource
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

ROWS = int(os.environ.get("ROWS", "1000000"))
A_SESSION = 40
EXPERTS = 30
FIRST = date(2023, 1, 2)
HEADER = (
    "expert_code,department,session_date,opens_at,closes_at,walk_in_opens_at,slot_minutes,channel,slot_starts_at,"
    "registered_at,checked_in_at,called_at,started_at,finished_at,outcome,patient_ref\n"
)


def write(path: Path, rows: int) -> None:
    """A canonical file with that many rows."""
    with path.open("w", encoding="gb18030") as file:
        file.write(HEADER)
        for session in range(rows // A_SESSION):
            day = FIRST + timedelta(days=session // EXPERTS)
            opens = datetime(day.year, day.month, day.day, 8)  # noqa: DTZ001 - a file's times have no zone
            head = f"Z{session % EXPERTS},神经内科,{day},{opens},{day} 12:00:00,{day} 07:00:00,60"
            for number in range(A_SESSION):
                came = opens + timedelta(minutes=6 * number - 55)
                start = opens + timedelta(minutes=15 + 6 * number)
                end = start + timedelta(minutes=4 + number % 3)
                file.write(
                    f"{head},walk_in,,{came},{came},{start},{start},{end},done,P{session:06d}{number:02d}\n"
                )


def main() -> None:
    """Print a line a figure."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "history.csv")
        write(path, ROWS)
        print(f"rows {ROWS:,}, file {path.stat().st_size / 1e6:.0f} MB")
        _manage("migrate")
        for name, options in (("import", []), ("again", []), ("dry run", ["--dry-run"])):
            _measure(name, path, options)


def _manage(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return done


def _measure(name: str, path: Path, options: list[str]) -> None:
    begun = perf_counter()
    done = _manage("import_visits", str(path), *options)
    seconds = perf_counter() - begun
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    told = len([line for line in done.stderr.splitlines() if "rows read" in line])
    print(
        f"{name}: {seconds:.0f} s, {ROWS / seconds:,.0f} rows/s, largest memory so far {peak_mb:.0f} MB, "
        f"progress told {told} times, load {os.getloadavg()[0]:.1f}"
    )
    print(f"  {done.stdout.splitlines()[0]}")


if __name__ == "__main__":
    main()
