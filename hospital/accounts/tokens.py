"""``Authorization: Token <token>`` for scripts of a person and for kiosks."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hospital.accounts.selectors import token_find
from hospital.models import ApiToken, User

KEYWORD = "token"
TOKEN_MAX = 200


@dataclass(frozen=True, slots=True)
class Device:
    """A kiosk as the API sees it: it has a role and a name, and no account."""

    role: str
    name: str
    pk: None = None
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_staff: ClassVar[bool] = False
    is_anonymous: ClassVar[bool] = False


def token_in(authorization: str) -> str | None:
    """The secret in an Authorization header; None when the header is of another kind."""
    scheme, _space, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == KEYWORD else None


class TokenAuthentication(BaseAuthentication):
    """Find out whose token a request carries; an unknown or revoked one is 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[User | Device, ApiToken] | None:
        """The token's person or device; None when the request carries no token."""
        secret = token_in(request.META.get("HTTP_AUTHORIZATION", ""))
        if secret is None:
            return None
        token = token_find(secret) if len(secret) <= TOKEN_MAX else None
        if token is None:
            raise AuthenticationFailed(_("This token is not valid."))
        if token.user is None:
            return Device(role=token.device, name=token.name), token
        if not token.user.is_active:
            raise AuthenticationFailed(_("This token is not valid."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Token"


class BrowserSession(SessionAuthentication):
    """A signed-in browser; anybody else is asked to sign in (401) rather than told that they may not (403)."""

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Session"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes the token."""

    target_class = "hospital.accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """An API key in the Authorization header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, issued after a full sign-in.",
        }


class BrowserSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """How the schema describes the session of a browser."""

    target_class = "hospital.accounts.tokens.BrowserSession"
    name = "browserSession"
