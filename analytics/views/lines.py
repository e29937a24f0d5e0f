"""The queueing models beside what was measured: every department in one table, a chosen one with the reasons."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analytics.cards.lines import LineRow, detail, table_of
from analytics.cards.plans import names_of
from analytics.forms.dashboards import DashboardFilter
from analytics.selectors.choices import history_facts
from analytics.selectors.lines import lines_measured
from hospital.common.downloads import CSV, csv_bytes, download
from hospital.common.views import manage_page, managers_only


@managers_only
@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """What M/M/1, M/G/1 and M/M/c say of each department, and whether it holds."""
    facts, names = history_facts(), names_of()
    form = DashboardFilter(request.GET, facts=facts, names=names)
    rows = [LineRow.of(line, names) for line in lines_measured(form.chosen())]
    alone = rows[0] if len(rows) == 1 else None
    context = {
        "form": form,
        "rows": rows,
        "alone": alone,
        "detail": detail(alone) if alone and alone.found else None,
        "query": request.GET.urlencode(),
    }
    return manage_page(request, "analytics/models.html", "models", context)


@managers_only
@require_safe
def models_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table of numbers."""
    chosen = DashboardFilter(request.GET, facts=history_facts(), names={}).chosen()
    rows = [LineRow.of(line, {}) for line in lines_measured(chosen)]
    return download("models.csv", csv_bytes(table_of(rows), for_spreadsheet=False), CSV)
