"""The end of the day: what each session came to, who is left, and ending a session by hand."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from booking import selectors as booking
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.views import signed_in
from queueing import services
from queueing.domain.figures import together
from queueing.forms.days import DayForm
from queueing.selectors.figures import day_figures
from queueing.views.desk.pages import staff


@staff
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Every session of a day with its figures, and all together."""
    shown = DayForm.read(request.GET)["day"] or clock.today()
    rows = day_figures(day=shown)
    context = {
        "day": shown,
        "today": clock.today(),
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1) if shown < clock.today() else None,
        "rows": rows,
        "total": together(row.figures for row in rows),
    }
    return render(request, "queueing/desk_day.html", context)


@staff
@require_POST
def session_end(request: HttpRequest, code: str) -> HttpResponse:
    """A session is over: whoever is left leaves the queue, who never came is to be decided."""
    session = booking.session_by_code(code=code)
    try:
        left = services.session_end(
            session_id=session.pk, actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except IllegalTransition:
        messages.warning(request, _("The session had ended before. Nothing was changed."))
    else:
        said = ngettext(
            "Session ended. %(n)s patient left the queue.",
            "Session ended. %(n)s patients left the queue.",
            left,
        )
        messages.success(request, said % {"n": left})
    response = redirect("queueing:desk-day")
    response["Location"] += f"?day={session.date:%Y-%m-%d}"
    return response
