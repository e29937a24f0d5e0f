"""How good the expected times were, by people ahead; and what the coming week may bring."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.cards.board import Board
from analytics.cards.parts import Card, Cell, Chart, Column, Row, hidden, number, series, signed
from analytics.domain.disclosure import shown_groups
from analytics.domain.intervals import Z_95
from analytics.selectors.sales import DayAhead
from hospital.common.words import day
from queueing.selectors.accuracy import BANDS, Group

GOAL, GOAL_WIDTH = 0.8, 0.02


def accuracy_card(board: Board) -> Card:
    """How often patients were called before the later end of what they were told, by people ahead."""
    groups = board.accuracy
    shown = shown_groups([group.report.n for group in groups])
    known = [group for group, fine in zip(groups, shown, strict=True) if fine]
    off = [group for group in known if _is_off(group)]
    title = _("Expected times")
    if groups:
        title = _("Expected times hold") if known else _("Expected times: no group of ten patients yet")
    if off:
        words = {"band": band(off[0].key[0])}
        title = _("With %(band)s people ahead, times are promised too early") % words
        if off[0].report.p80 > GOAL:
            title = _("With %(band)s people ahead, times are promised too late") % words
    labels = [_("P80 hit"), _("Longer than said (min)"), _("Mean error (min)")]
    return Card(
        slug="accuracy",
        title=title,
        columns=[
            Column("ahead", _("People ahead")),
            Column("patients"),
            *map(Column, ["p80", "bias_min", "error_min"], labels),
        ],
        rows=[
            Row(band(group.key[0]), band(group.key[0]), _group_cells(group) if fine else hidden(3, 1))
            for group, fine in zip(groups, shown, strict=True)
        ],
        chart=_accuracy_chart(known),
        note=_(
            "What was said at check-in against the call; lines are 95% intervals, the band is the goal 0.80 ± 0.02."
        ),
        empty=_(
            "None yet: what was told at check-in beside the actual call. Each night adds the day before."
        ),
    )


def week_card(board: Board) -> Card:
    """Walk-ins to expect in the coming week against the numbers left for them."""
    days = board.week
    short = [one for one in days if one.walk_ins.mean > one.left]
    title = _("The next seven days")
    if short:
        worst = max(short, key=lambda one: one.walk_ins.mean - one.left)
        title = _("%(day)s: more walk-ins to expect than numbers left") % {"day": day(worst.day)}
    elif days:
        busiest = max(days, key=lambda one: one.walk_ins.mean)
        title = _("Busiest of the next seven days: %(day)s") % {"day": day(busiest.day)}
    keys = ["sessions", "numbers", "booked", "left", "walk_ins", "low", "high"]
    labels = [_("Sessions"), _("Numbers"), _("Booked so far"), _("Left for walk-ins"), _("Walk-ins expected")]
    unknown = sum(one.unknown for one in days)
    note = _("80% of days lie within the interval; from the last weeks of the same periods, filters applied.")
    if unknown:
        note += " " + _("%(n)s sessions without history are not in it.") % {"n": unknown}
    return Card(
        slug="week",
        title=title,
        columns=[Column("day", _("Day")), *map(Column, keys, [*labels, _("80% interval"), ""])],
        rows=[Row(one.day.isoformat(), day(one.day), _day_cells(one)) for one in days],
        chart=_week_chart(days),
        note=note,
        empty=_("No session is planned for the next seven days in this choice."),
        wide=True,
    )


def band(least: int) -> str:
    """4-8; 16+."""
    after = next((start for start in BANDS if start > least), None)
    return f"{least}+" if after is None else f"{least}–{after - 1}"


def _is_off(group: Group) -> bool:
    """Whether the whole interval lies outside the goal's band."""
    report = group.report
    return abs(report.p80 - GOAL) - Z_95 * report.p80_se > GOAL_WIDTH


def _group_cells(group: Group) -> list[Cell]:
    report = group.report
    p80 = Cell(report.p80, f"{report.p80:.2f}", "worse" if _is_off(group) else "strong")
    return [number(report.n), p80, signed(report.bias, 1), number(report.error, 1)]


def _accuracy_chart(known: list[Group]) -> Chart:
    reports = [group.report for group in known]
    return {
        "label": _(
            "Share of patients called before the later end they were told, with 95% intervals and the goal"
        ),
        "kind": "points",
        "band": [GOAL - GOAL_WIDTH, GOAL + GOAL_WIDTH],
        "categories": [band(group.key[0]) for group in known],
        "series": [
            series(
                _("P80 hit"),
                "other",
                [report.p80 for report in reports],
                low=[round(max(0.0, report.p80 - Z_95 * report.p80_se), 3) for report in reports],
                high=[round(min(1.0, report.p80 + Z_95 * report.p80_se), 3) for report in reports],
                off=[_is_off(group) for group in known],
            )
        ],
    }


def _day_cells(one: DayAhead) -> list[Cell]:
    expected = one.walk_ins
    look = "worse strong" if expected.mean > one.left else "strong"
    interval = Cell(expected.low, f"{expected.low}–{expected.high}")
    counts = [number(value) for value in (one.sessions, one.numbers, one.booked, one.left)]
    return [*counts, number(expected.mean, 0, look), interval, Cell(expected.high)]


def _week_chart(days: list[DayAhead]) -> Chart:
    return {
        "label": _("Walk-ins to expect on each day, with the interval, and the numbers left for them"),
        "categories": [day(one.day) for one in days],
        "series": [
            series(
                _("Walk-ins expected"),
                "walk-in",
                [one.walk_ins.mean for one in days],
                low=[one.walk_ins.low for one in days],
                upTo=[one.walk_ins.high for one in days],
            ),
            series(_("Left for walk-ins"), "current", [one.left for one in days], kind="line"),
        ],
    }
