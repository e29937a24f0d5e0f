"""Today's list: everybody of the day's sessions, filtered; each line opens the work card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from booking import selectors as booking
from booking import services as booking_services
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import signed_in
from queueing.domain.today import Asked
from queueing.forms import DOCUMENTS, TodayForm, recognised
from queueing.models import Ticket
from queueing.selectors.today import SHOWN_MAX, TodayList, today_list
from queueing.views.desk.pages import staff

STATES = {
    **dict(Ticket.State.choices),
    "booked": pgettext_lazy("list", "not here yet"),
    "held": pgettext_lazy("list", "to be paid"),
    "reserved": pgettext_lazy("list", "to be paid"),
    "unresolved": gettext_lazy("unresolved"),
    "no_show": gettext_lazy("no-show"),
    "excused": gettext_lazy("excused"),
}


@staff
@require_http_methods(["GET", "POST"])
def today(request: HttpRequest) -> HttpResponse:
    """The list as it was asked for; the POST only looks, so that names stay out of addresses."""
    values = TodayForm.read(request.POST if request.method == "POST" else request.GET)
    if request.method == "GET":
        values["q"] = ""
    now = clock.now()
    found = today_list(wanted=asked(**values), now=now)
    if values["q"]:  # whoever looks somebody up is kept, as at the one input
        booking_services.patients_read(patients=found.people, actor=Actor.of(signed_in(request)), now=now)
    template = (
        "queueing/_today_list.html" if request.headers.get("HX-Request") else "queueing/desk_today.html"
    )
    context = {"today": found, "asked": values, "most": SHOWN_MAX, "at": now, **_in_words(found)}
    response = render(request, template, context)
    response["X-Region"] = "today"
    return response


def _in_words(found: TodayList) -> dict[str, Any]:
    """The groups with their sizes, and the lines with their states, in the reader's language."""
    counts = {"": found.all_count, **found.counts}
    priorities = dict(Ticket.Priority.choices[1:])
    return {
        "channels": TodayForm.CHANNELS,
        "states": [(name, words, counts.get(name, 0)) for name, words in TodayForm.GROUPS.items()],
        "lines": [(line, STATES[line.state], priorities.get(line.priority, "")) for line in found.lines],
    }


def asked(*, q: str, session: str, state: str, channel: str, late: bool) -> Asked:
    """What the filters ask for; a whole document or phone number means whoever has it."""
    wanted = Asked(session=session, group=state, channel=channel, late=bool(late))
    seen = recognised(q) if q else None
    if seen is None or not seen.valid or seen.kind not in {*DOCUMENTS, "phone"}:
        return replace(wanted, text=seen.value if seen and seen.kind in {"ticket", "qr"} else q)
    people = booking.patients_find(**{"phone" if seen.kind == "phone" else "id_number": seen.value})
    return replace(wanted, patients=frozenset(person.pk for person in people))
