"""Addresses of the managers' pages, under /manage/."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import dashboard, plans, simulations

app_name = "analytics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", dashboard.dashboard, name="dashboard"),
    path("cards/<slug:card>.csv", dashboard.card_csv, name="card-csv"),
    path("plans/", plans.plans, name="plans"),
    path("plans/<slug:code>/", plans.plan, name="plan"),
    path("plans/<slug:code>/approve/", plans.approve, name="plan-approve"),
    path("plans/<slug:code>/edit/", plans.edit, name="plan-edit"),
    path("plans/<slug:code>/reject/", plans.reject, name="plan-reject"),
    path("plans/<slug:code>/simulate/", simulations.simulate, name="plan-simulate"),
    path("plans/<slug:code>/simulation/", simulations.simulation, name="plan-simulation"),
    path("plans/<slug:code>/roll-back/", plans.roll_back, name="plan-roll-back"),
]
