"""The forms of the rules: the hospital's, and what a department or an expert has of its own."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.common.forms import AddressForm
from hospital.common.policy import Policies, Policy, Scope
from hospital.common.policy_table import ENTRIES, STEPS_MAX, Entry


class StepsField(forms.CharField):
    """A few numbers in a row: ``30, 60, 90``."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.low, self.high = low, high

    def prepare_value(self, value: Any) -> Any:
        """As it is typed."""
        return ", ".join(str(step) for step in value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> tuple[int, ...] | None:  # type: ignore[override] # the field is of numbers
        """The numbers, when they can be; None where there may be none."""
        text = str(super().clean(value))
        if not text and not self.required:
            return None
        parts = text.replace("，", ",").replace("、", ",").split(",")
        steps = [int(part) for part in parts if part.strip().isdecimal()]
        if len(steps) != len(parts) or len(steps) > STEPS_MAX:
            raise forms.ValidationError(_("Enter numbers with commas between, such as 30, 60, 90."))
        if not all(self.low <= step <= self.high for step in steps):
            bounds = {"low": self.low, "high": self.high}
            raise forms.ValidationError(_("Each number is from %(low)s to %(high)s.") % bounds)
        return tuple(steps)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or nothing of one's own."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "—"), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]
        super().__init__(choices=choices, coerce=lambda given: given == "yes", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As it is chosen."""
        return {True: "yes", False: "no"}.get(value, value)


class OwnerAddress(AddressForm):
    """Whose rules to see: a level and a code, such as ``expert:zhao``."""

    of = forms.CharField(required=False, max_length=40)


class ChangeForm(forms.Form):
    """The version that was looked at, and why it is changed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        max_length=200,
        strip=True,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please write it.")},
    )


class PolicyForm(ChangeForm):
    """Every number of the policy."""

    def __init__(self, data: Any, *, rules: Policy) -> None:
        initial = {name: getattr(rules, name) for name in ENTRIES}
        super().__init__(data, initial={**initial, "version": rules.version})
        for entry in ENTRIES.values():
            self.fields[entry.name] = _field(entry)

    def changes(self, rules: Policy) -> dict[str, Any]:
        """What is set otherwise than now."""
        given = {name: self.cleaned_data[name] for name in ENTRIES}
        return {name: value for name, value in given.items() if value != getattr(rules, name)}


class OwnForm(ChangeForm):
    """What may differ there; an empty field takes the value from above."""

    def __init__(self, data: Any, *, scope: Scope, held: Policies) -> None:
        self.own = held.own.get((scope.level, scope.pk), {})
        super().__init__(data, initial={**self.own, "version": held.version})
        self.entries = [entry for entry in ENTRIES.values() if entry.is_own(scope.level)]
        for entry in self.entries:
            self.fields[entry.name] = _field(entry, required=False)

    def changes(self) -> dict[str, Any]:
        """What is set otherwise than now; ``None`` for what is taken away."""
        given = {entry.name: self.cleaned_data[entry.name] for entry in self.entries}
        return {name: value for name, value in given.items() if value != self.own.get(name)}


def _field(entry: Entry, *, required: bool = True) -> forms.Field:
    told: dict[str, Any] = {"label": entry.label, "help_text": entry.help, "required": required}
    if isinstance(entry.default, bool):
        return forms.BooleanField(**{**told, "required": False}) if required else YesNoField(**told)
    if isinstance(entry.default, time):
        return forms.TimeField(widget=forms.TimeInput({"type": "time"}, "%H:%M"), **told)
    if isinstance(entry.default, tuple):
        return StepsField(low=entry.low, high=entry.high, **told)
    if entry.choices:
        none = [] if required else [("", "—")]
        return forms.TypedChoiceField(choices=[*none, *entry.choices], empty_value=None, **told)
    return forms.IntegerField(min_value=entry.low, max_value=entry.high, **told)
