"""The waitlist of a sold-out session: joining, one's place, taking an offer, leaving."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from booking import selectors, services
from booking.forms import JoinForm, KeyForm
from booking.forms.addresses import ChoiceAddress
from booking.selectors import EntryView, SessionView
from booking.views.asking import asked_once, somebody_first, whom
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.devices import device_index, device_of, remembered
from hospital.common.views import role_required, signed_in


@require_http_methods(["GET", "POST"])
@role_required("patient")
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What waiting means and for whom; the POST joins."""
    if (first := somebody_first(request)) is not None:
        return first
    view = selectors.session_view(selectors.session_by_code(code=code), now=clock.now())
    user = signed_in(request)

    def work(*, patient: str, proof: str) -> str:
        now = clock.now()
        services.risk_check(user=user, proof=proof, now=now)
        return services.waitlist_join(
            session_id=view.session.pk,
            patient_id=selectors.patient_for_user(user=user, code=patient).pk,
            account_id=user.pk,
            actor=Actor.of(user),
            now=now,
        ).code

    page, form = partial(_join_page, request, view), JoinForm(request.POST)
    return asked_once(request, form=form, page=page, work=work, then="booking:waitlist-entry")


def _join_page(
    request: HttpRequest, view: SessionView, *, error: str = "", status: int = 200
) -> HttpResponse:
    now, chosen = clock.now(), ChoiceAddress.read(request.POST or request.GET)
    rules = selectors.policy_of_session(view.session)
    context = {
        "view": view,
        "session": view.session,
        "policy": rules,
        "is_far": view.session.opens_at - now > timedelta(hours=rules.waitlist_far_h),
        "error": error,
        **whom(signed_in(request), chosen["patient"], now),
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
    user, device = signed_in(request), device_of(request)
    view = selectors.waitlist_entry_for_user(user=user, code=code)

    def work() -> str:
        return services.waitlist_accept(
            entry_id=view.entry.pk,
            actor=Actor.of(user),
            now=clock.now(),
            device_index=device_index(device),
        ).code

    page, form = partial(_entry_page, request, view), KeyForm(request.POST)
    answer = asked_once(request, form=form, page=page, work=work, then="booking:pay")
    return remembered(answer, device)


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
