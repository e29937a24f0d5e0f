"""Stopping a clinic: which and why, what its patients are told, what they choose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.domain.errors import ReasonMissing, TooSoon
from booking.forms.asking import KeyForm
from hospital.common.forms import AskedForm


class StopForm(AskedForm):
    """Which session, and why."""

    session = forms.CharField(max_length=12, error_messages={"required": _("Choose a session.")})
    reason = forms.CharField(
        max_length=200, strip=True, error_messages={"required": _(ReasonMissing.message)}
    )


class StopPrepareForm(AskedForm):
    """What patients will be told; a step asks for a part of it, and what is left out stays."""

    STEPS = ("session", "preview", "notice", "apply")

    step = forms.ChoiceField(choices=[(step, step) for step in STEPS[1:]])
    reason = forms.CharField(max_length=200, required=False, strip=True)
    choose_by = forms.DateTimeField(required=False, error_messages={"invalid": _(TooSoon.message)})

    def kept(self) -> dict[str, Any]:
        """What this step asked for, as the service takes it."""
        said = self.cleaned_data
        return {"reason": said["reason"] if "reason" in self.data else None, "choose_by": said["choose_by"]}

    @property
    def following(self) -> str:
        """The step after this one."""
        return self.STEPS[min(self.STEPS.index(self.cleaned_data["step"]) + 1, len(self.STEPS) - 1)]


class PhonedForm(forms.Form):
    """What was said on the phone."""

    note = forms.CharField(required=False, strip=True)


class StopChoiceForm(KeyForm):
    """Another number, or the money back."""

    choice = forms.ChoiceField(choices=[("slot", "slot"), ("refund", "refund")])
    slot = forms.CharField(max_length=12, required=False)
