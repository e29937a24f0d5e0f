"""What the expert is asked besides the five actions."""

from __future__ import annotations

from typing import Any

from django import forms

from queueing.forms.asking import KeyedForm
from queueing.models import Pause


class PauseForm(KeyedForm):
    """Why the room calls nobody, and for how many minutes."""

    reason = forms.ChoiceField(choices=Pause.Reason.choices)
    minutes = forms.IntegerField(min_value=1, max_value=480)

    def wanted(self) -> dict[str, Any]:
        """Why and how long, as the service asks for it."""
        return {name: self.cleaned_data[name] for name in ("reason", "minutes")}


class ChosenForm(KeyedForm):
    """Who is called before the turn, and why."""

    ticket = forms.CharField(max_length=20)
    reason = forms.CharField(max_length=100, required=False)

    def chosen(self) -> dict[str, Any]:
        """Whom, as the service asks for it."""
        return {"code": self.cleaned_data["ticket"], "reason": self.cleaned_data["reason"]}


class RoomTransferForm(KeyedForm):
    """Who goes where: to a session, or to whoever of a department has the least to do."""

    ticket = forms.CharField(max_length=20)
    target = forms.RegexField(r"\A(session|department):[\w-]{1,20}\Z")
    reason = forms.CharField(max_length=60, required=False)

    def wanted(self) -> tuple[str, str]:
        """What kind of target, and its code."""
        kind, _colon, code = self.cleaned_data["target"].partition(":")
        return kind, code


class HelpForm(KeyedForm):
    """Which alarm is meant."""

    alarm = forms.CharField(max_length=12)
