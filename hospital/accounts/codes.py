"""Sign-in by a code to a phone, the same for phones with and without an account.

allauth's own process needs an account to make a code for, and tells an unknown phone otherwise. Here every
phone gets a code; the account is found or opened when the code comes back right.
"""

from typing import Any, Self

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest, HttpResponse

from hospital.accounts.services import account_open
from hospital.common import clock


class PhoneCodeProcess(LoginCodeVerificationProcess):  # type: ignore[misc]
    """One pending sign-in; its state lies in the (sealed) session."""

    @classmethod
    def begin(cls, request: HttpRequest, phone: str) -> Self:
        """Send a code to ``phone`` and wait for it."""
        login = Login(phone=phone)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, phone=phone), initiated_by_user=True)
        process = cls(stage=stage)
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, stage: LoginByCodeStage) -> Self | None:
        """The pending sign-in of this session; None when it is too old."""
        process: Self | None = cls(stage=stage).abort_if_invalid()  # type: ignore[no-untyped-call]
        return process

    @property
    def phone(self) -> str:
        """Where the code went."""
        return str(self.state["phone"])

    def generate_code(self) -> str:
        """A new code; the one before is worthless from now on."""
        adapter: Any = get_adapter()
        code = str(adapter.generate_phone_verification_code(user=self.user, phone=self.phone))
        self.state["code"] = code
        return code

    def send(self, skip_enumeration_mails: bool = False) -> None:
        """Send a new code."""
        adapter: Any = get_adapter()
        adapter.send_verification_code_sms(user=None, phone=self.phone, code=self.generate_code())

    def resend(self) -> None:
        """Send another code, as often as the settings allow; tries are not given back."""
        self.send()
        self.record_resend()
        self.persist()

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """The code was right: find or open the account, then sign in like everybody."""
        self._user: Any = account_open(phone=self.phone, now=clock.now())
        response: HttpResponse = super().finish(redirect_url)
        return response
