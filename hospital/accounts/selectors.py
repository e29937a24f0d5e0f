"""Questions about accounts."""

from allauth.mfa.models import Authenticator
from django.db import connection

from hospital.accounts.digests import phone_index, token_digest
from hospital.common.sql import prepared_cursor
from hospital.models import ApiToken, User

_OF_TOKEN = ("id", "user_id", "device", "name")
_OF_USER = ("id", "is_superuser", "username", "is_staff", "is_active", "role")
"""In the order of the models' fields, as ``from_db`` wants them."""
_BY_DIGEST_SQL = """
SELECT token.id, token.user_id, token.device, token.name,
       account.id, account.is_superuser, account.username, account.is_staff, account.is_active, account.role
FROM hospital_apitoken token LEFT JOIN hospital_user account ON account.id = token.user_id
WHERE token.digest = %s AND token.revoked_at IS NULL
"""
START_PAGES = {
    User.Role.PATIENT: "/",
    User.Role.DESK: "/desk/",
    User.Role.EXPERT: "/room/",
    User.Role.MANAGER: "/manage/",
    User.Role.ADMINISTRATOR: "/admin/",
}


def account_by_phone(phone: str) -> User | None:
    """The account that signs in with ``phone`` (canonical form)."""
    return User.objects.filter(phone_index=phone_index(phone)).first()


def account_by_username(username: str) -> User | None:
    """The active account of this name."""
    return User.objects.filter(username=username, is_active=True).first()


def is_username_taken(username: str) -> bool:
    """Whether somebody signs in with this name, however its letters are written."""
    return User.objects.filter(username__iexact=username).exists()


def has_second_factor(user: User) -> bool:
    """Whether the account has set up an authenticator app."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def start_page(user: User) -> str:
    """Where a role begins its work."""
    return START_PAGES.get(User.Role(user.role), "/")


def token_find(token: str) -> ApiToken | None:
    """The valid token with this secret, its user loaded: what every request needs of both, the rest on demand."""
    with prepared_cursor() as cursor:
        cursor.execute(_BY_DIGEST_SQL, [token_digest(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    found = ApiToken.from_db(connection.alias, _OF_TOKEN, row[: len(_OF_TOKEN)])
    if found.user_id is not None:
        found.user = User.from_db(connection.alias, _OF_USER, row[len(_OF_TOKEN) :])
    return found
