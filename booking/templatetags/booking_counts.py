"""Counts of the side list and the desk's bar, on every page that shows them, whichever app it is of."""

from django import template

from booking.selectors import money, stops
from booking.selectors.bans import ToDecide, to_decide
from booking.selectors.walk_ins import provider_label

register = template.Library()


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
