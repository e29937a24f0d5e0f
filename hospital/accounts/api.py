"""Tokens for scripts: issued to whoever is fully signed in with a browser session, revoked by themselves."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.accounts.services import token_issue, token_revoke
from hospital.accounts.tokens import BrowserSession
from hospital.common import clock
from hospital.common.api import ApiView, parsed, problem
from hospital.common.openapi import example
from hospital.models import ApiToken, User


@example(name="reception script")
class TokenRequest(serializers.Serializer[Any]):
    """What a token is for."""

    name = serializers.CharField(max_length=80)


@example(name="reception script", token="kept-secret-by-you")  # noqa: S106
class TokenAnswer(serializers.Serializer[Any]):
    """The token, shown once."""

    name = serializers.CharField()
    token = serializers.CharField()


class TokenList(ApiView):
    """Issue a token for one's own account. A token cannot issue tokens."""

    roles = frozenset(User.Role.values)
    authentication_classes = [BrowserSession]

    @extend_schema(request=TokenRequest, responses={201: TokenAnswer})
    def post(self, request: Request) -> Response:
        """Answer the new token; it cannot be read again."""
        data = parsed(TokenRequest, request)
        if not isinstance(request.user, User):
            return problem(403, "not_allowed", gettext("You are not allowed to do this."))
        token = token_issue(name=data["name"], actor=self.actor, now=clock.now(), user=request.user)
        return Response({"name": data["name"], "token": token}, status=201)


class TokenRevoke(ApiView):
    """End the token that the request carries; a kiosk's is ended by the administration."""

    roles = frozenset(User.Role.values)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Nothing to answer; the token is worthless from now on."""
        if not isinstance(request.auth, ApiToken):
            raise NotAuthenticated
        token_revoke(token=request.auth, actor=self.actor, now=clock.now())
        return Response(status=204)
