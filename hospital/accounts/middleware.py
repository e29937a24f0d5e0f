"""Staff need a second factor: until it is set up they reach nothing but the page that sets it up."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext

from hospital.accounts.selectors import has_second_factor

OPEN_PREFIXES = ("/accounts/", "/i18n/", "/static/", "/text-size/", "/healthz", "/readyz")
PASSED = "second_factor_passed"


class SecondFactorMiddleware:
    """Sends staff without an authenticator app to set one up; answers 403 to their API calls."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request pass, or answer it here."""
        if not settings.STAFF_SECOND_FACTOR or request.path.startswith(OPEN_PREFIXES):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated or not user.is_hospital_staff or request.session.get(PASSED) == user.pk:
            return self.get_response(request)
        if has_second_factor(user):
            # allauth asked for the code before it signed the account in
            request.session[PASSED] = user.pk
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return _problem()
        return HttpResponseRedirect(reverse("mfa_activate_totp"))


def _problem() -> JsonResponse:
    code = "second_factor_missing"
    body = {
        "type": f"urn:fenliu:problem:{code}",
        "title": code,
        "status": 403,
        "code": code,
        "detail": gettext("Set up your second factor first."),
    }
    return JsonResponse(body, status=403, content_type="application/problem+json")
