"""The daily settlement: our books against the provider's statement, order by order."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from booking.domain.settlements import Difference, Entry, differences
from booking.models import Settlement, SettlementDifference
from booking.providers import ProviderUnavailable, StatementLine, UnknownProvider, provider, provider_names
from booking.selectors.money import (
    CASH,
    Moved,
    books_of_day,
    books_of_entries,
    day_bounds,
    providers_of_day,
    told_again,
)
from hospital.common import clock, jobs
from hospital.common.transactions import transactional

DAYS_BACK = 3
AGAIN_AFTER = timedelta(hours=1)
AROUND_MIDNIGHT = timedelta(minutes=15)
"""Money found by asking is written down up to ten minutes after it moved."""

logger = logging.getLogger(__name__)


def settlements_make_due(now: datetime) -> int:
    """Settle yesterday, and the days before whose statement was not ready; return how many were made.

    A statement is there some hours after midnight only: it is asked for once an hour until it is.
    """
    today = clock.local(now).date()
    due = [
        (name, day)
        for day in (today - timedelta(days=back) for back in range(1, DAYS_BACK + 1))
        for name in sorted({CASH, *provider_names(), *providers_of_day(day=day)})
        if _is_due(name, day, now)
    ]
    made = jobs.each(
        "settle", due, lambda which: settlement_make(provider_name=which[0], day=which[1], now=now)
    )
    return len(made)


def _is_due(name: str, day: date, now: datetime) -> bool:
    made = Settlement.objects.filter(provider=name, day=day).first()
    if made is None:
        return True
    waits = made.statement_paid_fen is None and name != CASH
    return waits and now - made.made_at >= AGAIN_AFTER


def settlement_make(*, provider_name: str, day: date, now: datetime) -> Settlement:
    """Settle one provider's day; made again, it replaces itself. The provider is asked outside any transaction."""
    books = books_of_day(provider=provider_name, day=day)
    lines = _statement(provider_name, day)
    found: list[Difference] = []
    if lines is not None:
        ours, theirs = _sums((one.entry, one.amount_fen) for one in books), _of_lines(lines)
        found = differences(
            ours,
            theirs,
            ours_on_other_days=books_of_entries(
                provider=provider_name, entries={entry for entry in theirs if entry not in ours}
            ),
            theirs_on_other_days=_elsewhere(
                provider_name, day, [one for one in books if one.entry not in theirs]
            ),
        )
    found += [
        Difference("told_again", entry, ours_fen, told_fen)
        for entry, ours_fen, told_fen in sorted(told_again(provider=provider_name, day=day), key=str)
    ]
    return _settlement_write(
        provider_name=provider_name, day=day, books=books, lines=lines, found=found, now=now
    )


def _statement(name: str, day: date) -> list[StatementLine] | None:
    if name == CASH:
        return None
    try:
        return provider(name).statement(day)
    except (ProviderUnavailable, UnknownProvider):
        logger.warning("settlement: no statement of %s for %s", name, day)
        return None


def _elsewhere(name: str, day: date, missing: list[Moved]) -> dict[Entry, int]:
    """Statements of other days on which our entries may stand: refunds when they were asked for, midnight's before."""
    begins, _ends = day_bounds(day)
    days = {clock.local(one.since).date() for one in missing}
    if any(one.since < begins + AROUND_MIDNIGHT for one in missing):
        days.add(day - timedelta(days=1))
    found: dict[Entry, int] = {}
    for other in sorted(days - {day}):
        found |= _of_lines(_statement(name, other) or [])
    return found


def _of_lines(lines: Iterable[StatementLine]) -> dict[Entry, int]:
    return _sums((Entry(line.order_no, line.refund_no), line.amount_fen) for line in lines)


def _sums(entries: Iterable[tuple[Entry, int]]) -> dict[Entry, int]:
    sums: dict[Entry, int] = {}
    for entry, amount_fen in entries:
        sums[entry] = sums.get(entry, 0) + amount_fen
    return sums


@transactional
def _settlement_write(
    *,
    provider_name: str,
    day: date,
    books: list[Moved],
    lines: list[StatementLine] | None,
    found: list[Difference],
    now: datetime,
) -> Settlement:
    paid = [one.amount_fen for one in books if not one.entry.refund_no]
    back = [one.amount_fen for one in books if one.entry.refund_no]
    settlement, _made = Settlement.objects.update_or_create(
        provider=provider_name,
        day=day,
        defaults={
            "made_at": now,
            "paid_count": len(paid),
            "paid_fen": sum(paid),
            "refunded_count": len(back),
            "refunded_fen": sum(back),
            "statement_paid_fen": _total(lines, refunds=False),
            "statement_refunded_fen": _total(lines, refunds=True),
        },
    )
    settlement.differences.all().delete()
    SettlementDifference.objects.bulk_create(
        SettlementDifference(
            settlement=settlement,
            kind=each.kind,
            refund=bool(each.entry.refund_no),
            order_no=each.entry.refund_no or each.entry.order_no,
            ours_fen=each.ours_fen,
            theirs_fen=each.theirs_fen,
        )
        for each in found
    )
    return settlement


def _total(lines: list[StatementLine] | None, *, refunds: bool) -> int | None:
    if lines is None:
        return None
    return sum(line.amount_fen for line in lines if bool(line.refund_no) == refunds)
