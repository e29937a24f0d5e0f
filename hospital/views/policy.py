"""The hospital's rules: every number with its default, who changed what and why; each save is a new version."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import Policy, PolicyMoved, forget, policy, policy_change, policy_versions
from hospital.common.policy_table import ENTRIES, GROUPS, Entry
from hospital.common.views import managers_only, signed_in

STEPS_MAX = 10


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


class PolicyForm(forms.Form):
    """Every number of the policy, the version that was looked at, and why it is changed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why is this changed?"),
        max_length=200,
        strip=True,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please give a reason.")},
    )

    def __init__(self, data: Any, *, rules: Policy) -> None:
        initial = {name: getattr(rules, name) for name in ENTRIES}
        super().__init__(data, initial={**initial, "version": rules.version})
        for entry in ENTRIES.values():
            self.fields[entry.name] = _field(entry)

    def changes(self, rules: Policy) -> dict[str, Any]:
        """What is set otherwise than now."""
        given = {name: self.cleaned_data[name] for name in ENTRIES}
        return {name: value for name, value in given.items() if value != getattr(rules, name)}


def _field(entry: Entry) -> forms.Field:
    told: dict[str, Any] = {"label": entry.label, "help_text": entry.help}
    if isinstance(entry.default, bool):
        return forms.BooleanField(required=False, **told)
    if isinstance(entry.default, time):
        return forms.TimeField(widget=forms.TimeInput({"type": "time"}, "%H:%M"), **told)
    if isinstance(entry.default, tuple):
        return StepsField(low=entry.low, high=entry.high, **told)
    return forms.IntegerField(min_value=entry.low, max_value=entry.high, **told)


@managers_only
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules; the POST keeps what is set otherwise as a new version."""
    forget()  # another process may have changed it within this second
    now_held = policy()
    form = PolicyForm(request.POST or None, rules=now_held)
    if request.method != "POST":
        return _page(request, form, now_held)
    if not form.is_valid():
        return _page(request, form, now_held, status=400)
    if not (changes := form.changes(now_held)):
        messages.info(request, _("Nothing was set otherwise than before."))
        return redirect("policy")
    told = {"reason": form.cleaned_data["reason"], "on_version": form.cleaned_data["version"]}
    try:
        made = policy_change(actor=Actor.of(signed_in(request)), now=clock.now(), **told, **changes)
    except PolicyMoved as error:
        messages.error(request, translated(error))
        return _page(request, PolicyForm(None, rules=now_held), now_held, status=error.status)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _page(request, form, now_held, status=error.status)
    messages.success(request, _("Saved as version %(n)s. It holds from now on.") % {"n": made.version})
    return redirect("policy")


def _page(request: HttpRequest, form: PolicyForm, now_held: Policy, *, status: int = 200) -> HttpResponse:
    groups = [
        (title, [(entry, form[entry.name], getattr(now_held, entry.name)) for entry in entries])
        for _code, title, entries in GROUPS
    ]
    context = {
        "section": "policy",
        "form": form,
        "groups": groups,
        "rules": now_held,
        "versions": [
            (one.version, [(ENTRIES[name], *pair) for name, pair in one.values.items()])
            for one in policy_versions()
        ],
    }
    return render(request, "manage/policy.html", context, status=status)
