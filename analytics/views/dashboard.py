"""The dashboard: findings as cards with chart and table, each as CSV, all as a workbook, and a report to print."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analytics.cards import CARDS, Board
from analytics.cards.files import csv_of, workbook_of
from analytics.cards.plans import names_of
from analytics.cards.tiles import tiles_of
from analytics.forms.dashboards import DashboardFilter, ReportMonth
from analytics.selectors.choices import history_facts, last_taken_in, session_sums
from hospital.common.views import manage_page, managers_only


@managers_only
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Waits, use and sale of the chosen experts, days and weekdays."""
    facts, names = history_facts(), names_of()
    form = DashboardFilter(request.GET, facts=facts, names=names)
    context = {
        "form": form,
        "facts": facts,
        "taken_in_at": last_taken_in(),
        "query": request.GET.urlencode(),
        **_found(Board(form.chosen(), names)),
    }
    return manage_page(request, "analytics/dashboard.html", "dashboard", context)


@managers_only
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """A month on paper: the same findings, with everything that a screen needs left out."""
    facts, names = history_facts(), names_of()
    form = ReportMonth(request.GET, facts=facts, names=names)
    board = Board(form.chosen(), names)
    scope = " ".join(board.name(one) for one in (board.chosen.department, board.chosen.expert) if one)
    found = _found(
        board, of=[slug for slug in CARDS if slug != "week"]
    )  # what is to come is not of the month
    context = {"form": form, "board": board, "scope": scope, **found}
    return manage_page(request, "analytics/report.html", "dashboard", context)


def _found(board: Board, *, of: Iterable[str] = CARDS) -> dict[str, Any]:
    """The tiles and cards, if there is a session to speak of."""
    sums = session_sums(board.chosen)
    if not sums["sessions"]:
        return {"sums": sums}
    cards = [CARDS[slug](board) for slug in of]
    return {"sums": sums, "tiles": tiles_of(board), "cards": sorted(cards, key=lambda card: not card.rows)}


@managers_only
@require_safe
def card_csv(request: HttpRequest, card: str) -> HttpResponse:
    """One card's table as CSV, with the same filters."""
    if card not in CARDS:
        raise Http404
    form = DashboardFilter(request.GET, facts=history_facts(), names={})
    return csv_of(CARDS[card](Board(form.chosen(), {})))


@managers_only
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """Every card as a sheet of one workbook, with the same filters."""
    names = names_of()
    form = DashboardFilter(request.GET, facts=history_facts(), names=names)
    board = Board(form.chosen(), names)
    return workbook_of([card(board) for card in CARDS.values()], board)
