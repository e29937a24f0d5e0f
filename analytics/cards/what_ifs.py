"""A what-if in words, and its answer as verdict tiles and distributions beside today's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.cards.parts import Card, Cell, Column, Row, look_of, number, series, signed_text
from analytics.domain.what_if import LONGEST_MIN, STEP_MIN, Changes, Punctuality

DISTRIBUTIONS = ("walk_in", "booked", "idle_min", "overtime_min")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure now and with the changes; the difference with its standard error."""

    title: str
    unit: str
    before: str
    after: str
    change: str
    look: str
    word: str


def changes_text(changes: Changes) -> list[str]:
    """What was changed, one thing each; nothing: as now."""
    percent, minutes = "%(change)s%%", _("%(change)s min")
    found = [
        (changes.start_shift_min, _("expert begins"), minutes),
        (changes.capacity_percent, _("patients per hour"), percent),
        (changes.walk_in_percent, _("number of walk-ins"), percent),
    ]
    texts = [f"{what} {form % {'change': signed_text(value)}}" for value, what, form in found if value]
    if changes.slot_min:
        texts.append(_("slots of %(n)s min") % {"n": changes.slot_min})
    if changes.appointments >= 0:
        texts.append(_("%(n)s booked per session") % {"n": changes.appointments})
    if changes.no_show_percent >= 0:
        texts.append(_("%(n)s%% no-shows") % {"n": changes.no_show_percent})
    if changes.punctuality is Punctuality.CLOSE:
        texts.append(_("all booked patients on time"))
    if changes.punctuality is Punctuality.WIDE:
        texts.append(_("booked patients far from their time"))
    if changes.more_experts:
        texts.append(_("%(n)s more expert(s)") % {"n": changes.more_experts})
    return texts or [_("nothing changed")]


def answer_of(result: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of an answer."""
    return {
        "sessions": result["sessions"],
        "verdicts": verdicts_of(result["changes"]),
        "cards": [_card(name, result) for name in DISTRIBUTIONS],
    }


def _names() -> dict[str, str]:
    return {
        "walk_in": _("Walk-in wait"),
        "booked": _("Booked wait"),
        "idle_min": _("Expert idle"),
        "overtime_min": _("Overtime"),
        "unserved": _("Unserved"),
    }


def verdicts_of(changes: dict[str, Any]) -> list[Verdict]:
    """The tiles: means now and with the changes."""
    found = []
    for name, title in _names().items():
        change = changes[name]
        size, error = change["difference"], change["error"] or 0.0
        look = look_of(size, error)
        unit = _("patients") if name == "unserved" else _("min")
        text = "–" if size is None else f"{signed_text(size, 1)} ± {floatformat(error, 1)}"
        word = pgettext("within two standard errors", "noise") if look == "noise" else ""
        before, after = (_figure(change[side]) for side in ("current", "proposed"))
        found.append(Verdict(title, unit, before, after, text, look, word))
    return found


def _figure(value: float | None) -> str:
    return "–" if value is None else str(floatformat(value, 1))


def _card(name: str, result: dict[str, Any]) -> Card:
    now, then = result["distributions"][name]
    bins = _bins(max(_last(now["percent"]), _last(then["percent"])))
    change = result["changes"][name]
    look = "walk-in" if name == "walk_in" else "booked" if name == "booked" else "other"
    steps = _("Shares of sessions in steps of ten minutes")
    if name in {"walk_in", "booked"}:
        steps = _("Shares of patients in steps of ten minutes")
    figures = [
        ("mean", _("Mean"), change["current"], change["proposed"]),
        ("median", _("Median"), now["median_min"], then["median_min"]),
        ("p90", "P90", now["p90_min"], then["p90_min"]),
        *((f"over_{length}", f"> {length}", *_over(now, then, length)) for length in (30, 60)),
    ]
    return Card(
        slug=f"what-if-{name.replace('_', '-')}",
        title=_("%(what)s (min)") % {"what": _names()[name]},
        columns=[
            Column("figure", _("Figure")),
            Column("now", _("As now")),
            Column("then", pgettext("column", "What if")),
        ],
        rows=[
            Row(key, label, [_cell(key, before), _cell(key, after, "strong")])
            for key, label, before, after in figures
        ],
        chart={
            "label": steps,
            "kind": "curves",
            "unit": "%",
            "categories": bins,
            "series": [
                series(_("As now"), "current", now["percent"][: len(bins)]),
                series(pgettext("column", "What if"), look, then["percent"][: len(bins)]),
            ],
        },
        note=steps,
    )


def _cell(key: str, value: float | None, look: str = "") -> Cell:
    if value is None or not key.startswith("over"):
        return number(value, 1, look)
    return Cell(value, f"{floatformat(value, 0)}%", look)


def _over(now: dict[str, Any], then: dict[str, Any], length: int) -> tuple[float | None, float | None]:
    """Shares of at least so many minutes [%]."""
    first = length // STEP_MIN
    return tuple(  # type: ignore[return-value]
        None if one["median_min"] is None else sum(one["percent"][first:]) for one in (now, then)
    )


def _last(percent: list[float]) -> int:
    """The last step that anybody is in."""
    return max((at for at, share in enumerate(percent) if share >= 0.05), default=0)


def _bins(last: int) -> list[str]:
    """The beginning of each step; the last one of all has no end."""
    starts = [STEP_MIN * at for at in range(max(last, 5) + 1)]
    return [f"{start}+" if start == LONGEST_MIN else str(start) for start in starts]
