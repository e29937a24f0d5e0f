"""Changing the time of an appointment: by the patient, and by the desk with a reason."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.domain.moves import may_move
from booking.forms import DeskMoveForm, MoveForm
from booking.models import Appointment
from booking.selectors import SessionView
from booking.views.asking import Page, asked_once
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.common.views import desk_only, role_required, signed_in


@require_http_methods(["GET", "POST"])
@role_required("patient")
def move(request: HttpRequest, code: str) -> HttpResponse:
    """The doctor's other times; the POST changes the appointment, or nothing at all."""
    found = selectors.appointment_for_user(user=signed_in(request), code=code)
    if not can_move(found):
        return redirect("booking:appointment", code)
    page, form = partial(_page, request, found), MoveForm(request.POST)
    return _moved_once(request, found, form, page, "booking:appointment")


@require_http_methods(["GET", "POST"])
@desk_only
def desk_move(request: HttpRequest, code: str) -> HttpResponse:
    """The same for a patient who calls or stands at the desk, with the reason."""
    found = selectors.appointment_for_user(user=signed_in(request), code=code)
    if not can_move(found):
        return redirect("booking:counter-booking", code)
    page, form = partial(_desk_page, request, found), DeskMoveForm(request.POST)
    return _moved_once(request, found, form, page, "booking:counter-booking")


def _moved_once(
    request: HttpRequest, found: Appointment, form: MoveForm, page: Page, then: str
) -> HttpResponse:
    """Change the slot; pressing twice changes it once."""

    def work(*, slot: str, reason: str = "") -> str:
        user, now = signed_in(request), clock.now()
        return services.appointment_move(
            appointment_id=found.pk, slot_code=slot, reason=reason, actor=Actor.of(user), now=now
        ).code

    answer = asked_once(request, form=form, page=page, work=work, then=then)
    if answer.status_code == 302:
        messages.success(request, _("The time is changed. What was paid counts for the new number."))
    return answer


def can_move(found: Appointment) -> bool:
    """Whether the page offers it; the service decides."""
    return may_move(
        state=found.state,
        moves=found.moves,
        limit=selectors.policy_of_session(found.session).moves_per_appointment,
        deadline=selectors.may_cancel_until(found),
        now=clock.now(),
    )


def _choices(found: Appointment) -> list[SessionView]:
    """The doctor's sessions with another free time for the same fee, the appointment's own among them."""
    now = clock.now()
    today = clock.local(now).date()
    sessions = selectors.sessions_of_expert(
        expert_id=found.session.expert_id,
        date_from=today,
        date_to=today + timedelta(days=policy().horizon_days),
        now=now,
    )
    return [
        view
        for view in sessions
        if view.session.fee_fen == found.fee_fen
        and any(slot.bookable and slot.code != found.slot.code for slot in view.slots)
    ]


def _page(request: HttpRequest, found: Appointment, *, error: str = "", status: int = 200) -> HttpResponse:
    views = _choices(found)
    context = {
        "appointment": found,
        "views": views,
        "opened": _opened(views, found),
        "left_after": selectors.policy_of_session(found.session).moves_per_appointment - found.moves - 1,
        "key": uuid.uuid4(),
        "error": error,
    }
    return render(request, "booking/move.html", context, status=status)


def _desk_page(
    request: HttpRequest, found: Appointment, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "appointment": found,
        "sessions": _choices(found),
        "typed": request.POST,
        "key": uuid.uuid4().hex,
        "error": error,
        "place": "counter",
    }
    return render(request, "booking/counter_move.html", context, status=status)


def _opened(views: list[SessionView], found: Appointment) -> str:
    """The session to show open: the appointment's own when it has another free time, else the first."""
    codes = [view.session.code for view in views]
    return found.session.code if found.session.code in codes else next(iter(codes), "")
