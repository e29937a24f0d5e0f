"""Questions about accounts."""

from allauth.mfa.models import Authenticator

from hospital.accounts.digests import phone_index, token_digest
from hospital.models import ApiToken, User

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


def has_second_factor(user: User) -> bool:
    """Whether the account has set up an authenticator app."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def start_page(user: User) -> str:
    """Where a role begins its work."""
    return START_PAGES.get(User.Role(user.role), "/")


def token_find(token: str) -> ApiToken | None:
    """The valid token with this secret, its user loaded."""
    return ApiToken.objects.filter(digest=token_digest(token), revoked_at=None).select_related("user").first()
