"""Before and after a plan: weekly medians with the day it came into force, differences with their intervals."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.cards.board import Board
from analytics.cards.parts import Card, Cell, Chart, Column, Row, number, percent, series, signed_text
from analytics.domain.disclosure import FEWEST_SHOWN
from analytics.domain.effects import Effect, effect, long_effect, median_effect, share_of
from analytics.selectors.effects import PlanEffect, Side
from hospital.common.words import short_day

LONG_MIN = 60.0


def effect_card(board: Board) -> Card:
    """What changed when computed quotas came into force."""
    found = board.effect
    changes = changes_of(found)
    return Card(
        slug="effect",
        title=_title(found, changes),
        columns=[
            Column("figure", _("Median (min)")),
            Column("before", _("Before it")),
            Column("after", _("After it")),
            Column("difference", _("Difference (95% interval)")),
            Column("low"),
            Column("high"),
        ],
        rows=[_row(key, change) for key, change in changes.items()],
        chart=_chart(found),
        note=_note(found, changes),
        empty=_("No session of this choice has run under a plan yet, or none of its period ran before."),
    )


def changes_of(found: PlanEffect) -> dict[str, Effect]:
    """The changes that enough patients stand behind on both sides."""
    changes = {}
    for channel in ("walk_in", "appointment"):
        if _known(found.before, channel) and _known(found.after, channel):
            changes[channel] = median_effect(found.before.waits[channel], found.after.waits[channel])
    if "walk_in" in changes:
        before, after = found.before.waits["walk_in"], found.after.waits["walk_in"]
        changes["long"] = long_effect(before, after, LONG_MIN)
        changes["walk_ins"] = effect(
            *(
                share_of([(len(session), 1) for session in _padded(side)])
                for side in (found.before, found.after)
            )
        )
    return changes


def _known(side: Side, channel: str) -> bool:
    return side.people(channel) >= FEWEST_SHOWN


def _padded(side: Side) -> list[list[float]]:
    """A session without walk-ins counts, too."""
    waits = side.waits["walk_in"]
    return [*waits, *([] for _turn in range(side.sessions - len(waits)))]


def _title(found: PlanEffect, changes: dict[str, Effect]) -> str:
    change = changes.get("walk_in")
    if not change or not found.first_day:
        return _("Before and after a plan")
    words = {"day": short_day(found.first_day), "size": round(abs(change.difference))}
    if change.is_noise:
        return _("Since the plan of %(day)s walk-in waits have not changed clearly") % words
    if change.difference < 0:
        return _("Since the plan of %(day)s walk-ins wait %(size)s min less") % words
    return _("Since the plan of %(day)s walk-ins wait %(size)s min longer") % words


def _row(key: str, change: Effect) -> Row:
    names = {
        "walk_in": _("Walk-in"),
        "appointment": _("Booked"),
        "long": _("Walk-ins over 60"),
        "walk_ins": _("Walk-ins per session"),
    }
    scale, digits = (100, 0) if key == "long" else (1, 1 if key == "walk_ins" else 0)
    show = percent if key == "long" else lambda value, look="": number(value, digits, look)
    look = "noise" if change.is_noise or key == "walk_ins" else "better" if change.difference < 0 else "worse"
    low, high = (signed_text(scale * end, digits) for end in (change.low, change.high))
    difference = Cell(
        change.difference, f"{signed_text(scale * change.difference, digits)} ({low} … {high})", look
    )
    cells = [show(change.before), show(change.after, "strong"), difference]
    return Row(key, names[key], [*cells, Cell(change.low), Cell(change.high)])


def _note(found: PlanEffect, changes: dict[str, Effect]) -> str:
    text = _(
        "%(before)s sessions before, %(after)s after, of the same weekly periods; weekly medians. A comparison over "
        "time, no experiment: other things may have changed, too."
    ) % {"before": found.before.sessions, "after": found.after.sessions}
    walk_ins = changes.get("walk_ins")
    if walk_ins and walk_ins.is_noise:
        text += " " + _("The number of walk-ins did not change clearly.")
    elif walk_ins:
        text += " " + _("The number of walk-ins changed as well.")
    return text


def _chart(found: PlanEffect) -> Chart:
    weeks = sorted(found.weeks)

    def medians(channel: str) -> list[float | None]:
        waits = [found.weeks[week][channel] for week in weeks]
        return [median(one) if len(one) >= FEWEST_SHOWN else None for one in waits]

    first = found.first_day
    marked = next(
        (index for index, week in enumerate(weeks) if first and week + timedelta(days=6) >= first), None
    )
    return {
        "label": _("Median wait of each week, with the week in which a plan came into force"),
        "kind": "lines",
        "categories": [f"{week.month}/{week.day}" for week in weeks],
        "mark": None if marked is None else {"at": marked, "text": pgettext("mark in a chart", "in force")},
        "series": [
            series(_("Walk-in"), "walk-in", medians("walk_in")),
            series(_("Booked"), "booked", medians("appointment")),
        ],
    }
