"""Waits by hour of arrival, long waits, and waits by weekday."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from analytics.cards.board import Board
from analytics.cards.parts import Card, Cell, Chart, Column, Row, hidden, number, percent, rounded, series
from analytics.domain.disclosure import shown_groups
from analytics.selectors.waits import Waits, WaitSum
from hospital.common.forms import WEEKDAYS
from hospital.common.words import weekday_short

CHANNELS = ("walk_in", "booked")
CLEARLY = 1.1
"""The longest median so far above the shortest is worth a title."""
Shown = dict[str, list[bool]]


def waits_card(board: Board) -> Card:
    """Median and 90th percentile by hour of arrival."""
    hours = board.waits.hours
    shown = _shown(hours)
    worst = _worst(hours, shown)
    title = _("Waits by hour of arrival")
    if worst:
        title = _("Walk-ins arriving %(hour)s wait longest") % {"hour": span_of(worst.key)}
    return Card(
        slug="waits",
        title=title,
        columns=[Column("hour", _("Hour")), *_columns("walk_in"), *_columns("booked")],
        rows=_rows(hours, shown, span_of, _median_cells),
        chart=_chart(hours, shown, span_of),
        note=_(
            "Median, line to the 90th percentile, in minutes. Walk-ins wait from registration, booked patients from "
            "the later of check-in and slot start, until the call. Fewer than 10 patients are not shown."
        ),
        empty=_("No visit of this choice tells both its channel and its times."),
    )


def long_card(board: Board) -> Card:
    """Shares of those who waited more than half an hour and more than an hour."""
    hours = board.waits.hours
    shown = _shown(hours)
    total = board.waits.total.walk_in
    title = _("Long waits by hour of arrival")
    if shown_groups([total.count])[0] and total.count:
        title = _("%(share)s of 100 walk-ins wait longer than an hour") % {
            "share": round(100 * total.over_60_share)
        }
    keys = [f"{channel}_over_{length}" for channel in CHANNELS for length in (30, 60)]
    labels = [_("Walk-in > 30"), "> 60", _("Booked > 30"), "> 60"]
    return Card(
        slug="long",
        title=title,
        columns=[Column("hour", _("Hour")), *map(Column, keys, labels)],
        rows=_rows(hours, shown, span_of, _long_cells),
        chart=_long_chart(hours, shown),
        note=_("Share of patients who waited longer than 30 and 60 minutes; the bars are those over 60."),
        empty=_("No visit of this choice tells both its channel and its times."),
    )


def weekdays_card(board: Board) -> Card:
    """Everything about waits, by weekday."""
    days = board.waits.weekdays
    shown = _shown(days)
    names = dict(WEEKDAYS)

    def name(weekday: int) -> str:
        return str(names[weekday])

    worst, best = _worst(days, shown), _worst(days, shown, least=True)
    title = _("Waits by weekday")
    if worst and best and worst != best:
        title = _("Walk-in waits hardly differ by weekday")
        if (worst.walk_in.median_min or 0) >= CLEARLY * (best.walk_in.median_min or 0):
            title = _("Walk-ins wait longest on a %(weekday)s") % {"weekday": name(worst.key)}
    return Card(
        slug="weekdays",
        title=title,
        columns=[Column("weekday", _("Weekday")), *_all_columns("walk_in"), *_all_columns("booked")],
        rows=_rows(days, shown, name, _all_cells),
        chart=_chart(days, shown, weekday_short),
        note=_("As above, by the weekday of the session."),
        empty=_("No visit of this choice tells both its channel and its times."),
        wide=True,
    )


def span_of(hour: int) -> str:
    """07-08."""
    return f"{hour:02d}–{(hour + 1) % 24:02d}"


def _shown(groups: Sequence[Waits]) -> Shown:
    return {name: shown_groups([getattr(group, name).count for group in groups]) for name in CHANNELS}


def _worst(groups: Sequence[Waits], shown: Shown, *, least: bool = False) -> Waits | None:
    """The group whose walk-ins wait longest, or shortest, of those that are shown."""
    pairs = zip(groups, shown["walk_in"], strict=True)
    known = [group for group, fine in pairs if fine and group.walk_in.count]
    sign = -1 if least else 1
    return max(known, key=lambda group: sign * (group.walk_in.median_min or 0.0), default=None)


def _columns(channel: str) -> list[Column]:
    label = _("Walk-in") if channel == "walk_in" else _("Booked")
    return [
        Column(f"{channel}_patients"),
        Column(f"{channel}_median_min", label),
        Column(f"{channel}_p90_min", "P90"),
    ]


def _all_columns(channel: str) -> list[Column]:
    over = [Column(f"{channel}_over_30", "> 30"), Column(f"{channel}_over_60", "> 60")]
    return [*_columns(channel), *over]


def _median_cells(wait: WaitSum) -> list[Cell]:
    return [number(wait.count), number(wait.median_min, look="strong"), number(wait.p90_min)]


def _long_cells(wait: WaitSum) -> list[Cell]:
    if not wait.count:
        return [Cell(), Cell()]
    return [percent(wait.over_30_share), percent(wait.over_60_share, "strong")]


def _all_cells(wait: WaitSum) -> list[Cell]:
    return [*_median_cells(wait), *_long_cells(wait)]


def _rows(
    groups: Sequence[Waits],
    shown: Shown,
    name: Callable[[int], str],
    cells: Callable[[WaitSum], list[Cell]],
) -> list[Row]:
    rows = []
    for index, group in enumerate(groups):
        row: list[Cell] = []
        for channel in CHANNELS:
            found = cells(getattr(group, channel))
            only_files = 0 if cells is _long_cells else 1
            row += found if shown[channel][index] else hidden(len(found) - only_files, only_files)
        rows.append(Row(str(group.key), name(group.key), row))
    return rows


def _chart(groups: Sequence[Waits], shown: Shown, name: Callable[[int], str]) -> Chart:
    def values(channel: str, what: str) -> list[float | None]:
        pairs = zip(groups, shown[channel], strict=True)
        return [getattr(getattr(group, channel), what) if fine else None for group, fine in pairs]

    looks = [("walk_in", "walk-in", _("Walk-in")), ("booked", "booked", _("Booked"))]
    return {
        "label": _("Median wait, with a line to the 90th percentile"),
        "categories": [name(group.key) for group in groups],
        "series": [
            series(text, look, values(channel, "median_min"), upTo=rounded(values(channel, "p90_min")))
            for channel, look, text in looks
        ],
    }


def _long_chart(groups: Sequence[Waits], shown: Shown) -> Chart:
    def values(channel: str) -> list[float | None]:
        waits = [getattr(group, channel) for group in groups]
        return [
            100 * wait.over_60_share if fine and wait.count else None
            for wait, fine in zip(waits, shown[channel], strict=True)
        ]

    return {
        "label": _("Share of patients who waited longer than 60 minutes, in percent"),
        "categories": [span_of(group.key) for group in groups],
        "unit": "%",
        "series": [
            series(_("Walk-in"), "walk-in", values("walk_in")),
            series(_("Booked"), "booked", values("booked")),
        ],
    }
