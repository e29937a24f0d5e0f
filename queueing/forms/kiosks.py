"""What kiosks send: a token once, then whatever is scanned or typed."""

from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hospital.common.forms import AddressForm
from queueing.forms.asking import KeyedForm
from queueing.forms.recognised import DOCUMENTS, Recognised, recognised


class KioskPairForm(forms.Form):
    """The token that the administration gave out."""

    token = forms.CharField(
        label=_("Token of the kiosk"),
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )


class KioskAddress(AddressForm):
    """In which language the kiosk speaks, when not in the hospital's."""

    lang = forms.ChoiceField(choices=settings.LANGUAGES)


class KioskCheckInForm(KeyedForm):
    """A code, the address in a scanned QR, or a document's number; with a document the phone's last four digits."""

    text = forms.CharField(max_length=200)
    phone_tail = forms.RegexField(r"\A[0-9]{4}\Z", required=False)
    lang = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    def clean(self) -> dict[str, Any]:
        """Digits that are not four are asked for again, they are no reason to begin anew."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "phone_tail" in self.errors:
            del self.errors["phone_tail"]
            data["phone_tail"] = ""
        return data

    @cached_property
    def seen(self) -> Recognised:
        """What it is, from its form alone."""
        return recognised(self.cleaned_data["text"])

    @property
    def language(self) -> str:
        """The kiosk's, which is the slip's."""
        return str(self.cleaned_data["lang"] or settings.LANGUAGE_CODE)

    def again(self) -> dict[str, str]:
        """The same once more, for the other language: a document only while its number is on the page anyway."""
        if self.seen.kind in DOCUMENTS:
            return {}
        return {"text": self.cleaned_data["text"], "key": self.cleaned_data["key"]}


class KioskSetForm(forms.Form):
    """Where a kiosk stands and where it prints."""

    place = forms.CharField(label=_("Place"), max_length=60, required=False)
    printer = forms.CharField(max_length=8, required=False)
