"""What django-allauth asks of this hospital: phones, codes, start pages, sealed secrets."""

import secrets
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, gettext_lazy

from hospital.accounts.selectors import account_by_phone, has_second_factor, start_page
from hospital.accounts.services import account_set_language, account_set_phone
from hospital.common import clock
from hospital.common.crypto import seal, unseal
from hospital.common.language import hospital_name
from hospital.common.messages import SIGN_IN_CODE, message_send
from hospital.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts of patients are found by phone; nobody signs up by a form."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right. Check the newest message."),
        "too_many_login_attempts": gettext_lazy(
            "Too many tries. Wait a few minutes, then ask for a new code."
        ),
        "username_password_mismatch": gettext_lazy("The user name or the password is not right."),
        "phone_password_mismatch": gettext_lazy("The phone number or the password is not right."),
        "rate_limited": gettext_lazy("Too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An account begins with the first code, not with a form."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Each role begins on its own page."""
        return start_page(request.user) if isinstance(request.user, User) else settings.LOGIN_REDIRECT_URL

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to work."""
        return str(self.get_login_redirect_url(request))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; a staff session ends with the working day. Messages come in the language of the page."""
        super().login(request, user)
        account_set_language(user=user, language=get_language() or "")
        if user.is_hospital_staff:
            request.session.set_expiry(settings.STAFF_SESSION_AGE_S)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a moment ago, or has no second factor yet, is not asked again to set one up."""
        user = self.request.user
        if app == "allauth.mfa" and isinstance(user, User):
            records = get_authentication_records(self.request, user)
            fresh = (
                bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
            )
            if fresh or not has_second_factor(user):
                return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Pages say themselves what succeeded; only failures come as messages."""
        if level >= messages.WARNING:
            super().add_message(request, level, *args, **kwargs)

    def phone_form_field(self, **kwargs: Any) -> Field:
        """A phone number as people type it."""
        from hospital.accounts.forms import PhoneField

        return PhoneField(**kwargs)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Find the account by the blind index."""
        return account_by_phone(phone)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        """The sealed phone, opened, and whether a code proved it."""
        if user.phone_sealed is None:
            return None
        return unseal(user.phone_sealed), user.phone_verified_at is not None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        """Seal and index a phone."""
        account_set_phone(user=user, phone=phone, verified=verified, now=clock.now())

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """A code proved the phone."""
        if user.phone_verified_at is None:
            self.set_phone(user, phone, verified=True)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """Send the code, in the language of the page that asked for it."""
        body = gettext(
            "%(hospital)s: your code is %(code)s. Valid for %(minutes)d minutes. Tell it to nobody."
        ) % {
            "hospital": hospital_name(),
            "code": code,
            "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        }
        message_send(
            kind=SIGN_IN_CODE,
            key=secrets.token_hex(16),
            phone=phone,
            body=body,
            now=(now := clock.now()),
            language=get_language() or "",
            expires_at=now + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
        )


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps are sealed; staff cannot switch theirs off."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right. Use the newest code of your app."),
        "cannot_delete_authenticator": gettext_lazy("Staff cannot switch off the second factor."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return b64encode(seal(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return unseal(b64decode(encrypted_text))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Patients may; staff must keep one."""
        return not (settings.STAFF_SECOND_FACTOR and authenticator.user.is_hospital_staff)
