"""The questions that come before a transfer and before a number is added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from booking.domain.states import SESSION_OPEN
from hospital.common import clock
from queueing import selectors
from queueing.forms import AddOnForm
from queueing.views.desk.cards import Card, Refusal
from queueing.views.desk.people import person
from queueing.views.desk.sessions import SessionLine, session_lines

if TYPE_CHECKING:
    from django.forms import Form

    from booking.models import Patient


def transfer_card(code: str, *, refusal: Refusal | None = None, status: int = 200) -> Card:
    """Where a patient may go: every session that calls now from another queue, whatever its numbers left."""
    ticket = selectors.ticket_by_code(code)
    targets = [line for line in _calling() if line.row.queue_id != ticket.queue_id]
    context = {"row": ticket, "person": person(ticket.patient), "targets": targets, "refusal": refusal}
    return Card("transfer", context, status=status, read=(ticket.patient,))


def add_on_card(
    patient: Patient,
    *,
    session: str = "",
    form: Form | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> Card:
    """With whom, why and how paid; the session that was wanted is chosen already."""
    context = {
        "person": person(patient),
        "targets": _calling(),
        "wanted": session,
        "payments": AddOnForm.PAYMENTS,
        "form": form,
        "refusal": refusal,
    }
    return Card("add_on", context, status=status, read=(patient,))


def _calling() -> list[SessionLine]:
    now = clock.now()
    lines = session_lines(selectors.desk_sessions(now=now), now)
    return [line for line in lines if line.row.state in SESSION_OPEN]
