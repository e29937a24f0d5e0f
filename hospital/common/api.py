"""API v1: problem details (RFC 9457), roles, idempotent posts.

Views stay thin::

    class AppointmentList(ApiView):
        roles = {"patient", "desk"}

        def post(self, request: Request) -> Response:
            return self.once(AppointmentIn, lambda data: held(appointment_hold(...)), status=201)
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, wraps
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from hospital.common import clock, idempotency, words
from hospital.common.actor import Actor
from hospital.common.errors import Busy, DomainError, gettext_noop
from hospital.common.throttles import AccountThrottle, AddressThrottle

if TYPE_CHECKING:
    from hospital.models import User

View = Callable[..., HttpResponseBase]
DATABASE_AWAY = (OperationalError, InterfaceError)
"""The database is restarting, or gave no connection in time."""
PROBLEM_JSON = "application/problem+json"
IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
PLAIN_PROBLEMS = (
    (Http404, 404, "not_found", gettext_noop("Not found.")),
    (PermissionDenied, 403, "not_allowed", gettext_noop("You are not allowed to do this.")),
    (RequestDataTooBig, 413, "too_large", gettext_noop("The file is too large.")),
)
"""What Django raises of itself: its class, the status, our code and text."""
_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


def translated(error: DomainError) -> str:
    """The error's message in the user's language, moments in it as the hospital's clock shows them."""
    text = gettext(error.message)
    params = {name: _in_words(value) for name, value in error.params.items()}
    if "state" in params:
        params["state"] = words.state(str(params["state"]))
    return text % params if params else text


def _in_words(value: object) -> object:
    return f"{words.near_or_day(value)} {words.hm(value)}" if isinstance(value, datetime) else value


def problem(status: int, code: str, detail: str, **extra: object) -> Response:
    """An RFC 9457 answer; ``code`` is stable, ``detail`` is for people."""
    body = problem_body(status, code, detail, **extra)
    response = Response(body, status=status, content_type=PROBLEM_JSON)
    if status in {429, 503}:
        response["Retry-After"] = "2"
    return response


def problem_body(status: int, code: str, detail: str, **extra: object) -> dict[str, object]:
    """The members of a problem."""
    return {
        "type": f"urn:fenliu:problem:{code}",
        "title": code,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def refused(error: DomainError) -> JsonResponse:
    """The same answer as :func:`exception_handler` gives, for views that pass DRF by."""
    body = problem_body(error.status, error.code, translated(error), **_members(error))
    response = JsonResponse(body, status=error.status, content_type=PROBLEM_JSON, json_dumps_params=_COMPACT)
    if error.status in {429, 503}:
        response["Retry-After"] = "2"
    return response


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn domain errors and DRF's own into problem details."""
    if isinstance(error, DATABASE_AWAY):
        error = Busy()
    if isinstance(error, DomainError):
        return problem(error.status, error.code, translated(error), **_members(error))
    for kind, status, code, text in PLAIN_PROBLEMS:
        if isinstance(error, kind):
            return problem(status, code, gettext(text))
    if isinstance(error, exceptions.ValidationError):
        found = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return problem(400, "invalid", gettext("Some values are not valid."), errors=found)
    if isinstance(error, exceptions.APIException):
        code = {"not_authenticated": "not_signed_in", "permission_denied": "not_allowed"}.get(
            error.default_code, error.default_code
        )
        response = problem(error.status_code, code, str(error.detail))
        if wait := getattr(error, "wait", None):
            response["Retry-After"] = str(ceil(wait))
        if header := getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = header
        return response
    return None


def _members(error: DomainError) -> dict[str, object]:
    field = {"field": error.field} if error.field else {}
    plain = {
        name: clock.stated(value) if isinstance(value, datetime) else value
        for name, value in error.params.items()
        if isinstance(value, str | int | list | dict | datetime)
    }
    return {**field, **plain}


def parsed(serializer: type[Serializer[Any]], request: Request, *, query: bool = False) -> dict[str, Any]:
    """The request's body (or query parameters), checked; a 400 names the fields."""
    given = request.query_params if query else request.data
    return cast("dict[str, Any]", _shape(serializer).run_validation(given))


def listed(shape: type[Serializer[Any]], found: Iterable[object]) -> Response:
    """The answer of every list: what was found, each in the same shape."""
    return Response({"results": shape(found, many=True).data})


@cache
def _shape(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """One serializer of each kind: copying its fields for every request cost more than checking with them."""
    return serializer()


def first(quick: Callable[..., HttpResponseBase | None], view: View) -> View:
    """Ask ``quick`` before ``view``: it answers what is usual on a hot path and leaves the rest (``None``) to it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            found = quick(request, *args, **kwargs)
        except DomainError as error:
            return refused(error)
        except DATABASE_AWAY:
            return refused(Busy())
        return view(request, *args, **kwargs) if found is None else found

    return answer


def roles_of(view: APIView, method: str) -> frozenset[str] | None:
    """Who may call ``view`` by ``method``; None: whoever is signed in, or anybody."""
    to_write = None if method in SAFE_METHODS else getattr(view, "roles_to_write", None)
    return to_write or getattr(view, "roles", None)


class RolePermission(BasePermission):
    """The view's ``roles`` say who may call it (``roles_to_write``: who may change something, when those are others).

    Devices carry their kind as role.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the signed-in account's role is listed."""
        roles = roles_of(view, request.method or "")
        if roles is None:
            return True
        role = getattr(request.user, "role", None)
        return bool(request.user and request.user.is_authenticated and role in roles)


class JsonOnly(DefaultContentNegotiation):
    """Answers are JSON whatever a client says it prefers."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The only renderer there is."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ApiView(APIView):
    """Base of every API view: role check, actor, idempotent posts."""

    content_negotiation_class = JsonOnly
    roles: ClassVar[frozenset[str] | None] = None
    roles_to_write: ClassVar[frozenset[str] | None] = None
    permission_classes = [RolePermission]
    throttle_classes = [AccountThrottle, AddressThrottle]

    @property
    def person(self) -> "User":
        """The signed-in account; the permission check has made sure of one."""
        return cast("User", self.request.user)

    @property
    def actor(self) -> Actor:
        """Who is asking."""
        user = self.request.user
        if user.pk is None:
            return Actor.device(getattr(user, "role", "anonymous"), getattr(user, "name", ""))
        return Actor.of(cast("Any", user))

    def once(
        self,
        shape: type[Serializer[Any]],
        answer: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        status: int = 200,
    ) -> Response:
        """Check the body against ``shape``, do it once per ``Idempotency-Key``, and answer with what came of it."""
        data = parsed(shape, self.request)
        return self.idempotent(lambda: (status, answer(data)), body=data)

    def idempotent(self, produce: Callable[[], idempotency.Answer], *, body: object) -> Response:
        """Answer once per ``Idempotency-Key``; see :func:`hospital.common.idempotency.once`."""
        request = self.request
        (status, answer), repeated = idempotency.once(
            account=self.actor.account_key,
            route=request.path,
            key=request.headers.get("Idempotency-Key", ""),
            body=body,
            now=clock.now(),
            produce=produce,
        )
        response = Response(answer, status=status)
        if repeated:
            response["Idempotency-Replayed"] = "true"
        return response
