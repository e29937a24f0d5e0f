"""What every question of the desk and the room is made of: its key, and how somebody is found."""

from __future__ import annotations

from django import forms

from hospital.common.forms import AskedForm


class KeyedForm(AskedForm):
    """A form that does something once, however often it is sent."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def body(self) -> dict[str, object]:
        """What is asked, without the key."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class FindForm(forms.Form):
    """The desk's one input."""

    q = forms.CharField(max_length=200, strip=True)


class PatientChoiceForm(forms.Form):
    """One of several people found, or a found person again."""

    patient = forms.CharField(max_length=12)
