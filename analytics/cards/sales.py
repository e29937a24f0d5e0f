"""How fast numbers go, and how many booked patients do not come."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.cards.board import Board
from analytics.cards.parts import Card, Cell, Chart, Column, Row, hidden, number, percent, series
from analytics.domain.disclosure import shown_groups
from analytics.selectors.loads import Use
from analytics.selectors.sales import Sold

HOUR_MIN, DAY_MIN = 60, 24 * 60


def sold_card(board: Board) -> Card:
    """How soon after the release the last number of a session goes."""
    sold = sorted(board.sales.sold, key=lambda one: (one.time_min is None, one.time_min or 0.0))
    title = _("No session was sold out") if sold else _("How fast numbers go")
    if sold and sold[0].time_min is not None:
        title = _("%(name)s is sold out after %(time)s") % {
            "name": board.name(sold[0].key),
            "time": duration(sold[0].time_min),
        }
    return Card(
        slug="sold",
        title=title,
        columns=[
            Column("group", board.group_label),
            Column("sessions", _("Sessions")),
            Column("sold_out", _("Sold out")),
            Column("median_min", _("Time to sell out")),
        ],
        rows=[Row(one.key, board.name(one.key), _sold_cells(one)) for one in sold],
        chart=_sold_chart(board, [one for one in sold if one.time_min is not None]),
        note=_(
            "From the release to the first moment without a number left; the median of sessions sold out."
        ),
        empty=_(
            "None yet: sessions whose numbers this system sold. Each night adds those of the day before."
        ),
    )


def misses_card(board: Board) -> Card:
    """Confirmed no-shows and late cancels."""
    uses = sorted((use for use in board.uses if use.live), key=lambda use: -use.no_show_share)
    shown = shown_groups([use.live for use in uses])
    known = [use for use, fine in zip(uses, shown, strict=True) if fine]
    title = _("No-shows")
    if known and known[0].no_shows:
        title = _("Most no-shows: %(name)s") % {"name": board.name(known[0].key)}
    labels = [_("Booked"), _("No-shows"), _("Share"), _("Late cancels")]
    return Card(
        slug="misses",
        title=title,
        columns=[
            Column("group", board.group_label),
            *map(Column, ["booked", "no_shows", "no_show_share", "late_cancels"], labels),
        ],
        rows=[
            Row(use.key, board.name(use.key), _missed_cells(use) if fine else hidden(4))
            for use, fine in zip(uses, shown, strict=True)
        ],
        chart=_misses_chart(board, known),
        note=_misses_note(board),
        empty=_("No booked patient in this choice."),
    )


def duration(minutes: float) -> str:
    """24 min; 1 h 06 min; 4 d 3 h."""
    whole = round(minutes)
    if whole < HOUR_MIN:
        return _("%(minutes)s min") % {"minutes": whole}
    if whole < DAY_MIN:
        return _("%(hours)s h %(minutes)02d min") % {"hours": whole // HOUR_MIN, "minutes": whole % HOUR_MIN}
    hours = round(minutes / HOUR_MIN)
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}


def _sold_cells(sold: Sold) -> list[Cell]:
    never = Cell(None, _("never") if sold.sessions else "–", "muted")
    time = never if sold.time_min is None else Cell(sold.time_min, duration(sold.time_min), "strong")
    return [number(sold.sessions), percent(sold.share if sold.sessions else None), time]


def _sold_chart(board: Board, sold: list[Sold]) -> Chart:
    return {
        "label": _("Time from the release until nothing is left, on a logarithmic scale"),
        "kind": "dots",
        "ticks": [
            {"at": 10, "text": duration(10)},
            {"at": HOUR_MIN, "text": _("1 h")},
            {"at": 6 * HOUR_MIN, "text": _("6 h")},
            {"at": DAY_MIN, "text": _("1 d")},
            {"at": 7 * DAY_MIN, "text": _("7 d")},
        ],
        "categories": [board.name(one.key) for one in sold],
        "series": [series(_("Time to sell out"), "other", [one.time_min for one in sold])],
    }


def _missed_cells(use: Use) -> list[Cell]:
    return [number(use.live), number(use.no_shows), _rate(use.no_show_share), number(use.late_cancels)]


def _rate(share: float) -> Cell:
    """No-shows are few: one digit after the point."""
    cell = number(100 * share, 1)
    return Cell(share, f"{cell.text}%", "strong")


def _misses_chart(board: Board, known: list[Use]) -> Chart:
    return {
        "label": _("No-shows as a share of the booked patients, in percent"),
        "kind": "across",
        "unit": "%",
        "categories": [board.name(use.key) for use in known],
        "series": [series(_("No-shows"), "other", [100 * use.no_show_share for use in known])],
    }


def _misses_note(board: Board) -> str:
    open_ones = board.sales.unresolved
    text = _(
        "Confirmed no-shows of the booked patients; late cancels are counted by this system since it books."
    )
    if not open_ones:
        return text
    return f"{text} " + ngettext(
        "%(n)s still to be confirmed does not count.", "%(n)s still to be confirmed do not count.", open_ones
    ) % {"n": open_ones}
