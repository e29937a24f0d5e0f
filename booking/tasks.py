"""What the worker does for booking. The work itself is in the services; each may run more than once."""

from collections.abc import Mapping
from datetime import datetime

from booking.services import (
    draw_end_tell,
    draws_hold_due,
    holds_expire_due,
    no_shows_confirm_due,
    numbers_publish_due,
    offers_lapse_due,
    payment_close,
    payments_reconcile,
    refund_send,
    refunds_follow,
    reminders_send,
    risk_look,
    sessions_advance,
    sessions_generate,
    settlements_make_due,
    stop_go_on,
    stops_go_on,
    waitlist_end_tell,
    walk_ins_expire_due,
)
from booking.services.schedules import planned_until
from hospital.common import jobs


@jobs.handler("refund.send")
def send_refund(payload: Mapping[str, object], now: datetime) -> None:
    """Pay one refund back."""
    refund_send(refund_id=int(str(payload["refund"])), now=now)


@jobs.handler("payment.close")
def close_payment(payload: Mapping[str, object], now: datetime) -> None:
    """Close one order whose number is gone."""
    payment_close(payment_id=int(str(payload["payment"])), now=now)


@jobs.handler("stop.go_on")
def go_on_with_stop(payload: Mapping[str, object], now: datetime) -> None:
    """Tell the patients of a stopped clinic, from wherever a killed worker left off."""
    stop_go_on(stop_id=int(str(payload["stop"])), now=now)


@jobs.handler("waitlist.tell_end")
def tell_end_of_waitlist(payload: Mapping[str, object], now: datetime) -> None:
    """Tell those who waited that the list is over."""
    waited = payload["entries"]
    waitlist_end_tell(entry_ids=waited if isinstance(waited, list) else [], now=now)


@jobs.handler("draw.tell_end")
def tell_end_of_draw(payload: Mapping[str, object], now: datetime) -> None:
    """Tell those who wished for a number that nothing is drawn."""
    asked = payload["requests"]
    draw_end_tell(request_ids=asked if isinstance(asked, list) else [], now=now)


@jobs.duty("plan sessions", every_s=600)
def plan_sessions(now: datetime) -> int:
    """Plan the sessions of the horizon, and those that will be released next."""
    return len(sessions_generate(until=planned_until(now), now=now))


jobs.duty("expire holds")(holds_expire_due)
jobs.duty("advance sessions")(sessions_advance)
jobs.duty("ask about open payments", every_s=60)(payments_reconcile)
jobs.duty("end offers")(offers_lapse_due)
jobs.duty("publish returned numbers")(numbers_publish_due)
jobs.duty("go on with stopped clinics")(stops_go_on)
jobs.duty("follow refunds", every_s=60)(refunds_follow)
jobs.duty("expire walk-ins")(walk_ins_expire_due)
jobs.duty("confirm no-shows", every_s=300)(no_shows_confirm_due)
jobs.duty("remind of tomorrow", every_s=60)(reminders_send)
jobs.duty("hold draws")(draws_hold_due)
jobs.duty("settle yesterday", every_s=600)(settlements_make_due)
jobs.duty("look for robots", every_s=60)(risk_look)
