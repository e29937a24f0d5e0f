"""Addresses of the managers' pages, under /manage/."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import dashboard, imports, lines, nights, plans, simulations, weeks, what_ifs

app_name = "analytics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", dashboard.dashboard, name="dashboard"),
    path("cards/<slug:card>.csv", dashboard.card_csv, name="card-csv"),
    path("export/", dashboard.workbook, name="export"),
    path("report/", dashboard.report, name="report"),
    path("history/", imports.imports, name="imports"),
    path("history/mappings/<int:pk>.toml", imports.mapping, name="mapping"),
    path("history/<slug:code>/", imports.upload, name="import"),
    path("history/<slug:code>/check/", imports.check, name="import-check"),
    path("history/<slug:code>/take/", imports.take, name="import-take"),
    path("history/<slug:code>/discard/", imports.discard, name="import-discard"),
    path("history/<slug:code>/progress/", imports.progress, name="import-progress"),
    path("history/<slug:code>/errors.csv", imports.faults, name="import-faults"),
    path("models/", lines.models, name="models"),
    path("models.csv", lines.models_csv, name="models-csv"),
    path("week/", weeks.week, name="week"),
    path("week/ask/", weeks.ask, name="week-ask"),
    path("week.csv", weeks.week_csv, name="week-csv"),
    path("week/waiting/", weeks.waiting, name="week-waiting"),
    path("night/", nights.last_night, name="last-night"),
    path("night/begin/", nights.begin, name="night-begin"),
    path("night/<int:pk>/", nights.night, name="night"),
    path("night/<int:pk>/progress/", nights.progress, name="night-progress"),
    path("plans/", plans.plans, name="plans"),
    path("plans/<slug:code>/", plans.plan, name="plan"),
    path("plans/<slug:code>/approve/", plans.approve, name="plan-approve"),
    path("plans/<slug:code>/edit/", plans.edit, name="plan-edit"),
    path("plans/<slug:code>/reject/", plans.reject, name="plan-reject"),
    path("plans/<slug:code>/simulate/", simulations.simulate, name="plan-simulate"),
    path("plans/<slug:code>/simulation/", simulations.simulation, name="plan-simulation"),
    path("plans/<slug:code>/what-if/", what_ifs.ask, name="what-if-ask"),
    path("what-ifs/<slug:code>/", what_ifs.what_if, name="what-if"),
    path("what-ifs/<slug:code>/progress/", what_ifs.progress, name="what-if-progress"),
    path("plans/<slug:code>/roll-back/", plans.roll_back, name="plan-roll-back"),
]
