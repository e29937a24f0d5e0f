"""The managers' error report: how good the expected times were, with chart, table and CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from hospital.common.disclosure import FEWEST_SHOWN
from hospital.common.downloads import CSV, csv_bytes, download
from hospital.common.forms import WEEKDAYS
from hospital.common.language import chinese
from hospital.common.views import manage_page, managers_only
from queueing.domain.outcomes import ErrorReport
from queueing.forms.estimates import EstimatesFilter
from queueing.selectors.accuracy import Group, estimates_accuracy, estimates_extent

REASONS = {
    "left": gettext_lazy("left or cancelled"),
    "passed": gettext_lazy("not there when called"),
    "emergency": gettext_lazy("emergency"),
    "moved": gettext_lazy("moved to another queue, or called out of turn"),
    "unknown": gettext_lazy("no estimate: too few consultations known"),
}
COUNTS = ("n", "sessions")
"""Of a group too small to be shown these stand in the file."""
GOOD = 0.05
"""So far from its share P80 may be before the page says so."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in words."""

    name: str
    group: Group

    @property
    def report(self) -> ErrorReport:
        """Its figures."""
        return self.group.report


@managers_only
@require_safe
def accuracy(request: HttpRequest) -> HttpResponse:
    """Bias, error and coverage of the chosen forecasts."""
    form = EstimatesFilter(request.GET, extent=estimates_extent())
    found = estimates_accuracy(form.chosen())
    tables = _tables(form, found)
    context = {
        "form": form,
        "found": found,
        "few": 0 < found.total.n < FEWEST_SHOWN,
        "tables": tables,
        "excluded": [(REASONS[reason], count) for reason, count in found.excluded.items()],
        "verdict": _verdict(found.total),
        "query": request.GET.urlencode(),
    }
    return manage_page(request, "queueing/estimates.html", "estimates", context)


@managers_only
@require_safe
def accuracy_csv(request: HttpRequest) -> HttpResponse:
    """Every group as CSV, with the same filters."""
    form = EstimatesFilter(request.GET, extent=estimates_extent())
    found = estimates_accuracy(form.chosen())
    names = ErrorReport.__slots__
    rows: list[list[object]] = [["by", "group", *names]]
    for by, groups in _groups_of(found):
        for group in groups:
            figures = [
                getattr(group.report, name) if group.shown or name in COUNTS else None for name in names
            ]
            key = "-".join(map(str, group.key))
            rows.append([by, key, *(round(one, 4) if isinstance(one, float) else one for one in figures)])
    return download("expected-times.csv", csv_bytes(rows, for_spreadsheet=False), CSV)


def _groups_of(found: Any) -> list[tuple[str, list[Group]]]:
    total = Group((), found.total)
    return [
        ("all", [total]),
        ("department", found.departments),
        ("expert", found.experts),
        ("period", found.periods),
    ]


def _tables(form: EstimatesFilter, found: Any) -> list[dict[str, Any]]:
    index = 1 if chinese() else 2
    experts = {row[0]: row[index] or row[1] for row in form.extent.experts}
    departments = {row[0]: row[index] or row[1] for row in form.extent.departments}
    weekdays = dict(WEEKDAYS)
    return [
        _table(
            "expert", _("By expert"), [GroupRow(experts.get(g.key[0], g.key[0]), g) for g in found.experts]
        ),
        _table(
            "department",
            _("By department"),
            [GroupRow(departments.get(g.key[0], g.key[0]), g) for g in found.departments],
        ),
        _table(
            "period",
            _("By period"),
            [GroupRow(f"{weekdays[g.key[0]]} {g.key[1]}", g) for g in found.periods],
        ),
    ]


def _table(name: str, title: str, rows: list[GroupRow]) -> dict[str, Any]:
    return {"name": name, "title": title, "rows": rows, "chart": _chart(title, rows)}


def _chart(title: str, rows: Iterable[GroupRow]) -> dict[str, Any]:
    shown = [row for row in rows if row.group.shown]
    return {
        "label": _("%(title)s: mean error in minutes, ours and people ahead times mean") % {"title": title},
        "categories": [row.name for row in shown],
        "series": [
            {"name": _("Error"), "look": "other", "values": [round(row.report.error, 1) for row in shown]},
            {
                "name": _("Plain estimate"),
                "look": "current",
                "values": [round(row.report.plain_error, 1) for row in shown],
            },
        ],
    }


def _verdict(total: ErrorReport) -> str:
    """The finding as a title: whether patients can trust the later end of what they are told."""
    share = {"share": round(100 * total.p80)}
    if abs(total.p80 - 0.8) <= max(GOOD, 2 * total.p80_se):
        return _("Times hold: %(share)s %% were called before the later end") % share
    if total.p80 < 0.8:
        return _("Promised too early: only %(share)s %% were called before the later end") % share
    return _("Promised too late: %(share)s %% were called before the later end") % share
