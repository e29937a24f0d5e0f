"""What administrators enter about accounts of staff and tokens of kiosks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hospital.accounts.selectors import is_username_taken
from hospital.accounts.staff import COLUMNS, StaffFacts
from hospital.models import ApiToken, User

ROLES = [choice for choice in User.Role.choices if choice[0] in User.STAFF_ROLES]


class StaffForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """An account of staff."""

    first_name = forms.CharField(label=_("Name shown"), max_length=150, strip=True)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)

    class Meta:
        model = User
        fields = ["username", *COLUMNS]
        labels = {"is_active": _("May sign in")}
        help_texts = {
            "username": _("To sign in with: letters, digits and @ . + - _"),
            "may_add_on": _("Numbers beyond a slot’s quota. Experts may anyway, for their own sessions."),
            "may_call_out_of_order": _("For experts: with a reason that the history keeps."),
            "is_active": _("Take the tick away when somebody leaves: nothing is deleted."),
        }

    def clean_username(self) -> str:
        """Signing in takes no notice of capitals."""
        username: str = self.cleaned_data["username"]
        if is_username_taken(username):
            raise forms.ValidationError(_("This user name is taken already. Choose another one."))
        return username

    def facts(self) -> StaffFacts:
        """The account as the services take it."""
        return StaffFacts(**{name: self.cleaned_data[name] for name in COLUMNS})


class StaffChangeForm(StaffForm):
    """What can be changed about it later."""

    new_password = forms.BooleanField(
        label=_("New one-time password"),
        required=False,
        help_text=_("It is shown once, to hand over. At the next sign-in the owner chooses another."),
    )
    new_factor = forms.BooleanField(
        label=_("Reset the second factor"),
        required=False,
        help_text=_(
            "For a lost phone: the authenticator app is set up again. Brings a new one-time password, too."
        ),
    )

    class Meta(StaffForm.Meta):
        fields = [*COLUMNS]


class KioskForm(forms.ModelForm):  # type: ignore[type-arg]
    """A kiosk that is to get a token."""

    name = forms.CharField(
        label=_("Name of the kiosk"),
        max_length=80,
        strip=True,
        help_text=_("Such as “Hall, left”. Its token is shown once after saving."),
    )

    class Meta:
        model = ApiToken
        fields = ["name"]


class TokenChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A token that is to end."""

    revoke = forms.BooleanField(
        label=_("Revoke"), required=False, help_text=_("The token is worthless from now on, for good.")
    )

    class Meta:
        model = ApiToken
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        """Nothing but the tick."""
        return super().clean() or {}
