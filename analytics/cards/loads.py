"""Walk-ins against capacity by hour, opening hours used, numbers planned and used."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from analytics.cards.board import Board
from analytics.cards.parts import Card, Cell, Chart, Column, Row, hidden, number, percent, series
from analytics.cards.waits import span_of
from analytics.domain.disclosure import shown_groups
from analytics.selectors.loads import Use
from analytics.selectors.sales import Used


def load_card(board: Board) -> Card:
    """Walk-ins, patients seen and patients possible, by hour."""
    loads = board.loads
    shown = shown_groups([load.patients for load in loads])
    known = [load for load, fine in zip(loads, shown, strict=True) if fine]
    crowded = [load for load in known if load.possible is not None and load.walk_ins > load.seen]
    title = _("Walk-ins against capacity")
    if loads:
        title = _("From the opening on, more are seen each hour than walk in")
    if crowded:
        title = _("More walk-ins come in %(hour)s than are seen") % {"hour": span_of(crowded[0].hour)}
    figures = [
        (load.walk_ins, load.seen, load.possible) if fine else (None, None, None)
        for load, fine in zip(loads, shown, strict=True)
    ]
    names = [_("Walk-ins"), _("Seen"), _("Possible")]
    keys = ["walk_ins_per_session", "seen_per_session", "possible_per_session"]
    return Card(
        slug="load",
        title=title,
        columns=[Column("hour", _("Hour")), *map(Column, keys, names)],
        rows=[
            Row(str(load.hour), span_of(load.hour), [number(one, 1) for one in three] if fine else hidden(3))
            for load, three, fine in zip(loads, figures, shown, strict=True)
        ],
        chart={
            "label": _("Walk-ins, patients seen and patients possible per session, by hour"),
            "categories": [span_of(load.hour) for load in loads],
            "series": [
                series(names[0], "walk-in", [three[0] for three in figures]),
                series(names[1], "other", [three[1] for three in figures]),
                series(names[2], "current", [three[2] for three in figures], kind="line"),
            ],
        },
        note=_(
            "Per session and hour. Possible = 60 min ÷ mean visit of that hour; seen counts consultations begun."
        ),
        empty=_("No session in this choice. Choose other days or clear the filters."),
    )


def use_card(board: Board) -> Card:
    """Consulting time as a share of the opening hours."""
    uses = sorted(board.uses, key=lambda use: -use.share)
    shown = shown_groups([use.seen for use in uses])
    known = [use for use, fine in zip(uses, shown, strict=True) if fine]
    title = _("Opening hours used")
    if known and known[-1].busy_min:
        title = _("%(name)s: patients are seen in %(share)s%% of the opening hours") % {
            "name": board.name(known[-1].key),
            "share": round(100 * known[-1].share),
        }
    labels = ["", _("Open (h)"), _("Seeing (h)"), "", _("Used")]
    keys = ["sessions", "open_h", "seeing_h", "after_close_h", "used"]
    rows = [
        Row(use.key, board.name(use.key), _use_cells(use) if fine else [*hidden(3, 1), Cell(span=0)])
        for use, fine in zip(uses, shown, strict=True)
    ]
    return Card(
        slug="use",
        title=title,
        columns=[Column("group", board.group_label), *map(Column, keys, labels)],
        rows=rows,
        chart=_shares(board, _("Share of the opening hours in which patients are seen"), known),
        note=_("Used = time in consultations that began within the opening hours ÷ opening hours."),
        empty=_("No session in this choice. Choose other days or clear the filters."),
    )


def _use_cells(use: Use) -> list[Cell]:
    hours = [number(minutes / 60, 0) for minutes in (use.open_min, use.busy_min, use.after_close_min)]
    return [number(use.sessions), *hours, percent(use.share, "strong")]


def numbers_card(board: Board) -> Card:
    """Patients seen as a share of the numbers planned."""
    used = sorted(board.sales.used, key=lambda each: -each.share)
    shown = shown_groups([each.seen for each in used])
    known = [each for each, fine in zip(used, shown, strict=True) if fine]
    title = _("Numbers planned and used")
    if used:
        title = _("Numbers used: too few patients to judge by")
    if known:
        title = _("%(name)s: %(left)s of 10 numbers are not used") % {
            "name": board.name(known[-1].key),
            "left": max(0, round(10 * (1 - known[-1].share))),
        }
    rows = [
        Row(each.key, board.name(each.key), _number_cells(each) if fine else hidden(3, 2))
        for each, fine in zip(used, shown, strict=True)
    ]
    return Card(
        slug="numbers",
        title=title,
        columns=[Column("group", board.group_label), *_number_columns()],
        rows=rows,
        chart=_shares(board, _("Patients seen as a share of the numbers planned"), known),
        note=_(
            "Used = patients seen ÷ numbers planned, in sessions of this system that are over; stopped ones left out."
        ),
        empty=_(
            "None yet: sessions planned in this system that are over. Each night adds those of the day before."
        ),
    )


def _number_columns() -> list[Column]:
    only_files = [Column("booked"), Column("walk_ins")]
    return [
        *only_files,
        Column("planned", _("Planned")),
        Column("seen", _("Seen")),
        Column("used", _("Used")),
    ]


def _number_cells(used: Used) -> list[Cell]:
    counts = [number(count) for count in (used.booked, used.walk_ins, used.planned, used.seen)]
    return [*counts, percent(used.share, "strong")]


def _shares(board: Board, label: str, groups: Sequence[Use | Used]) -> Chart:
    return {
        "label": label,
        "kind": "across",
        "unit": "%",
        "most": 100,
        "categories": [board.name(each.key) for each in groups],
        "series": [series(_("Used"), "other", [100 * each.share for each in groups])],
    }
