"""Pages that exist only in the demo: where each role begins, the messages, the clock."""

import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospital.accounts.demo import code_lasts_s, demo_accounts
from hospital.accounts.selectors import account_by_username, start_page
from hospital.common import clock
from hospital.common.messages import outbox

LONGEST_MOVE = timedelta(days=400)
PRESETS = (clock_time(6, 59), clock_time(7, 0), clock_time(7, 55), clock_time(11, 30))
"""When something happens: the last minute to cancel, walk-in opening, before the first slot."""


class ClockForm(forms.Form):
    """A moment on the hospital's wall clock, a step from now, or the real time again."""

    moment = forms.DateTimeField(
        label=_("Date and time"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    step_min = forms.IntegerField(required=False, min_value=-1440, max_value=10_080)
    reset = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two, not absurdly far away."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        moment, step_min = data.get("moment"), data.get("step_min")
        if self.errors or data["reset"]:
            return data
        if (moment is None) == (step_min is None):
            raise forms.ValidationError(_("Choose a moment."))
        target: datetime = moment if moment is not None else clock.now() + timedelta(minutes=step_min or 0)
        if abs(target - clock.wall()) > LONGEST_MOVE:
            raise forms.ValidationError(_("The clock moves at most 400 days."))
        return {**data, "target": target}


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Every role's starting point, with what is needed to sign in."""
    context = {"accounts": demo_accounts(), "code_lasts_s": code_lasts_s(time.time())}
    return render(request, "demo/start.html", context)


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as one of the demo's people without typing anything."""
    person = next((person for person in demo_accounts().people if person.key == key), None)
    if person is None:
        raise Http404
    user = account_by_username(person.username)
    if user is None:
        raise Http404
    get_adapter(request).login(request, user)
    return HttpResponseRedirect(start_page(user))


@never_cache
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """The messages that a hospital would send by SMS, newest first."""
    return render(request, "demo/outbox.html", {"sent": outbox()})


@never_cache
@require_http_methods(["GET", "POST"])
def move_clock(request: HttpRequest) -> HttpResponse:
    """Show the clock of every process, move it, or set it right again."""
    form = ClockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["reset"]:
            clock.reset()
        else:
            clock.move_to(form.cleaned_data["target"])
        return HttpResponseRedirect(request.path)
    local, real = clock.local(clock.now()), clock.local(clock.wall())
    if not form.is_bound:
        form.initial["moment"] = local.strftime("%Y-%m-%dT%H:%M")
    context = {
        "form": form,
        "moved": abs(local - real) > timedelta(seconds=1),
        "real": real,
        "presets": [next_time(local, at) for at in PRESETS],
    }
    return render(request, "demo/clock.html", context)


def next_time(local: datetime, at: clock_time) -> datetime:
    """The next moment after ``local`` at which a clock on the wall shows ``at``."""
    days = 0 if at > local.time() else 1
    return datetime.combine(local.date() + timedelta(days=days), at, tzinfo=local.tzinfo)


_pages = [
    path("", start, name="start"),
    path("sign-in/<slug:key>/", sign_in, name="sign-in"),
    path("outbox/", messages, name="outbox"),
    path("clock/", move_clock, name="clock"),
]

urlpatterns: list[URLPattern | URLResolver] = (
    [path("demo/", include((_pages, "demo")))] if settings.DEMO else []
)
