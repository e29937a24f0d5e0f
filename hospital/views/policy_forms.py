"""The forms of the rules: the hospital's, and what a department or an expert has of its own."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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

    def clean(self, value: Any) -> tuple[int, ...]:  # type: ignore[override] # the field is of numbers
        """The numbers, when they can be."""
        parts = str(super().clean(value)).replace("，", ",").replace("、", ",").split(",")
        steps = [int(part) for part in parts if part.strip().isdecimal()]
        if len(steps) != len(parts) or len(steps) > STEPS_MAX:
            raise forms.ValidationError(_("Enter numbers with commas between, such as 30, 60, 90."))
        if not all(self.low <= step <= self.high for step in steps):
            bounds = {"low": self.low, "high": self.high}
            raise forms.ValidationError(_("Each number is from %(low)s to %(high)s.") % bounds)
        return tuple(steps)


class ChangeForm(forms.Form):
    """The version that was looked at, and why it is changed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why is this changed?"),
        max_length=200,
        strip=True,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please give a reason.")},
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
    told: dict[str, Any] = {"label": entry.label, "help_text": entry.help}
    if isinstance(entry.default, bool):
        return forms.BooleanField(required=False, **told)
    if isinstance(entry.default, time):
        return forms.TimeField(widget=forms.TimeInput({"type": "time"}, "%H:%M"), **told)
    if isinstance(entry.default, tuple):
        return StepsField(low=entry.low, high=entry.high, **told)
    return forms.IntegerField(min_value=entry.low, max_value=entry.high, required=required, **told)
