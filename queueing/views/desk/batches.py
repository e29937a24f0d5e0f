"""The patients who wait for one session are shared out to its colleagues: proposed, looked at, carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.views import signed_in
from queueing import services
from queueing.forms.batches import ShareOutForm
from queueing.selectors.batches import ShareOut, share_out
from queueing.views.desk.pages import staff

if TYPE_CHECKING:
    from hospital.common.errors import DomainError


@staff
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, code: str) -> HttpResponse:
    """Who goes where; only the POST sends anybody. Sent again it finds nobody left to send."""
    found = share_out(session_code=code, now=clock.now())
    form = ShareOutForm(
        request.POST or None,
        proposed={row.ticket.code: row.target for row in found.rows},
        takers=[(one.code, f"{one.letter} {one.expert.label}") for one in found.takers],
    )
    if request.method == "POST" and form.is_valid():
        actor = Actor.of(signed_in(request))
        done = services.tickets_share_out(targets=form.targets(), actor=actor, now=clock.now())
        _say(request, len(done.sent), done.refused)
        return redirect("queueing:desk-share-out", code)
    return render(request, "queueing/desk_share_out.html", _context(found, form))


def _context(found: ShareOut, form: ShareOutForm) -> dict[str, object]:
    rows = [{"row": row, "field": form[row.ticket.code]} for row in found.rows]
    return {
        "session": found.session,
        "rows": rows,
        "takers": found.takers,
        "sent": found.sent,
        "weights": found.weights,
    }


def _say(request: HttpRequest, sent: int, refused: Sequence[DomainError]) -> None:
    if sent:
        said = ngettext(
            "%(n)s patient has a new number. Please say it, with the room.",
            "%(n)s patients have new numbers. Please say them, with the rooms.",
            sent,
        )
        messages.success(request, said % {"n": sent})
    for why in dict.fromkeys(translated(error) for error in refused):
        messages.warning(request, f"{_('Not everybody was sent on.')} {why}")
