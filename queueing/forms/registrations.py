"""Walk-ins, of somebody known and of somebody new."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.selectors import payment_choices, session_by_code
from hospital.common.forms import AddressForm, AskedForm
from queueing.forms.asking import KeyedForm
from queueing.forms.tickets import PRIORITIES

CASH, FREE = ("cash", _("Cash")), ("free", _("Free of charge"))


def _payments() -> list[tuple[str, Any]]:
    """Cash first, free last, between them whatever the hospital takes online."""
    return [CASH, *payment_choices(), FREE]


class RegistrationForm(KeyedForm):
    """A walk-in: for which session, or any doctor of its department, what for, how paid, why first."""

    session = forms.CharField(
        max_length=12, error_messages={"required": _("Choose a session on the right first.")}
    )
    any_doctor = forms.BooleanField(required=False)
    payment = forms.ChoiceField(choices=_payments)
    priority = forms.ChoiceField(choices=PRIORITIES, required=False)
    priority_reason = forms.CharField(max_length=60, required=False)
    specialty = forms.CharField(max_length=60, required=False)

    @property
    def through_provider(self) -> bool:
        """Whether the patient pays with a phone, so that the ticket comes later."""
        return self.cleaned_data["payment"] not in {"cash", "free"}

    def wanted(self) -> dict[str, Any]:
        """Which number, as the service asks for it."""
        data = self.cleaned_data
        paid = {"provider_name": data["payment"]} if self.through_provider else {"payment": data["payment"]}
        where = {"session_code": data["session"]}
        if data["any_doctor"]:
            where = {"department_code": session_by_code(code=data["session"]).expert.department.code}
        return {
            **where,
            **paid,
            "priority": data["priority"] or "normal",
            "priority_reason": data["priority_reason"],
            "specialty": data["specialty"],
        }


class WalkInForm(RegistrationForm):
    """A walk-in of a known patient."""

    patient = forms.CharField(max_length=12, widget=forms.HiddenInput)


class NewPatientForm(RegistrationForm):
    """A walk-in of somebody whom the hospital does not know yet."""

    ID_TYPES = [
        ("resident", _("Resident ID card")),
        ("passport", _("Passport")),
        ("hk_macau", _("Hong Kong or Macau permit")),
        ("taiwan", _("Taiwan permit")),
    ]

    name = forms.CharField(label=_("Name as on the ID"), max_length=50)
    id_type = forms.ChoiceField(label=_("ID document"), choices=ID_TYPES)
    id_number = forms.CharField(label=_("ID number"), max_length=24)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def person(self) -> dict[str, Any]:
        """Who it is, as the service asks for it."""
        names = ("name", "id_type", "id_number", "phone", "birth_date")
        return {name: self.cleaned_data[name] for name in names}


class AddOnForm(KeyedForm):
    """One number more for a known patient who stands at the desk."""

    PAYMENTS = [CASH, FREE]

    patient = forms.CharField(max_length=12, widget=forms.HiddenInput)
    session = forms.CharField(max_length=12, error_messages={"required": _("Choose a session first.")})
    payment = forms.ChoiceField(choices=PAYMENTS)
    reason = forms.CharField(
        max_length=200, error_messages={"required": _("An added number needs a reason.")}
    )


class AddOnQuestion(AskedForm):
    """For whom a number shall be added, and with whom it was wanted."""

    patient = forms.CharField(max_length=12)
    session = forms.CharField(max_length=12, required=False)


class PaidAddress(AddressForm):
    """Whether the money has just come."""

    paid = forms.BooleanField(required=False)
