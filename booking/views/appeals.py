"""Appeals: a patient writes one about a ban or an appointment, a manager answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import selectors, services
from booking.forms import AnswerForm, AppealForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import managers_only, role_required, signed_in


@require_http_methods(["GET", "POST"])
@role_required("patient")
def ban_appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Why this ban should not stand."""
    user = signed_in(request)
    ban = selectors.ban_for_user(user=user, code=code)

    def send(text: str) -> None:
        services.ban_appeal(
            ban_id=ban.pk, account_id=user.pk, text=text, actor=Actor.of(user), now=clock.now()
        )

    return _appeal(request, send, {"ban": ban, "policy": policy()})


@require_http_methods(["GET", "POST"])
@role_required("patient")
def appointment_appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Why this appointment was not missed, or was missed for a good reason."""
    user = signed_in(request)
    appointment = selectors.appointment_for_user(user=user, code=code)

    def send(text: str) -> None:
        services.appointment_appeal(
            appointment_id=appointment.pk,
            account_id=user.pk,
            text=text,
            actor=Actor.of(user),
            now=clock.now(),
        )

    return _appeal(request, send, {"appointment": appointment})


def _appeal(request: HttpRequest, send: Callable[[str], None], about: dict[str, Any]) -> HttpResponse:
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            send(form.cleaned_data["text"])
        except DomainError as error:
            form.add_error(None, translated(error))
        else:
            messages.success(request, _("Your appeal is with the hospital. You will get an answer."))
            return redirect("booking:appointments")
    context = {"nav": "appointments", "form": form, **about}
    return render(request, "booking/appeal.html", context, status=400 if form.errors else 200)


@managers_only
@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """Appeals that wait for an answer, and the last answers."""
    return _page(request)


@managers_only
@require_POST
def appeal_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Uphold or reject, in words the patient gets."""
    appeal, form = selectors.appeal_by_code(code=code), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, asked=code, form=form, status=400)
    try:
        services.appeal_answer(
            appeal_id=appeal.pk, **form.decided(), actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except DomainError as error:
        form.add_error(None, translated(error))
        return _page(request, asked=code, form=form, status=error.status)
    messages.success(request, _("Answered. The patient is told."))
    return redirect("booking:appeals")


def _page(
    request: HttpRequest, *, asked: str = "", form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": "appeals",
        "open": selectors.appeals_open(),
        "answered": selectors.appeals_answered(),
        "asked": asked,
        "form": form,
    }
    return render(request, "booking/manage_appeals.html", context, status=status)
