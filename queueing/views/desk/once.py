"""Sent twice, done once: what every step of the desk that makes or moves a number goes through."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import once, signed_in
from queueing import services
from queueing.forms import KeyedForm
from queueing.models import Ticket
from queueing.views.desk.printer import printer_code


def once_code(
    request: HttpRequest, form: KeyedForm, made: Callable[[Actor], Any], *, prints: bool = False
) -> str:
    """Do it once for this rendering of the form; the answer is the code of what was made.

    A new ticket is printed by the desk's printer; the slip is asked for in the same transaction.
    """
    actor = Actor.of(signed_in(request))

    def produce() -> tuple[int, dict[str, str]]:
        found = made(actor)
        if prints and isinstance(found, Ticket):
            services.slip_ask(ticket=found, printer_code=printer_code(request), actor=actor, now=clock.now())
        return 201, {"ticket": found.code}

    answer = once(
        request,
        key=form.cleaned_data["key"],
        body=form.body(),
        produce=produce,
    )
    return str(answer["ticket"])
