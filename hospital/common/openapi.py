"""How the API describes itself: names of operations, and the problems that every one may answer.

Views say what they answer when all goes well; the refusals follow from what a view is: its parameters, its body,
its idempotency key, who may enter. All are problem details with a stable ``code``; the list of codes is the one of
the error classes themselves.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from drf_spectacular.drainage import get_override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny

from hospital.common.api import roles_of
from hospital.common.errors import DomainError

S = TypeVar("S", bound="type[serializers.Serializer[Any]]")
PROBLEM = "application/problem+json"
_OF_THE_FRAMEWORK = ("not_signed_in", "not_allowed", "not_found", "invalid", "too_large")
_MEANINGS = {
    "400": "A value is not valid, or the Idempotency-Key is missing; `errors` or `field` names it.",
    "401": "Not signed in, or a token that is not valid.",
    "403": "The role may not do this.",
    "404": "There is no such thing, or not for this account.",
    "409": "A rule of the hospital refuses it; `code` says which. Nothing was changed.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used before for another request.",
    "429": "Too many requests; `Retry-After` says when to try again.",
    "503": "Very busy, or a payment provider does not answer; nothing was changed. `Retry-After` says when.",
}


@extend_schema_field(
    {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", "example": "08:00:00"}
)
class LocalTime(serializers.TimeField):
    """A time of the hospital's clock; OpenAPI's own `time` would have an offset."""


def example(**value: object) -> Callable[[S], S]:
    """Show ``value`` beside the shape."""
    return extend_schema_serializer(examples=[OpenApiExample("example", value=value)])


def several(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """A list of ``item`` as the API answers it."""
    return _inline(item, f"{item.__name__}List", {})


def page(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One page of a list of ``item``, with the addresses of its neighbours."""
    neighbour: dict[str, Any] = {"allow_null": True, "help_text": "address of this page; null: there is none"}
    return _inline(
        item,
        f"{item.__name__}Page",
        {
            "count": (serializers.IntegerField(help_text="of all pages"), 1),
            "next": (serializers.URLField(**neighbour), None),
            "previous": (serializers.URLField(**neighbour), None),
        },
    )


def _inline(
    item: type[serializers.Serializer[Any]], name: str, before: dict[str, tuple[Any, object]]
) -> serializers.Serializer[Any]:
    """A list with fields before it, each with its example."""
    fields = {key: field for key, (field, _value) in before.items()}
    made: serializers.Serializer[Any] = inline_serializer(name, {**fields, "results": item(many=True)})
    shown = {key: value for key, (_field, value) in before.items()}
    one = get_override(item, "examples", [])
    example(**shown, results=[one[0].value] if one else [])(type(made))
    return made


class Problem(serializers.Serializer[Any]):
    """A refusal (RFC 9457). ``code`` never changes; ``detail`` is for people, in their language."""

    type = serializers.CharField(help_text="`urn:fenliu:problem:` and the code")
    title = serializers.CharField(help_text="the code again")
    status = serializers.IntegerField(help_text="the HTTP status")
    code = serializers.CharField(help_text="what to decide on; stable")
    detail = serializers.CharField(help_text="what to show")
    field = serializers.CharField(required=False, help_text="the field that cannot be right")
    errors = serializers.DictField(  # type: ignore[assignment] # the API's name for them
        required=False, help_text="of `invalid`: the problems of each field, `non_field_errors` of the whole"
    )


def problem_codes() -> list[str]:
    """Every code that a refusal may carry: those of the error classes, and those of the framework."""
    own = {error.code for error in _subclasses(DomainError)}
    framework = {error.default_code for error in _subclasses(exceptions.APIException)}
    return sorted(own | framework | set(_OF_THE_FRAMEWORK))


def _subclasses(root: type[Any]) -> Iterator[type[Any]]:
    for below in root.__subclasses__():
        yield below
        yield from _subclasses(below)


class Described(AutoSchema):
    """Operations named after their view, each with the problems that it may answer."""

    def get_operation_id(self) -> str:
        """``post_appointment_list`` for ``AppointmentList.post``."""
        view = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self.view).__name__).lower()
        return f"{self.method.lower()}_{view}"

    def get_tags(self) -> list[str]:
        """The first word of the address after the version."""
        return [self._tokenize_path()[1]]

    def get_extensions(self) -> dict[str, Any]:
        """Which roles may call it, where not everybody may."""
        roles = None if AllowAny in self.view.permission_classes else roles_of(self.view, self.method)
        return {"x-roles": sorted(roles)} if roles else {}

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in self._refusals():
            if status not in bodies:
                bodies[status] = self._body(Problem, status, [PROBLEM], direction)
                bodies[status]["description"] = _MEANINGS[status]
        return bodies

    def _body(self, *described: Any) -> Any:
        return self._get_response_for_code(*described)  # type: ignore[no-untyped-call] # not typed there

    def _takes_body(self) -> bool:
        return bool(self._get_request_body())  # type: ignore[no-untyped-call] # not typed there

    def _refusals(self) -> Iterator[str]:
        """The statuses of what may go wrong here."""
        writes = self.method != "GET"
        parameters = {(one["in"], one["name"]) for one in self._get_parameters()}
        places = {place for place, _name in parameters}
        if writes or places & {"query", "header"}:
            yield "400"
        if AllowAny not in self.view.permission_classes:
            yield from ("401", "403")
        elif self.view.authentication_classes or writes:
            yield "401"  # who writes without an account signs
        if "path" in places or places & {"query"} or self._takes_body():
            yield "404"
        if writes:
            yield from ("409", "413", "415")
        if ("header", "Idempotency-Key") in parameters:
            yield "422"
        yield from ("429", "503")


def name_the_codes(result: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
    """List every stable code where the description tells of problems."""
    properties = result["components"]["schemas"]["Problem"]["properties"]
    properties["code"]["enum"] = problem_codes()
    return result
