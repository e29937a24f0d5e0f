"""Which kiosk asks: it keeps its token in a cookie that no script reads and that goes to /kiosk/ only."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.cookies import remembered
from hospital.common.errors import NotFound
from queueing import services
from queueing.forms import KioskPairForm
from queueing.models import Kiosk
from queueing.selectors.kiosks import kiosk_by_token

COOKIE = "kiosk"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Kiosk, P], HttpResponse]


def unkept(response: HttpResponse) -> HttpResponse:
    """What a kiosk shows is kept by nobody; its forms need the address of the page as their origin."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def kiosk_of(request: HttpRequest) -> Kiosk | None:
    """The kiosk that this browser was paired as."""
    return kiosk_by_token(token=request.COOKIES.get(COOKIE, ""))


def actor_of(kiosk: Kiosk) -> Actor:
    """As the history names it."""
    return Actor.device("kiosk", kiosk.token.name)


def kiosks_only(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only a paired kiosk ask; whoever else does, or one whose token has ended, is refused."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        kiosk = kiosk_of(request)
        if kiosk is None:
            raise PermissionDenied
        return unkept(view(request, kiosk, *args, **kwargs))

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", checked)


def token_remembered(response: HttpResponse, token: str) -> HttpResponse:
    """The answer, with the token kept in the browser; renewed with every start page."""
    return remembered(response, COOKIE, token, path=reverse("queueing:kiosk"), samesite="Strict")


def unpaired(request: HttpRequest, form: KioskPairForm | None = None, *, status: int = 200) -> HttpResponse:
    """What a machine shows that is no kiosk (any more)."""
    return unkept(
        render(request, "queueing/kiosk_pair.html", {"form": form or KioskPairForm()}, status=status)
    )


@require_POST
def pair(request: HttpRequest) -> HttpResponse:
    """A member of staff types the token that the administration gave out."""
    form = KioskPairForm(request.POST)
    if not form.is_valid():
        return unpaired(request, form, status=400)
    try:
        services.kiosk_pair(token=form.cleaned_data["token"], now=clock.now())
    except NotFound:
        form.add_error("token", _("This token is not valid."))
        return unpaired(request, form, status=400)
    return token_remembered(redirect("queueing:kiosk"), form.cleaned_data["token"])


@kiosks_only
@require_POST
def alive(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """The start page tells that it is there, and learns that the server is."""
    services.kiosk_seen(kiosk_id=kiosk.pk, now=clock.now())
    response = HttpResponse(status=204)
    response["X-Region"] = "kiosk"
    return response
