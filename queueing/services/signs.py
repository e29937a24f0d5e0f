"""Signs of life of the screens, written together."""

from collections.abc import Mapping
from datetime import datetime

from queueing.models import Screen


def screens_seen(*, revisions: Mapping[int, int], now: datetime) -> None:
    """Note that these screens are alive and which revision each shows: one statement, no history."""
    screens = [Screen(pk=pk, last_seen_at=now, revision_shown=revision) for pk, revision in revisions.items()]
    Screen.objects.filter(revoked_at=None).bulk_update(screens, ["last_seen_at", "revision_shown"])
