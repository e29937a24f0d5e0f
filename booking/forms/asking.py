"""What is asked for once, by a patient or for one: a number, another time, a place on a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.domain.errors import ReasonMissing
from hospital.common.forms import AskedForm


class SearchForm(forms.Form):
    """The question of the start page; a wrong value is no reason to refuse the page."""

    SORTS = ("earliest", "priority", "match", "wait")

    q = forms.CharField(required=False, max_length=40, strip=True)
    department = forms.SlugField(required=False, max_length=20)
    sort = forms.ChoiceField(required=False, choices=[(sort, sort) for sort in SORTS])
    all = forms.CharField(required=False)

    def wishes(self) -> dict[str, str]:
        """What can be understood of the question."""
        self.is_valid()
        known = {name: str(self.cleaned_data.get(name) or "") for name in ("q", "department", "sort", "all")}
        return {**known, "sort": known["sort"] or ("match" if known["q"] else "earliest")}


class KeyForm(AskedForm):
    """A button that does something once, however often it is pressed."""

    key = forms.CharField(max_length=64)


class JoinForm(KeyForm):
    """For whom; an account that looks like a robot's brings a proof of work."""

    patient = forms.CharField(max_length=12, error_messages={"required": _("Choose whom you book for.")})
    proof = forms.CharField(max_length=1000, required=False)


class HoldForm(JoinForm):
    """Which number for whom."""

    slot = forms.CharField(max_length=12, error_messages={"required": _("Choose a time first.")})
    field_order = ["slot", "patient"]


class MoveForm(KeyForm):
    """To which time."""

    slot = forms.CharField(max_length=12, error_messages={"required": _("Choose a time first.")})


class DeskMoveForm(MoveForm):
    """To which time, and why the desk does it."""

    reason = forms.CharField(
        max_length=200, strip=True, error_messages={"required": _(ReasonMissing.message)}
    )


class PaymentForm(forms.Form):
    """By which provider."""

    provider = forms.CharField(max_length=20)
    key = forms.CharField(max_length=64)


class CounterForm(KeyForm):
    """A number given at the desk: for whom, which, and how it is paid."""

    patient = forms.CharField(max_length=12)
    slot = forms.CharField(max_length=12, error_messages={"required": _("Choose a time first.")})
    payment = forms.ChoiceField(choices=[(way, way) for way in ("cash", "provider", "free")])
    reason = forms.CharField(max_length=200, required=False, strip=True)

    def asked(self) -> dict[str, str]:
        """What the service is asked for."""
        wanted = self.cleaned_data
        return {"slot_code": wanted["slot"], "payment": wanted["payment"], "reason": wanted["reason"]}


class DeskCancelForm(KeyForm):
    """Whose wish it is that the desk gives a number back, why, and, when that is asked, whether the fee goes back."""

    WISHES = [("patient", "patient"), ("hospital", "hospital")]

    wish = forms.ChoiceField(choices=WISHES, error_messages={"required": _("Say whose wish it is.")})
    refund = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        required=False,
        error_messages={"required": _("Decide whether the fee goes back.")},
    )
    reason = forms.CharField(
        max_length=200, strip=True, error_messages={"required": _(ReasonMissing.message)}
    )

    def __init__(self, data: Any, *, asks_refund: bool) -> None:
        super().__init__(data)
        self.fields["refund"].required = asks_refund
