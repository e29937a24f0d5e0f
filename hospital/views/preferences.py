"""How somebody likes the pages: kept in a cookie, set by a form; the language of messages goes with the pages'."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from hospital.accounts.services import account_set_language
from hospital.common.forms import AddressForm, back_of

YEAR_S = 365 * 24 * 3600


class WishForm(AddressForm):
    """What is wished for."""

    large_text = forms.ChoiceField(choices=[("0", "0"), ("1", "1")], initial="0")
    language = forms.ChoiceField(choices=settings.LANGUAGES)


@require_POST
def large_text(request: HttpRequest) -> HttpResponseRedirect:
    """Switch 125 % text on or off and go back."""
    response = HttpResponseRedirect(back_of(request, otherwise="/"))
    value = WishForm.read(request.POST)["large_text"]
    response.set_cookie("large_text", value, max_age=YEAR_S, samesite="Lax", httponly=True)
    return response


def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of the pages and, for whoever is signed in, of messages."""
    response = set_language(request)
    if request.method == "POST" and request.user.is_authenticated:
        account_set_language(user=request.user, language=WishForm.read(request.POST)["language"])
    return response


urlpatterns = [
    path("i18n/setlang/", language, name="set_language"),
    path("text-size/", large_text, name="large_text"),
]
