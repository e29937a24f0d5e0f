"""Does the week fit: expected demand against the sessions of each department, and which sessions would help."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from analytics.cards.parts import Chart, series
from analytics.cards.plans import names_of
from analytics.domain.schedule_proposals import USUAL_HOURS
from analytics.forms.weeks import WeekForm
from analytics.models import WeekProposal
from analytics.selectors.weeks import week_failed, week_latest, week_pending
from analytics.services.weeks import week_ask
from booking.selectors.schedules import experts_by_code
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.downloads import CSV, csv_bytes, download
from hospital.common.forms import WEEKDAYS
from hospital.common.views import manage_page, managers_only, signed_in
from hospital.common.words import half_name, weekday_short

FIGURES = ("expected", "offered", "moved", "unmet")
HALVES = ("morning", "afternoon", "evening")
"""In files."""
HALF_DAYS = (
    gettext_lazy("%(day)s morning"),
    gettext_lazy("%(day)s afternoon"),
    gettext_lazy("%(day)s evening"),
)


@managers_only
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """What was worked out last."""
    last = week_latest()
    return _page(request, WeekForm(initial={"growth_percent": last.growth_percent} if last else None))


@managers_only
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Let the worker compare anew."""
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 400)
    actor = Actor.of(signed_in(request))
    week_ask(growth_percent=form.cleaned_data["growth_percent"], actor=actor, now=clock.now())
    return redirect("analytics:week")


@managers_only
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Asked for every few seconds; once the proposals are there the page is loaded again."""
    found = week_latest()
    response = render(request, "analytics/_week_waiting.html", {"failed": found and week_failed(found.code)})
    if found is None or not week_pending(found.code):
        response["HX-Refresh"] = "true"
    return response


@managers_only
@require_safe
def week_csv(request: HttpRequest) -> HttpResponse:
    """Every half-day of every department as a table of numbers."""
    found = week_latest()
    rows: list[list[object]] = [["department", "weekday", "half_day", *FIGURES]]
    for one in (found and found.found) or []:
        for zone in one["zones"]:
            half, figures = HALVES[zone["zone"]["half"]], [round(float(zone[name]), 1) for name in FIGURES]
            rows.append([one["department"], zone["zone"]["weekday"], half, *figures])
    return download("week.csv", csv_bytes(rows, for_spreadsheet=False), CSV)


def _page(request: HttpRequest, form: WeekForm, status: int = 200) -> HttpResponse:
    found = week_latest()
    context = {
        "form": form,
        "found": found,
        "working": found is not None and found.found is None and week_pending(found.code),
        "failed": found is not None and week_failed(found.code),
        "departments": _departments(found),
    }
    return manage_page(request, "analytics/week.html", "week", context, status=status)


def _departments(found: WeekProposal | None) -> list[dict[str, Any]]:
    """Those with something to say first."""
    names, keys = names_of(), {code: expert.pk for code, expert in experts_by_code().items()}
    rows = [_department(one, names, keys) for one in (found.found if found and found.found else [])]
    return sorted(rows, key=lambda row: (-row["unmet"], -row["moved"]))


def _department(one: dict[str, Any], names: dict[str, str], keys: dict[str, int]) -> dict[str, Any]:
    expected = sum(zone["expected"] for zone in one["zones"])
    offered = sum(zone["offered"] for zone in one["zones"])
    return {
        "name": names.get(one["department"], one["department"]),
        "title": _title(expected, offered, one["moved"], one["unmet"]),
        "moved": one["moved"],
        "unmet": one["unmet"],
        "zones": [{**zone, "name": _half_day(zone["zone"])} for zone in one["zones"]],
        "chart": _chart(one["zones"]),
        "chart_id": f"week-chart-{one['department']}",
        "extras": [_extra(each, names, keys) for each in one["extras"]],
        "spare": [
            {"expert": names.get(each["expert"], each["expert"]), "zone": _half_day(each["zone"])}
            for each in one["spare"]
        ],
    }


def _chart(zones: list[dict[str, Any]]) -> Chart:
    return {
        "label": _("Patients expected and numbers offered in each half-day"),
        "categories": [
            f"{weekday_short(zone['zone']['weekday'])}\n{half_name(zone['zone']['half'])}" for zone in zones
        ],
        "series": [
            series(pgettext("patients", "Expected"), "other", [zone["expected"] for zone in zones]),
            series(_("Numbers offered"), "current", [zone["offered"] for zone in zones]),
        ],
    }


def _title(expected: float, offered: float, moved: float, unmet: float) -> str:
    numbers = {
        "expected": floatformat(expected, 0),
        "offered": floatformat(offered, 0),
        "moved": floatformat(moved, 0),
        "unmet": floatformat(unmet, 0),
    }
    if unmet >= 0.5:
        return (
            _(
                "%(expected)s patients a week for %(offered)s numbers: %(unmet)s find none, however they are shared out"
            )
            % numbers
        )
    if moved >= 0.5:
        return (
            _("Numbers for all %(expected)s patients a week, but %(moved)s must come at another time")
            % numbers
        )
    return _("Numbers for all %(expected)s patients a week when they want to come") % numbers


def _half_day(zone: dict[str, int]) -> str:
    day = dict(WEEKDAYS)[zone["weekday"]]
    return str(HALF_DAYS[zone["half"]]) % {"day": day}


def _extra(one: dict[str, Any], names: dict[str, str], keys: dict[str, int]) -> dict[str, str]:
    opens_at, closes_at, walk_in_opens_at = USUAL_HOURS[one["zone"]["half"]]
    start = {
        "expert": keys.get(one["expert"], ""),
        "weekday": one["zone"]["weekday"],
        "opens_at": f"{opens_at:%H:%M}",
        "closes_at": f"{closes_at:%H:%M}",
        "walk_in_opens_at": f"{walk_in_opens_at:%H:%M}",
    }
    return {
        "expert": names.get(one["expert"], one["expert"]),
        "zone": _half_day(one["zone"]),
        "gain": _gain(one["unmet_less"], one["moved_less"]),
        "address": f"{reverse('booking:schedule-template-new')}?{urlencode(start)}",
    }


def _gain(unmet_less: float, moved_less: float) -> str:
    if unmet_less >= 0.5:
        n = round(unmet_less)
        return ngettext("%(n)s patient more finds a number", "%(n)s patients more find a number", n) % {
            "n": n
        }
    n = round(moved_less)
    return ngettext("%(n)s half-day less is moved", "%(n)s half-days less are moved", n) % {"n": n}
