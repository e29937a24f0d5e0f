"""How somebody likes the pages: kept in a cookie, set by a form; the language of messages goes with the pages'."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from hospital.accounts.services import account_set_language

YEAR_S = 365 * 24 * 3600


@require_POST
def large_text(request: HttpRequest) -> HttpResponseRedirect:
    """Switch 125 % text on or off and go back."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    value = "1" if request.POST.get("large_text") == "1" else "0"
    response.set_cookie("large_text", value, max_age=YEAR_S, samesite="Lax", httponly=True)
    return response


def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of the pages and, for whoever is signed in, of messages."""
    response = set_language(request)
    if request.method == "POST" and request.user.is_authenticated:
        account_set_language(user=request.user, language=request.POST.get("language", ""))
    return response


urlpatterns = [
    path("i18n/setlang/", language, name="set_language"),
    path("text-size/", large_text, name="large_text"),
]
