"""What is wrong with a history file, row by row, as a file to mend it by."""

from collections.abc import Callable, Sequence

from analytics.domain.errors import RowError
from booking.domain.cells import quoted
from hospital.common.downloads import csv_bytes
from hospital.common.errors import gettext_noop

HEADER = (gettext_noop("row"), gettext_noop("what is wrong"))
MORE = gettext_noop("%(count)s more rows have errors")


def faults_csv(errors: Sequence[RowError], count: int, say: Callable[[str], str] = str) -> bytes:
    """A CSV that spreadsheets open; ``say`` translates. Of very many errors the first are listed, the rest counted."""
    rows: list[list[object]] = [[say(name) for name in HEADER]]
    rows += [[error.line, quoted(say(error.reason) % error.params)] for error in errors]
    if count > len(errors):
        rows.append(["", say(MORE) % {"count": count - len(errors)}])
    return csv_bytes(rows)
