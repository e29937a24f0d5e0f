"""The kiosk's steps: start, type, which of several, the number, why not. Each is whole, in the chosen language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST, require_safe

from booking import selectors as booking
from hospital.common import clock, idempotency
from hospital.common.api import translated
from hospital.common.codes import random_code
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from queueing import selectors, services
from queueing.domain.errors import AppointmentUnknown, SeveralFound, TooManyTries
from queueing.domain.masking import masked_name
from queueing.forms import DOCUMENTS, KioskAddress, KioskCheckInForm, Recognised
from queueing.models import Kiosk
from queueing.regions import TITLES
from queueing.selectors.kiosks import pool_lines, tries_left
from queueing.selectors.printers import print_of_ticket
from queueing.selectors.slips import ticket_link
from queueing.selectors.tickets import ticket_told
from queueing.views.kiosk.device import (
    COOKIE,
    actor_of,
    kiosk_of,
    kiosks_only,
    token_remembered,
    unkept,
    unpaired,
)
from queueing.views.kiosk.words import advice_for

KEY_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Step:
    """What the kiosk shows: a partial and its context."""

    kind: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200


def answer(request: HttpRequest, language: str, made: Callable[[], Step]) -> HttpResponse:
    """The step in its language: alone for htmx, else within the page."""
    with translation.override(language):
        step = made()
        whole = "queueing/kiosk.html" if not request.headers.get("HX-Request") else "queueing/_kiosk.html"
        rules = policy()
        context = {
            "step": step.kind,
            "language": language,
            "other": "zh-hans" if language == "en" else "en",
            "key": random_code(KEY_LENGTH),
            "result_s": rules.kiosk_result_s,
            "input_s": rules.kiosk_input_s,
            **step.context,
        }
        response = render(request, whole, context, status=step.status)
    response["X-Region"] = "kiosk"
    response["Content-Language"] = language
    return unkept(response)


def _language(request: HttpRequest) -> str:
    """The kiosk's start is in the hospital's language; what comes after in the chosen one."""
    asked = KioskAddress.read(request.POST if request.method == "POST" else request.GET)
    return str(asked["lang"] or settings.LANGUAGE_CODE)


@ensure_csrf_cookie
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Hold the code over the scanner; or a machine that is no kiosk yet."""
    if kiosk_of(request) is None:
        return unpaired(request)
    lines = pool_lines(now=clock.now())
    response = answer(request, _language(request), lambda: Step("start", {"pools": lines}))
    return token_remembered(response, request.COOKIES[COOKIE])


@kiosks_only
@require_GET
def typing(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """Type the code or the document's number."""
    return answer(request, _language(request), lambda: Step("typing"))


@kiosks_only
@require_GET
def no_booking(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """Where to register without a booking, and what is left."""
    lines = pool_lines(now=clock.now())
    return answer(request, _language(request), lambda: Step("no_booking", {"pools": lines}))


@kiosks_only
@require_POST
def check_in(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """Whatever was scanned or typed."""
    form = KioskCheckInForm(request.POST)
    if not form.is_valid():
        return answer(request, _language(request), lambda: _wrong(Recognised("name", "", valid=False)))
    return answer(request, _language(request), partial(_checked, kiosk, form))


def _checked(kiosk: Kiosk, form: KioskCheckInForm) -> Step:
    seen, tail = form.seen, form.cleaned_data["phone_tail"]
    if not seen.valid or seen.kind not in {*DOCUMENTS, "code", "qr", "ticket"}:
        return _wrong(seen)
    if seen.kind in DOCUMENTS and not tail:
        return Step("phone", {"seen": seen, "wrong": bool(form.typed("phone_tail"))})
    try:
        code, done = _once(kiosk, form)
    except SeveralFound as several:
        return Step("several", {"choices": _choices(several)})
    except DomainError as error:
        return _refused(error, seen)
    return _number(code, done, form)


def _refused(error: DomainError, seen: Recognised) -> Step:
    """Why not; digits that do not fit are asked for again until the document's tries are used up."""
    advice = error.code
    if isinstance(error, AppointmentUnknown) and seen.kind in DOCUMENTS:
        if left := tries_left(id_number=seen.value, now=clock.now()):
            return Step("phone", {"seen": seen, "left": left}, error.status)
        advice = TooManyTries.code
    return Step("refused", {"why": translated(error), "advice": advice_for(advice)}, error.status)


def _choices(several: SeveralFound) -> list[Any]:
    """The appointments that fit, without whose they are."""
    listed: Any = several.params["choices"]
    return [one for choice in listed for one in booking.appointments_find(code=choice["appointment"])]


def _once(kiosk: Kiosk, form: KioskCheckInForm) -> tuple[str, str]:
    """Do it once for this rendering of the step; the answer is the ticket's code and what was done."""
    seen, now, actor = form.seen, clock.now(), actor_of(kiosk)
    asked = {
        "id_number" if seen.kind in DOCUMENTS else "ticket" if seen.kind == "ticket" else "qr": seen.value
    }
    tail = form.cleaned_data["phone_tail"]
    if seen.kind in DOCUMENTS:
        services.check_in_try(id_number=seen.value, phone_tail=tail, actor=actor, now=now)
        asked["phone_tail"] = tail
    visit = partial(services.kiosk_visit, **asked, kiosk=kiosk, language=form.language, actor=actor, now=now)
    (_status, kept), _repeated = idempotency.once(
        account=f"kiosk:{kiosk.code}",
        route="/kiosk/check-in/",
        key=form.cleaned_data["key"],
        body=asked,
        now=now,
        produce=lambda: (201, visit()),
    )
    return str(kept["ticket"]), str(kept["done"])


def _number(code: str, done: str, form: KioskCheckInForm) -> Step:
    now = clock.now()
    live, row = selectors.ticket_live(code=code, now=now), selectors.ticket_by_code(code)
    context = {
        "done": done,
        "ticket": live,
        "row": row,
        "masked": masked_name(row.patient.name),
        "title": TITLES.get(live.title, ""),
        "told": ticket_told(live, now=now),
        "link": ticket_link(code),
        "printed": print_of_ticket(code=code) if done == services.CHECKED_IN else None,
        "again": form.again(),
    }
    return Step("number", context)


def _wrong(seen: Recognised) -> Step:
    """What was scanned or typed is nothing that somebody can check in with."""
    return Step("refused", {"unreadable": seen}, 400)


@kiosks_only
@require_GET
def slip(request: HttpRequest, kiosk: Kiosk, code: str) -> HttpResponse:
    """Whether the slip has come out; asked every second while the number is shown."""
    job = selectors.print_job(code=code)
    language = _language(request)
    with translation.override(language):
        response = render(request, "queueing/_kiosk_slip.html", {"printed": job, "language": language})
    response["X-Region"] = "kiosk"
    return response
