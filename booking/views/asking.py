"""Pages that ask for something once: shown, answered by a form with a key, shown again with the reason if refused."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from booking import selectors, services
from booking.forms import KeyForm
from hospital.common import idempotency
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import once, signed_in
from hospital.models import User

Page = Callable[..., HttpResponse]


def asked_once(
    request: HttpRequest, *, form: KeyForm, page: Page, work: Callable[..., str], then: str
) -> HttpResponse:
    """Do what a form asks for and go on to ``then`` with the code that ``work`` gave; pressing twice does it once.

    ``work`` takes the form's fields; ``page`` shows the form, with ``error`` and ``status`` when it was refused.
    """
    if request.method == "GET":
        return page()
    if not form.is_valid():
        return page(error=form.first_error(), status=400)
    given = dict(form.cleaned_data)
    key = given.pop("key")
    body = {name: value for name, value in given.items() if name != "proof"}

    def produce() -> idempotency.Answer:
        return 201, {"code": work(**given)}

    try:
        answer = once(request, key=key, body=body, produce=produce)
    except DomainError as refused:
        return page(error=translated(refused), status=refused.status)
    return redirect(then, answer["code"])


def somebody_first(request: HttpRequest) -> HttpResponse | None:
    """Whoever has nobody to book for adds somebody first, and comes back."""
    if selectors.patients_of_user(user=signed_in(request)):
        return None
    return redirect(f"{reverse('booking:patients')}?{urlencode({'next': request.path})}")


def whom(user: User, wanted: str, now: datetime) -> dict[str, Any]:
    """For a form that asks for whom: the account's people, who is chosen, the form's key, and a proof if one is due."""
    links = list(selectors.patients_of_user(user=user))
    challenge = services.challenge_wanted(user=user, now=now)
    return {
        "patients": links,
        "patient": next((link for link in links if link.patient.code == wanted), links[0] if links else None),
        "challenge": json.dumps(challenge) if challenge else None,
        "key": uuid.uuid4(),
    }
