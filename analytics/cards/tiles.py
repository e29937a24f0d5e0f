"""The figures on top: the two medians and the long waits, after a plan with what changed; use and expected times."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.cards.board import Board
from analytics.cards.effects import changes_of
from analytics.domain.disclosure import FEWEST_SHOWN
from analytics.domain.effects import Effect
from analytics.selectors.waits import WaitSum


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with what it stands on."""

    title: str
    figure: str
    unit: str = ""
    under: str = ""
    look: str = "muted"
    channel: str = ""


def tiles_of(board: Board) -> list[Tile]:
    """Five figures; with sessions under a plan those after it, and the difference to before."""
    changes = changes_of(board.effect)
    total = board.waits.total
    return [
        _median(_("Walk-in wait, median"), total.walk_in, changes.get("walk_in"), "walk-in"),
        _median(_("Booked wait, median"), total.booked, changes.get("appointment"), "booked"),
        _long(total.walk_in, changes.get("long")),
        _use(board),
        _hits(board),
    ]


def _median(title: str, wait: WaitSum, change: Effect | None, channel: str) -> Tile:
    if change:
        after = _("%(title)s, with plans") % {"title": title}
        return Tile(after, floatformat(change.after, 0), _("min"), *_changed(change, 1, _("min")), channel)
    if wait.count < FEWEST_SHOWN:
        return Tile(title, "–", channel=channel)
    people = ngettext("%(n)s patient", "%(n)s patients", wait.count) % {"n": wait.count}
    return Tile(title, floatformat(wait.median_min, 0), _("min"), people, channel=channel)


def _long(wait: WaitSum, change: Effect | None) -> Tile:
    title = _("Walk-ins waiting over 60 min")
    if change:
        after = _("%(title)s, with plans") % {"title": title}
        return Tile(after, floatformat(100 * change.after, 0), "%", *_changed(change, 100, _("points")))
    if wait.count < FEWEST_SHOWN:
        return Tile(title, "–")
    return Tile(title, floatformat(100 * wait.over_60_share, 0), "%")


def _changed(change: Effect, scale: int, unit: str) -> tuple[str, str]:
    """What is said under the figure, and its look."""
    size = floatformat(abs(scale * change.difference), 0)
    if change.is_noise:
        return _("no clear change"), "noise"
    words = {"size": size, "unit": unit}
    if change.difference < 0:
        return "▼ " + _("%(size)s %(unit)s less than before") % words, "better"
    return "▲ " + _("%(size)s %(unit)s more than before") % words, "worse"


def _use(board: Board) -> Tile:
    open_min, seen = (sum(getattr(use, name) for use in board.uses) for name in ("open_min", "seen"))
    if not open_min or seen < FEWEST_SHOWN:
        return Tile(_("Opening hours used"), "–")
    share = sum(use.busy_min for use in board.uses) / open_min
    sessions = sum(use.sessions for use in board.uses)
    under = ngettext("%(n)s session", "%(n)s sessions", sessions) % {"n": sessions}
    return Tile(_("Opening hours used"), floatformat(100 * share, 0), "%", under)


def _hits(board: Board) -> Tile:
    n = sum(group.report.n for group in board.accuracy)
    title = _("Expected times, P80 hit")
    if n < FEWEST_SHOWN:
        return Tile(title, "–", under=_("goal 0.80"))
    share = sum(group.report.p80 * group.report.n for group in board.accuracy) / n
    return Tile(title, floatformat(share, 2), under=_("goal 0.80"))
