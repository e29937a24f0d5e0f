"""Forecasts kept beside their facts: made at check-in and near the turn, settled when the ticket's fate is known."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction

from hospital.common import jobs
from hospital.common.transactions import transactional
from queueing.domain.expected import Wait
from queueing.domain.ordering import people_ahead
from queueing.domain.outcomes import CALLED, outcome_of
from queueing.models import Estimate, Ticket
from queueing.selectors.estimates import Settleable, estimates_to_settle
from queueing.selectors.expected import Known, known_of_queues, plain_wait, wait_of
from queueing.selectors.order import QueueOrder, queue_order

logger = logging.getLogger(__name__)


def estimate_at_check_in(ticket: Ticket, *, now: datetime) -> None:
    """What a new ticket may expect is kept with it, in its transaction; that can never fail the registration."""
    try:
        with transaction.atomic():
            estimate_keep(ticket, kind=Estimate.Kind.CHECK_IN, now=now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("no estimate for a ticket of queue %s", ticket.queue_id)


def estimate_keep(ticket: Ticket, *, kind: str, now: datetime) -> Estimate | None:
    """Keep the forecast of this moment, once for each kind; None for a ticket that does not wait."""
    order = queue_order(ticket.queue_id, now=now, related=False)
    ahead = people_ahead(order.places, ticket.pk)
    if ahead is None:
        return None
    known = known_of_queues({ticket.queue_id: order}, now=now)[ticket.queue_id]
    estimate = Estimate(
        ticket=ticket, kind=kind, made_at=now, **_figures(ticket.pk, order, known, ahead, now)
    )
    Estimate.objects.bulk_create([estimate], ignore_conflicts=True)
    return estimate


def _figures(pk: int, order: QueueOrder, known: Known, ahead: int, now: datetime) -> dict[str, Any]:
    """The forecast and what it is made of."""
    ticket = order.tickets[pk]
    wait = wait_of(order, known, ticket=ticket, ahead=ahead, now=now)
    return {
        "ahead": ahead,
        "rooms": len(known.rooms),
        "rule": order.rule(ticket),
        "plain_min": plain_wait(known, ahead=ahead),
        "pace_mean_min": known.pace.mean_min if known.pace else None,
        "pace_cv": known.pace.cv if known.pace else None,
        "today_n": known.today.n,
        "history_n": known.history.n,
        **({f"{name}_min": getattr(wait, name) for name in Wait.__slots__} if wait else {}),
    }


def estimates_settle(now: datetime) -> int:
    """The fact is written beside each forecast whose ticket can no longer go back; returns how many."""
    found = estimates_to_settle(now=now)
    return sum(jobs.each("settle estimate", found, _settle))


@transactional
def _settle(one: Settleable) -> int:
    row = one.estimate
    outcome = outcome_of(one.past, known=row.p50_min is not None)
    if not outcome:
        return 0
    wait = (one.called_at - row.made_at) / timedelta(minutes=1) if one.called_at else None
    return Estimate.objects.filter(pk=row.pk, outcome="").update(
        outcome=outcome, called_at=one.called_at, wait_min=wait if outcome == CALLED else None
    )
