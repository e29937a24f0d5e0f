"""What a member of staff decides, and says why."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why a member of staff decides something."""

    reason = forms.CharField(max_length=200, strip=True)


class DecisionForm(forms.Form):
    """What is decided about the appointments ticked in a list."""

    VERBS = [("confirm", _("No-show")), ("seen", _("Was seen")), ("excused", _("Excused"))]

    verb = forms.ChoiceField(choices=VERBS)
    reason = forms.CharField(max_length=200, required=False, strip=True)
    codes = forms.MultipleChoiceField(error_messages={"required": _("Tick at least one appointment.")})

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        ticked = [code for code in data.getlist("codes") if code.isalnum()][:200]
        cast("forms.MultipleChoiceField", self.fields["codes"]).choices = [(code, code) for code in ticked]


class BanForm(forms.Form):
    """Online booking closed by hand."""

    patient = forms.CharField(
        label=_("ID number or phone"), max_length=40, widget=forms.TextInput({"autocomplete": "off"})
    )
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=730)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, strip=True, error_messages={"required": _("Please give a reason.")}
    )


class AccountBanForm(forms.Form):
    """For how long and why an account's patients cannot book online."""

    days = forms.IntegerField(min_value=1, max_value=3650)
    reason = forms.CharField(max_length=200, strip=True)


class AppealForm(forms.Form):
    """What a patient says."""

    text = forms.CharField(
        label=_("What happened?"),
        max_length=500,
        strip=True,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Say in a few words what happened.")},
    )


class AnswerForm(forms.Form):
    """A manager's answer to an appeal."""

    DECISIONS = [
        ("excused", _("Uphold: excused")),
        ("seen", _("Uphold: was seen")),
        ("lift", _("Uphold: lift the ban")),
        ("reject", _("Reject")),
    ]

    decision = forms.ChoiceField(choices=DECISIONS)
    answer = forms.CharField(
        max_length=500,
        strip=True,
        error_messages={"required": _("Write the answer that the patient gets.")},
    )

    def decided(self) -> dict[str, Any]:
        """As the service asks for it."""
        decision = self.cleaned_data["decision"]
        outcome = decision if decision in {"seen", "excused"} else "excused"
        return {"uphold": decision != "reject", "outcome": outcome, "answer": self.cleaned_data["answer"]}


class MoneyDecisionForm(forms.Form):
    """What is decided about a payment that did not fit, or a refund that failed."""

    ABOUT_REFUND = {"again": "again", "by_hand": "by_hand", "note_refund": "note"}
    ABOUT_PAYMENT = {"accept": "accept", "refund": "refund", "note": "note"}

    decision = forms.ChoiceField(choices=[(word, word) for word in ABOUT_PAYMENT | ABOUT_REFUND])
    reason = forms.CharField(max_length=200, strip=True)

    @property
    def is_about_refund(self) -> bool:
        """Whether the button belongs to a refund."""
        return self.data.get("decision") in self.ABOUT_REFUND

    def clean_decision(self) -> str:
        """The service's word for the button that was pressed."""
        return (self.ABOUT_PAYMENT | self.ABOUT_REFUND)[self.cleaned_data["decision"]]
