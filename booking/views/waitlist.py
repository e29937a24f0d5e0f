"""The waitlist of a sold-out session: joining, one's place, taking an offer, leaving."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from booking import selectors, services
from booking.forms import JoinForm, KeyForm
from booking.selectors import EntryView, SessionView
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import once, role_required, signed_in


@require_http_methods(["GET", "POST"])
@role_required("patient")
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What waiting means and for whom; the POST joins."""
    view = selectors.session_view(selectors.session_by_code(code=code), now=clock.now())
    if not selectors.patients_of_user(user=signed_in(request)):
        return redirect(f"{reverse('booking:patients')}?{urlencode({'next': request.path})}")
    if request.method == "GET":
        return _join_page(request, view)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _join_page(request, view, error=form.first_error(), status=400)
    try:
        return redirect("booking:waitlist-entry", _joined_once(request, view, **form.cleaned_data))
    except DomainError as refused:
        return _join_page(request, view, error=translated(refused), status=refused.status)


def _joined_once(request: HttpRequest, view: SessionView, *, patient: str, key: str) -> str:
    """The code of the entry; pressing twice gives the same one."""
    user, now = signed_in(request), clock.now()

    def produce() -> idempotency.Answer:
        entry = services.waitlist_join(
            session_id=view.session.pk,
            patient_id=selectors.patient_for_user(user=user, code=patient).pk,
            account_id=user.pk,
            actor=Actor.of(user),
            now=now,
        )
        return 201, {"code": entry.code}

    return str(once(request, key=key, body={"patient": patient}, produce=produce)["code"])


def _join_page(
    request: HttpRequest, view: SessionView, *, error: str = "", status: int = 200
) -> HttpResponse:
    links = list(selectors.patients_of_user(user=signed_in(request)))
    wanted = request.POST.get("patient") or request.GET.get("patient", "")
    context = {
        "view": view,
        "session": view.session,
        "patients": links,
        "chosen": next((link for link in links if link.patient.code == wanted), links[0]),
        "policy": policy(),
        "is_far": view.session.opens_at - clock.now() > timedelta(hours=policy().waitlist_far_h),
        "key": uuid.uuid4(),
        "error": error,
    }
    return render(request, "booking/waitlist_join.html", context, status=status)


@role_required("patient")
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """The place in the list, or the offer with its countdown."""
    view = selectors.waitlist_entry_for_user(user=signed_in(request), code=code)
    return _entry_page(request, view)


def _entry_page(request: HttpRequest, view: EntryView, *, error: str = "", status: int = 200) -> HttpResponse:
    now = clock.now()
    context: dict[str, Any] = {"view": view, "entry": view.entry, "session": view.entry.session}
    page, offered_at, until = "waitlist_entry", view.entry.offered_at, view.entry.accept_by
    if view.slot is not None and until is not None and offered_at is not None and now < until:
        page = "waitlist_offer"
        context["seconds_left"] = max(0, round((until - now).total_seconds()))
        context["seconds_all"] = round((until - offered_at).total_seconds())
    context |= {"key": uuid.uuid4(), "error": error}
    return render(request, f"booking/{page}.html", context, status=status)


@require_POST
@role_required("patient")
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Take the offer, then go and pay; pressing twice takes it once."""
    user, now = signed_in(request), clock.now()
    view, form = selectors.waitlist_entry_for_user(user=user, code=code), KeyForm(request.POST)
    if not form.is_valid():
        return _entry_page(request, view, status=400)

    def produce() -> idempotency.Answer:
        held = services.waitlist_accept(entry_id=view.entry.pk, actor=Actor.of(user), now=now)
        return 201, {"code": held.code}

    try:
        answer = once(request, key=form.cleaned_data["key"], body={}, produce=produce)
    except DomainError as refused:
        return _entry_page(request, view, error=translated(refused), status=refused.status)
    return redirect("booking:pay", answer["code"])


@require_http_methods(["GET", "POST"])
@role_required("patient")
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once more on a page of its own; only the POST leaves the list."""
    user = signed_in(request)
    view = selectors.waitlist_entry_for_user(user=user, code=code)
    if view.entry.state not in {"waiting", "offered"}:
        return redirect("booking:waitlist-entry", code)
    if request.method == "POST":
        services.waitlist_leave(entry_id=view.entry.pk, actor=Actor.of(user), now=clock.now())
        return redirect("booking:waitlist-entry", code)
    context = {"view": view, "entry": view.entry, "session": view.entry.session}
    return render(request, "booking/waitlist_leave.html", context)
