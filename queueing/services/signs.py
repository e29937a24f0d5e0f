"""Signs of life of the screens, written together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hospital.common.policy import policy
from hospital.common.sql import prepared_cursor
from queueing.models import ScreenGap

GAPS_KEPT = timedelta(days=8)
_GAPS_SQL = """
INSERT INTO queueing_screengap (screen_id, begins_at, ends_at)
SELECT id, last_seen_at, %(now)s FROM queueing_screen
WHERE id = ANY(%(ids)s::bigint[]) AND revoked_at IS NULL AND last_seen_at < %(gap)s
"""
_SEEN_SQL = """
UPDATE queueing_screen screen
SET last_seen_at = %(now)s, revision_shown = said.revision, latency_ms = said.latency_ms,
    sound_state = said.sound, size = said.size, build = said.build
FROM unnest(
    %(ids)s::bigint[], %(revisions)s::bigint[], %(latencies)s::int[],
    %(sounds)s::text[], %(sizes)s::text[], %(builds)s::text[]
) AS said (id, revision, latency_ms, sound, size, build)
WHERE screen.id = said.id AND screen.revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a screen says of itself when it answers a ping."""

    revision: int
    latency_ms: int | None = None
    sound: str = ""
    """``voice``, ``clips``, ``chime``, ``locked`` or ``off``: what it can make heard."""
    size: str = ""
    build: str = ""


def screens_seen(*, signs: Mapping[int, Sign], now: datetime) -> None:
    """Note that these screens are alive and what each says; one that was away gets its gap. No history."""
    said = sorted(signs.items())
    columns: dict[str, Any] = {
        "now": now,
        "gap": now - timedelta(seconds=policy().screen_stale_s),
        "ids": [pk for pk, _sign in said],
        "revisions": [sign.revision for _pk, sign in said],
        "latencies": [sign.latency_ms for _pk, sign in said],
        "sounds": [sign.sound for _pk, sign in said],
        "sizes": [sign.size for _pk, sign in said],
        "builds": [sign.build for _pk, sign in said],
    }
    with transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute(_GAPS_SQL, columns)
        cursor.execute(_SEEN_SQL, columns)


def gaps_forget(*, now: datetime) -> None:
    """Gaps of last week are nobody's business any longer."""
    ScreenGap.objects.filter(ends_at__lt=now - GAPS_KEPT).delete()
