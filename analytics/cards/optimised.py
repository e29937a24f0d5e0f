"""What a plan's page says of the optimised quotas beside R1, and of overbooking."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from analytics.cards.parts import signed_text
from analytics.cards.plans import estimate_labels
from analytics.cards.simulations import shown
from analytics.domain.costs import Weights
from analytics.domain.optimiser import Optimised
from analytics.domain.overbooking import ExtraNumber, Overbooking
from analytics.models import QuotaPlan


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One vector of quotas: what a session costs under it, and whether the plan was computed so."""

    name: str
    quotas: tuple[int, ...]
    cost: float
    is_computed: bool
    change: dict[str, Any] | None = None


def methods_context(found: QuotaPlan) -> dict[str, Any]:
    """How walk-ins were counted; the two vectors with their costs and a verdict, where they have been worked out."""
    return {
        **estimate_labels(found),
        "methods": _methods(found),
        "overbooking": _overbooking(found),
    }


def optimised_of(found: QuotaPlan) -> Optimised | None:
    """As kept on the plan."""
    data = found.optimised
    if not data:
        return None
    vectors = {name: tuple(data[name]) for name in ("r1", "quotas")}
    return Optimised(**{**data, **vectors, "weights": Weights(**data["weights"])})


def _methods(found: QuotaPlan) -> dict[str, Any] | None:
    both = optimised_of(found)
    if both is None:
        return None
    computed = tuple(slot.computed_quota for slot in found.slots.all())
    rows = [MethodRow(_("R1"), both.r1, both.cost_r1, both.r1 == computed)]
    if both.quotas != both.r1:
        change = shown({"difference": both.difference, "error": both.error})
        rows.append(MethodRow(_("Optimised"), both.quotas, both.cost, both.quotas == computed, change))
    return {
        "rows": rows,
        "starts": [slot.starts_at for slot in found.slots.all()],
        "verdict": _verdict(both, computed),
        "above": _above_capacity(both, found),
        "idle": floatformat(both.weights.idle),
        "overtime": floatformat(both.weights.overtime),
        "unserved": floatformat(both.weights.unserved),
        "sessions": both.sessions,
    }


def _verdict(both: Optimised, computed: tuple[int, ...]) -> str:
    if both.quotas == both.r1 or both.difference >= 0:
        return _("The search found no better quotas than R1.")
    if both.is_noise:
        return _("The search found nothing better than R1: the gain is within noise.")
    gain = floatformat(100 * -both.difference / both.cost_r1, 1) if both.cost_r1 else ""
    text = _("A session costs %(gain)s%% less with the optimised quotas than with R1.") % {"gain": gain}
    if computed != both.r1:
        return text
    return f"{text} " + _("R1 is used all the same: so it is set under Rules, “Quotas that are proposed”.")


def _above_capacity(both: Optimised, found: QuotaPlan) -> str:
    """Slots that the search fills beyond what the expert can see there."""
    pairs = zip(both.quotas, found.slots.all(), strict=True)
    starts = [f"{slot.starts_at:%H:%M}" for quota, slot in pairs if quota > slot.capacity]
    if not starts or both.quotas == both.r1:
        return ""
    text = _("More optimised numbers than the expert can see at %(slots)s: many who book come late.")
    return text % {"slots": _(", ").join(starts)}


def _overbooking(found: QuotaPlan) -> str:
    """In one sentence or two."""
    data = found.overbooking
    if not data:
        return ""
    steps = [ExtraNumber(**step) for step in data["paying"]]
    refused = ExtraNumber(**data["refused"]) if data["refused"] else None
    known = Overbooking(data["no_show"], data["limit"], tuple(steps), refused)
    if not known.no_show:
        return _("Everybody who booked came: no overbooking.")
    away = _("%(share)s%% of those who booked never came.") % {"share": floatformat(100 * known.no_show, 1)}
    return _("%(away)s %(judged)s") % {"away": away, "judged": _judged(known, found)}


def _judged(known: Overbooking, found: QuotaPlan) -> str:
    if not known.limit:
        return _("That is less than one number a session: no overbooking.")
    if not known.numbers:
        assert known.refused is not None  # noqa: S101 - below the limit the search ends with a refusal
        return _(
            "One number more at %(slot)s would change a session's cost by %(change)s: no overbooking."
        ) % {
            "slot": _start(found, known.refused),
            "change": _signed(known.refused),
        }
    numbers = [f"{_start(found, extra)} ({_signed(extra)})" for extra in known.paying]
    return _("So many numbers more would pay: %(count)s, at %(slots)s.") % {
        "count": known.numbers,
        "slots": _(", ").join(numbers),
    }


def _start(found: QuotaPlan, extra: ExtraNumber) -> str:
    return f"{list(found.slots.all())[extra.slot].starts_at:%H:%M}"


def _signed(extra: ExtraNumber) -> str:
    return f"{signed_text(extra.change, 1)} ± {floatformat(extra.error, 1)}"
