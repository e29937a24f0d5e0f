"""What pages share: roles, errors in the user's language, the hospital's name."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.language import hospital_name
from hospital.common.roles import DESK, MANAGERS, STAFF

if TYPE_CHECKING:
    from hospital.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def role_required(*roles: str) -> Callable[[View[P]], View[P]]:
    """Let only these roles see a page: others get 403, anonymous visitors the sign-in page."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return cast("View[P]", checked)

    return decorate


managers_only = role_required(*MANAGERS)
desk_only = role_required(*DESK)
staff_only = role_required(*STAFF)


def manage_page(
    request: HttpRequest, template: str, section: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of the managers' area with its place in the side list."""
    return render(request, template, {"section": section, **context}, status=status)


def signed_in(request: HttpRequest) -> "User":
    """The account of a page behind :func:`role_required` or a sign-in."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def once(
    request: HttpRequest, *, key: str, body: object, produce: Callable[[], idempotency.Answer]
) -> dict[str, Any]:
    """What ``produce`` gave when this form was first sent: its key makes a second press harmless."""
    (_status, answer), _repeated = idempotency.once(
        account=Actor.of(signed_in(request)).account_key,
        route=request.path,
        key=key,
        body=body,
        now=clock.now(),
        produce=produce,
    )
    return answer


class QueryMiddleware:
    """A NUL in an address is nobody's typing, and no text in the database has one: refused before it is looked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        return self.get_response(request)


class DomainErrorMiddleware:
    """A refusal that a page did not handle itself becomes a plain page saying why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a domain error with its own status and message."""
        if not isinstance(error, DomainError):
            return None
        context = {"message": translated(error), "code": error.code}
        response = render(request, "refused.html", context, status=error.status)
        if error.status in {429, 503}:
            response["Retry-After"] = "2"
        return response


def hospital_context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use."""
    return {
        "hospital_name": hospital_name(),
        "demo": settings.DEMO,
        "now": clock.now(),
        "large_text": request.COOKIES.get("large_text") == "1",
    }
