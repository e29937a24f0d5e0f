"""The work card: what the desk has in hand. One card is shown at a time, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from booking import services as booking_services
from booking.domain import add_ons
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.models import User
from queueing import selectors
from queueing.forms import DOCUMENTS, NewPatientForm, Recognised, RegistrationForm
from queueing.selectors.printers import printer_chosen, printers_in_use, prints_failed
from queueing.views.desk.people import appointments_today, person
from queueing.views.desk.printer import printer_code
from queueing.views.desk.sessions import SessionLine, session_lines, sessions_view

if TYPE_CHECKING:
    from booking.models import Appointment, Patient
    from queueing.selectors.desk import DeskRecent

LIVE = frozenset({"waiting", "called", "serving", "passed"})
RECENT = 6


@dataclass(frozen=True, slots=True)
class Refusal:
    """What did not happen, why, and what was not charged or printed."""

    what: str
    why: str = ""
    rest: str = ""
    session: str = ""
    others: tuple[SessionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One state of the work card: a template and what it shows."""

    kind: str
    context: Mapping[str, Any] = field(default_factory=dict)
    chip: str = ""
    chip_tone: str = ""
    shown: str = ""
    status: int = 200
    read: tuple[Patient, ...] = ()
    """Whose records it shows: that they were looked at is kept."""


def respond(request: HttpRequest, card: Card) -> HttpResponse:
    """The card alone for htmx, else the whole page around it."""
    booking_services.patients_read(
        patients=card.read, actor=Actor.of(cast("User", request.user)), now=clock.now()
    )
    template = "queueing/_desk_answer.html" if request.headers.get("HX-Request") else "queueing/desk.html"
    context = {
        "card": card,
        "key": new_key(),
        "recent": recent(request),
        "registration_form": RegistrationForm(),
        "may_add_on": may_add_on(cast("User", request.user)),
        "printer": printer_chosen(code=printer_code(request)),
        **card.context,
    }
    if template == "queueing/desk.html":
        context |= {
            "sessions_view": sessions_view(),
            "printers": printers_in_use(),
            "failed": prints_failed(now=clock.now()),
        }
    response = render(request, template, context, status=card.status)
    response["X-Region"] = "desk"
    return response


def may_add_on(user: User) -> bool:
    """Whether this member of the desk has the permission to add numbers."""
    return add_ons.may_add_on(role=user.role, is_own_session=False, has_permission=user.may_add_on)


def new_key() -> str:
    """A key for one rendering of the page's forms: sent twice, done once."""
    return token_urlsafe(18)


def recent(request: HttpRequest) -> list[tuple[DeskRecent, str]]:
    """The last steps of this member of staff, each with why it cannot be undone."""
    rows = selectors.desk_recent(actor=Actor.of(cast("User", request.user)), now=clock.now(), limit=RECENT)
    return [(row, why_not_undone(row)) for row in rows]


def why_not_undone(row: DeskRecent) -> str:
    """Why a step of the desk cannot be taken back, in words; empty when it can."""
    words = {"undo_too_late": _("Too late for undo"), "undo_followed": _("Changed since")}
    if row.can_undo or (row.verb in {"undo", "cancel"} and row.undo_reason != "undone"):
        return ""
    if row.undo_reason == "undone":
        return _("Undone")
    if row.verb == "transfer" or (row.verb == "register" and row.transferred):
        return _("Transfer back instead")
    if row.verb == "register" and row.channel == "appointment" and row.state == "waiting":
        return _("A check-in cannot be undone. Show the number to cancel it.")
    called = row.state in {"called", "serving", "done"}
    return _("Called: no undo") if called else words.get(row.undo_reason, _("No undo"))


def patient_card(
    patient: Patient,
    *,
    seen: Recognised | None = None,
    appointment: Appointment | None = None,
    form: Form | None = None,
    refusal: Refusal | None = None,
    namesakes: int = 0,
    status: int = 200,
) -> Card:
    """A known patient: today's appointments and tickets, and the walk-in form."""
    chip, tone = chip_of(seen) if seen else ("", "")
    if seen is not None and seen.kind == "name" and namesakes > 1:
        chip = _("By name: 1 of %(n)s chosen") % {"n": namesakes}
    context = {"form": form, "refusal": refusal, "namesakes": namesakes, **_in_hand(patient, appointment)}
    return Card("patient", context, chip, tone, shown_of(seen, patient), status, (patient,))


def _in_hand(patient: Patient, appointment: Appointment | None) -> dict[str, Any]:
    """What the patient has today: one appointment that was asked for, or all of them, and live tickets."""
    appointments = [appointment] if appointment is not None else appointments_today(patient)
    tickets = selectors.tickets_of_patient(patient_id=patient.pk, now=clock.now())
    due = [one for one in appointments if one.state == "booked"]
    return {
        "person": person(patient),
        "appointments": appointments,
        "tickets": [one for one in tickets if one.state in LIVE],
        "sole": due[0].code if len(due) == 1 else "",
        "due": due,
        "void": appointment is not None and appointment.state == "cancelled",
    }


def new_card(
    *,
    form: Form | None = None,
    seen: Recognised | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> Card:
    """Somebody whom the hospital does not know yet; what was scanned is filled in."""
    initial: dict[str, str] = {"id_type": "resident", "payment": "cash", "priority": "normal"}
    if seen is not None:
        initial["id_number" if seen.kind in DOCUMENTS else seen.kind] = seen.value
        if seen.kind in DOCUMENTS:
            initial["id_type"] = seen.kind
    chip, tone = chip_of(seen) if seen else ("", "")
    context = {
        "form": form or NewPatientForm(initial=initial),
        "refusal": refusal,
        "unknown": seen is not None,
    }
    return Card("new", context, chip, tone, "", status)


def refused(error: DomainError, *, what: str, rest: str, session_code: str = "") -> Refusal:
    """An error as the desk reads it, with other sessions of the same department when one sold out."""
    if error.code != "sold_out" or not session_code:
        return Refusal(what=what, why=translated(error), rest=rest, session=session_code)
    now = clock.now()
    lines = session_lines(selectors.desk_sessions(now=now), now)
    full = next((line.row for line in lines if line.row.code == session_code), None)
    if full is None:
        return Refusal(what=what, why=translated(error), rest=rest)
    others = tuple(line for line in lines if line.row.department == full.department and line.open)
    sold_out = _("Not registered: %(expert)s (%(department)s) has just sold out") % {
        "expert": _named(full.expert, full.expert_en),
        "department": _named(full.department, full.department_en),
    }
    return Refusal(what=sold_out, rest=rest, session=session_code, others=others)


def _named(name: str, name_en: str) -> str:
    return name_en if name_en and get_language() == "en" else name


def chip_of(seen: Recognised) -> tuple[str, str]:
    """What was recognised, in words, and whether that is good news."""
    words = {
        "resident": _("Resident ID, check digit right")
        if seen.valid
        else _("Resident ID, check digit wrong"),
        "passport": _("Passport number"),
        "hk_macau": _("Hong Kong or Macau permit"),
        "taiwan": _("Taiwan permit"),
        "phone": _("Phone number"),
        "code": _("Booking code"),
        "qr": _("QR code"),
        "ticket": _("Queue ticket"),
        "number": _("Queue number"),
        "digits": _("Number"),
        "name": _("By name"),
    }
    return words[seen.kind], "ok" if seen.valid and seen.kind != "name" else ("" if seen.valid else "bad")


def shown_of(seen: Recognised | None, patient: Patient) -> str:
    """What the input shows afterwards: never a whole document or phone number."""
    if seen is None:
        return ""
    shown = person(patient)
    if seen.kind in DOCUMENTS:
        return shown.id_masked
    return shown.phone_masked if seen.kind == "phone" else seen.value
