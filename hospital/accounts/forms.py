"""Forms of sign-in: allauth's, with this hospital's words and input hints."""

from typing import TYPE_CHECKING, Any, cast

from allauth.account.fields import PhoneField as AllauthPhoneField
from allauth.account.forms import ChangePasswordForm, ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from hospital.accounts.staff import password_choose
from hospital.common import clock
from hospital.common.phones import phone_canonical

if TYPE_CHECKING:
    from hospital.models import User

CODE_INPUT = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autocapitalize": "off",
    "spellcheck": "false",
    "maxlength": "12",
    "placeholder": "",
}


class PhoneField(AllauthPhoneField):  # type: ignore[misc]
    """Any way of writing a phone number; the value is the canonical form."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        super().__init__(
            **{"label": _("Phone number"), "max_length": 40, "widget": widget, "validators": []} | kwargs
        )

    def to_python(self, value: Any) -> str:
        """The canonical form, or a sentence that says what to type."""
        typed = super().to_python(value)
        if not typed:
            return ""
        try:
            return phone_canonical(typed)
        except ValueError:
            raise forms.ValidationError(
                _("This is not a phone number. Enter 11 digits, or + and the country code."),
                code="invalid_phone",
            ) from None


class PhoneForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Where the code goes."""


class CodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code from the message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the message")
        self.fields["code"].widget.attrs = dict(CODE_INPUT)


class PasswordForm(LoginForm):  # type: ignore[misc]
    """User name (or phone) and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "off",
            "spellcheck": "false",
        }
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}
        self.fields["password"].help_text = ""


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Another password than the one that was handed over."""

    def clean(self) -> dict[str, Any]:
        """The same password again is no new one."""
        data: dict[str, Any] = super().clean()  # type: ignore[no-untyped-call]
        new = data.get("password1")
        if new and new == data.get("oldpassword"):
            self.add_error("password1", _("Choose a password that differs from the current one."))
        return data

    def save(self) -> None:
        """Keep it, with its history."""
        password_choose(
            user=cast("User", self.user), password=self.cleaned_data["password1"], now=clock.now()
        )


class AppCodeForm(forms.Form):
    """Asks for a code of the authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from your app")
        self.fields["code"].widget.attrs = dict(CODE_INPUT)


class SecondFactorForm(AppCodeForm, AuthenticateForm):  # type: ignore[misc]
    """The code of the authenticator app, or a recovery code."""


class ActivateForm(AppCodeForm, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""
