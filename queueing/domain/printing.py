"""Print jobs: which state may follow which, when a printer that did not take one is asked again."""

from datetime import datetime, timedelta
from typing import Final

QUEUED: Final = "queued"
SENDING: Final = "sending"
SENT: Final = "sent"
FAILED: Final = "failed"

PRINT: Final[dict[tuple[str | None, str], str]] = {
    (None, "ask"): QUEUED,
    (QUEUED, "send"): SENDING,
    (SENDING, "finish"): SENT,
    (SENDING, "put_back"): QUEUED,
    (SENDING, "lose"): FAILED,
    (QUEUED, "give_up"): FAILED,
}
"""``(state, verb): state``. ``put_back``: nothing of it reached the printer. ``lose``: some of it may have, so it is
never sent again by itself; a person prints again, and that slip says so (``docs/adr/0025``)."""

STATES: Final = (QUEUED, SENDING, SENT, FAILED)

LEASE: Final = timedelta(seconds=30)
"""Longer than a slip takes to send: whoever is still sending after that was killed."""
RETRY_MAX_S: Final = 30


def retry_at(failures: int, now: datetime) -> datetime:
    """When a printer that could not be reached is tried again.

    Parameters
    ----------
    failures : int
        How often in a row it could not, this time included.
    now : datetime
        Aware.

    Returns
    -------
    datetime

    Examples
    --------
    >>> at = datetime(2026, 11, 2, 8)
    >>> [(retry_at(failures, at) - at).seconds for failures in (1, 2, 3, 9)]
    [2, 4, 8, 30]
    """
    return now + timedelta(seconds=min(2 ** min(failures, 10), RETRY_MAX_S))
