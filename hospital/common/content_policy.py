"""The Content-Security-Policy is one for all answers, so its header is built once, not for each of them."""

from functools import cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ContentPolicyMiddleware(CSPMiddleware):
    """Sets ``settings.CONTENT_SECURITY_POLICY``; views have no policies and nonces of their own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Give every answer the header."""
        response.headers.setdefault(HEADER, content_policy())
        return response


@cache
def content_policy() -> str:
    """The header's text."""
    return build_policy()
