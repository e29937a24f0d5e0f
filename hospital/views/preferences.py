"""How a browser likes its pages: kept in a cookie, set by a form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

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


urlpatterns = [path("text-size/", large_text, name="large_text")]
