"""The side list's count, on every page that shows the list, whichever app it is of."""

from django import template

from analytics.selectors import nights, plans
from hospital.common import clock

register = template.Library()


@register.simple_tag
def plans_to_review() -> int:
    """How many plans wait for a decision."""
    return plans.plans_to_review()


@register.simple_tag
def nights_missed() -> int:
    """How many nights should be complete and are not."""
    return nights.missed_nights(clock.now())
