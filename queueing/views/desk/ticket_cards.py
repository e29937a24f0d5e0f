"""A ticket in hand: its number, its place, its paper, and who did what with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from booking import selectors as booking
from hospital.common import clock
from queueing import selectors
from queueing.domain.masking import masked_name
from queueing.selectors.printers import print_of_ticket
from queueing.selectors.tickets import ticket_told
from queueing.views.desk.cards import Card, Refusal
from queueing.views.desk.people import person
from queueing.views.print_words import why_not_printed

if TYPE_CHECKING:
    from hospital.common.models import StateChange

PRINTED = frozenset({"registered", "checked_in", "added", "transferred"})
"""Steps after which there is a new ticket on paper."""
VERBS = {
    "register": pgettext_lazy("step", "Registered"),
    "call": pgettext_lazy("step", "Called"),
    "recall": pgettext_lazy("step", "Called again"),
    "start": pgettext_lazy("step", "Started"),
    "finish": pgettext_lazy("step", "Finished"),
    "pass": pgettext_lazy("step", "Passed"),
    "return": gettext_lazy("Back in the queue"),
    "leave": pgettext_lazy("step", "Left"),
    "cancel": pgettext_lazy("done", "Cancelled"),
    "transfer": pgettext_lazy("done", "Transferred"),
    "prioritise": gettext_lazy("Priority changed"),
    "settle_fee": gettext_lazy("Difference settled"),
    "undo": gettext_lazy("The step before was undone"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a ticket, when, by whom and why."""

    at: datetime
    what: str
    who: str
    reason: str


def _step(row: StateChange) -> Step:
    """One line of the history; an undo names what it took back."""
    name = row.actor.shown_name if row.actor else row.actor_name
    who = {"job": _("by itself"), "ticket": _("Patient")}.get(row.actor_kind, name)
    if row.verb == "undo" or (row.verb == "cancel" and row.reason == "undo"):
        undone = VERBS.get(row.data.get("undone", "register"), "")
        return Step(row.at, _("Undone: %(step)s") % {"step": undone}, who, "")
    return Step(
        row.at,
        str(VERBS.get(row.verb, row.verb)),
        who,
        "" if row.actor_kind in {"job", "ticket"} else row.reason,
    )


def ticket_card(code: str, *, done: str = "", refusal: Refusal | None = None, status: int = 200) -> Card:
    """A ticket: big number, place, expected call, and what may be done with it. ``done`` says what just happened."""
    now = clock.now()
    found = selectors.ticket_by_code(code)
    shown = selectors.ticket_live(code=code, now=now)
    slip = print_of_ticket(code=code)
    context = {
        "ticket": shown,
        "told": ticket_told(shown, now=now),
        "row": found,
        "due_fen": selectors.fee_due_fen(ticket=found),
        "cash_fen": booking.walk_in_cash_fen(walk_in_id=found.walk_in_id),
        "person": person(found.patient),
        "masked": masked_name(found.patient.name),
        "done": done,
        "printed": PRINTED,
        "slip": slip,
        "why": why_not_printed(slip.error) if slip else "",
        "at": now,
        "qr": qr(code),
        "steps": [_step(row) for row in selectors.ticket_history(code=code)],
        "refusal": refusal,
    }
    return Card("ticket", context, status=status, read=(found.patient,))


def link(code: str) -> str:
    """The address of the patient's live page."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("queueing:ticket", args=[code])


def qr(code: str) -> SafeString:
    """The live page's address as a QR code with its quiet margin."""
    svg = segno.make(link(code), error="m").svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 - made here from our own address
