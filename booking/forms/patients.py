"""Who somebody is, which of two records goes on, and what a record shall say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from booking.domain.errors import SelfKnown
from booking.models import AccountPatient, DataRequest, Patient

SELF = AccountPatient.Relation.SELF


def _choices(of: type[TextChoices]) -> list[tuple[str, Any]]:
    """Labels as they stand alone, each in a line of its own."""
    return [(each.value, capfirst(each.label)) for each in of]


class PatientForm(forms.Form):
    """A person under the real name."""

    name = forms.CharField(
        label=_("Name as on the ID"),
        max_length=50,
        error_messages={"required": _("Enter the name as on the ID.")},
    )
    relation = forms.ChoiceField(
        label=_("Who is this to you?"),
        choices=_choices(AccountPatient.Relation),
        error_messages={"required": _("Choose who this is to you.")},
    )
    id_type = forms.ChoiceField(label=_("ID document"), choices=_choices(Patient.IdType))
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=24,
        help_text=_("Children have their own ID number, too."),
        error_messages={"required": _("Enter the ID number.")},
    )
    birth_date = forms.DateField(
        label=_("Date of birth (optional)"),
        required=False,
        widget=forms.DateInput({"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        help_text=_("Only for documents other than the resident ID card, whose number tells it."),
    )
    phone = forms.CharField(
        label=_("Phone (optional)"),
        max_length=20,
        required=False,
        help_text=_(
            "For messages about this person's visits. Without one, as for children, messages come to your phone."
        ),
    )

    def __init__(self, *args: Any, has_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_self = has_self
        if has_self:
            others = [choice for choice in _choices(AccountPatient.Relation) if choice[0] != SELF]
            self.fields["relation"].widget = forms.Select(choices=[("", _("Choose…")), *others])
        self.fields["name"].widget.attrs |= {"autocomplete": "off"}
        self.fields["id_number"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters"}
        self.fields["phone"].widget = forms.TextInput(
            {"type": "tel", "autocomplete": "off", "inputmode": "tel"}
        )

    def clean_relation(self) -> str:
        """An account is one person's: only one of its patients can be that person."""
        relation = str(self.cleaned_data["relation"])
        if self.has_self and relation == SELF:
            raise forms.ValidationError(_(SelfKnown.message))
        return relation


class PersonForm(PatientForm):
    """A person as the desk takes them down; whose family they are plays no part."""

    relation = None  # type: ignore[assignment] # Django leaves such a field out

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _(
            "For messages about this person's visits; without one nobody is told by phone."
        )


class FindPersonForm(forms.Form):
    """Somebody by document, phone or name."""

    q = forms.CharField(max_length=60, strip=True)


class MergeFindForm(forms.Form):
    """Two records of one person, each found by document, phone or name."""

    first = forms.CharField(
        label=_("ID number, phone or name"),
        max_length=60,
        strip=True,
        error_messages={"required": _("Enter an ID number, a phone or a name.")},
    )
    second = forms.CharField(
        label=_("Second record, if found by something else"), max_length=60, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}


class MergeForm(forms.Form):
    """Which record goes on and which is merged into it."""

    survivor = forms.CharField(max_length=12)
    duplicate = forms.CharField(max_length=12)
    swap = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=200, required=False, strip=True)


class DataRequestForm(forms.Form):
    """What a patient asks about the data of one of the family."""

    patient = forms.CharField(max_length=12)
    kind = forms.ChoiceField(choices=DataRequest.Kind.choices)
    text = forms.CharField(max_length=500, required=False, strip=True)


class DataAnswerForm(forms.Form):
    """A manager's answer to such a request; the fields of a correction are those of the record."""

    verb = forms.ChoiceField(choices=[("grant", "grant"), ("refuse", "refuse")])
    answer = forms.CharField(
        max_length=500,
        strip=True,
        error_messages={"required": _("Write the answer that the patient gets.")},
    )
    name = forms.CharField(label=_("Full name"), max_length=50, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    birth_date = forms.DateField(label=_("Date of birth"), required=False)

    def corrected(self) -> dict[str, Any]:
        """What the record shall say from now on."""
        return {name: self.cleaned_data[name] for name in ("name", "phone", "birth_date")}
