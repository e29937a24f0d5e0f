"""Staff need a second factor."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class SecondFactorMiddleware:
    """Placeholder until the second factor is wired."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)
