"""Counts of the side list and the desk's bar, on every page that shows them, and the words of booking's things."""

import re
from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext as _

from booking.models import ClinicSession
from booking.selectors import money, stops
from booking.selectors.bans import ToDecide, to_decide
from booking.selectors.walk_ins import provider_label
from hospital.common.words import hm, yuan

register = template.Library()

TOLD = re.compile(
    r"told(?: again)?: (\d+) fen, transaction (\S*?)(, another merchant)?(?:, which paid order (\S+))?"
)
"""How :mod:`booking.services.payment_notices` writes down what a notice said."""


@register.simple_tag
def stops_open() -> int:
    """How many stopped clinics still need somebody."""
    return stops.stops_open_count()


@register.simple_tag
def people_to_decide() -> ToDecide:
    """How many no-shows, appeals and data requests wait for a decision."""
    return to_decide()


@register.simple_tag
def money_to_decide() -> int:
    """How many payments and refunds wait for a person."""
    return money.money_to_decide_count()


@register.simple_tag
def cash_to_hand_back() -> int:
    """How many patients the desk owes cash."""
    return money.cash_to_hand_back_count()


@register.filter
def provider_name(name: str) -> str:
    """A way to pay as people know it."""
    return provider_label(name)


@register.filter
def noted(note: str) -> str:
    """What stands about money: a person's words as they are, and ours about a notice in the reader's language."""
    told = TOLD.fullmatch(note)
    if told is None:
        return note
    amount, transaction, elsewhere, order = told.groups()
    says = _("The provider told of %(amount)s by transaction %(transaction)s.")
    words = [says % {"amount": yuan(int(amount)), "transaction": transaction}]
    if elsewhere:
        words.append(_("It went to another merchant."))
    if order:
        words.append(_("That transaction paid order %(order)s already.") % {"order": order})
    return " ".join(words)


@register.filter
def as_extra(session: ClinicSession) -> str:
    """What the form of an extra session is filled with, to hold this one after all."""
    wishes = {
        "expert": session.expert_id,
        "day": session.date.isoformat(),
        "opens_at": hm(session.opens_at),
        "closes_at": hm(session.closes_at),
        "walk_in_opens_at": hm(session.walk_in_opens_at),
        "room": session.room_id,
        "slot_minutes": session.slot_minutes,
    }
    return urlencode(wishes, safe=":")
