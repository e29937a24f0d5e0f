"""Staff need a password of their own and a second factor: until then they reach only the pages that set these up."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext

from hospital.accounts.selectors import has_second_factor

OPEN_PREFIXES = ("/accounts/", "/i18n/", "/static/", "/text-size/", "/healthz", "/readyz")
PASSED = "second_factor_passed"


class SecondFactorMiddleware:
    """Sends staff whose sign-in is not complete to the next step of it; answers 403 to their API calls."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request pass, or answer it here."""
        if request.path.startswith(OPEN_PREFIXES):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated or not user.is_hospital_staff:
            return self.get_response(request)
        if user.must_change_password:
            text = gettext("Choose a password of your own first.")
            return _missing(request, "password_to_change", text, "account_change_password")
        if not settings.STAFF_SECOND_FACTOR or request.session.get(PASSED) == user.pk:
            return self.get_response(request)
        if has_second_factor(user):
            # allauth asked for the code before it signed the account in
            request.session[PASSED] = user.pk
            return self.get_response(request)
        text = gettext("Set up your second factor first.")
        return _missing(request, "second_factor_missing", text, "mfa_activate_totp")


def _missing(request: HttpRequest, code: str, text: str, page: str) -> HttpResponseBase:
    """The page that does what is missing, or a refusal that says so."""
    if not request.path.startswith("/api/"):
        return HttpResponseRedirect(reverse(page))
    body = {
        "type": f"urn:fenliu:problem:{code}",
        "title": code,
        "status": 403,
        "code": code,
        "detail": text,
    }
    return JsonResponse(body, status=403, content_type="application/problem+json")
