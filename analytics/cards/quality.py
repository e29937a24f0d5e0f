"""What a plan says about its own data, in words."""

from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.cards.parts import minus
from analytics.models import QuotaPlan
from hospital.common.words import day

NOTES = {
    "history_ended": gettext_lazy("No session of the last four weeks: the latest is of %(last_day)s."),
    "walk_ins_changed": gettext_lazy(
        "Walk-ins have changed: %(lately)s a session in the last four weeks, %(before)s before."
    ),
    "uneven_days": gettext_lazy(
        "The sessions differ more in their walk-ins than chance explains: the intervals are wider for it."
    ),
    "channel_partly_unknown": gettext_lazy(
        "%(unknown_share)s of the visits do not say whether they were booked: they count as neither."
    ),
    "lengths_missing": gettext_lazy("Only %(timed_share)s of the consultations have a known length."),
    "lengths_odd": gettext_lazy(
        "The lengths of the visits scatter widely: some may have been closed late, or several at once."
    ),
}


def _figures(plan: QuotaPlan) -> dict[str, Any]:
    """Nothing for a plan older than they are."""
    return plan.quality or {}


def note_values(plan: QuotaPlan) -> dict[str, Any]:
    """The figures that notes speak of, as text."""
    quality = _figures(plan)
    last_day = parse_date(quality.get("last_day") or "")
    return {
        "last_day": day(last_day) if last_day else "",
        "lately": _number(quality.get("lately")),
        "before": _number(quality.get("before")),
        "unknown_share": _share(quality.get("unknown_share")),
        "timed_share": _share(quality.get("timed_share")),
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def fading_label(plan: QuotaPlan) -> str:
    """How fast sessions fade in the estimate of walk-ins."""
    found = _figures(plan).get("half_lives_weeks") or []
    known = [weeks for weeks in found if weeks is not None]
    if not known:
        return _("all sessions count alike: the department’s walk-ins are steady")
    low, high = round(min(known)), round(max(known))
    values = {"n": low, "high": high}
    if len(known) < len(found):
        text = ngettext(
            "recent sessions count more: half after %(n)s week or more, by the hour of day",
            "recent sessions count more: half after %(n)s weeks or more, by the hour of day",
            low,
        )
        return text % values
    if low != high:
        return (
            _("recent sessions count more: half after %(n)s to %(high)s weeks, by the hour of day") % values
        )
    text = ngettext(
        "recent sessions count more: half after %(n)s week",
        "recent sessions count more: half after %(n)s weeks",
        low,
    )
    return text % values


def first_start_label(plan: QuotaPlan) -> str:
    """When the expert first calls, with its interval; nothing where the history does not say."""
    mean = _figures(plan).get("first_start_min")
    if mean is None:
        return ""
    low, high = _figures(plan).get("first_start_interval_min") or (None, None)
    values = {"n": f"{abs(mean):.0f}", "low": _signed(low), "high": _signed(high)}
    if low is None and mean >= 0:
        return _("The expert first calls %(n)s min after the opening on average.") % values
    if low is None:
        return _("The expert first calls %(n)s min before the opening on average.") % values
    if mean < 0:
        text = _(
            "The expert first calls %(n)s min before the opening on average (%(low)s to %(high)s min after it)."
        )
        return text % values
    return _("The expert first calls %(n)s min after the opening on average (%(low)s to %(high)s).") % values


def _signed(value: float | None) -> str:
    return "" if value is None else minus(str(round(value)))


def lengths_label(plan: QuotaPlan) -> str:
    """What simulations draw the lengths of visits from."""
    family = _figures(plan).get("service_family")
    if family is None:
        return ""
    if family == "gamma":
        return _("Lengths of visits follow a gamma distribution; simulations draw from it.")
    return _("Lengths of visits follow no gamma distribution; simulations draw from those seen.")
