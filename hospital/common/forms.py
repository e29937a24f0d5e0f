"""What all forms share; what an address asks of a page is read by forms, too, as everything that comes from outside."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]


class AskedForm(forms.Form):
    """A form whose page shows one thing that is wrong at a time."""

    def first_error(self) -> str:
        """What to say first about a form that was not filled in."""
        return next(str(messages[0]) for messages in self.errors.values())

    def typed(self, name: str) -> str:
        """A field as it was sent or filled in beforehand, whatever the form says to it; the database takes no NUL."""
        return str(self[name].value() or "").replace("\0", "")


class AddressForm(forms.Form):
    """The fields of an address. A wrong value is no reason to refuse a page: it is as if it were not there."""

    @classmethod
    def read(cls, data: QueryDict) -> dict[str, Any]:
        """Each field's value; what is missing or wrong is the field's initial value, else empty."""
        form = cls(data)
        form.is_valid()
        values, fields = form.cleaned_data, form.fields.items()
        return {name: values.get(name) or field.initial or "" for name, field in fields}


class PeriodForm(forms.Form):
    """The days from a first to a last."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            self.add_error("last", _("This day is before the first."))
        return cleaned


class OfWhom(forms.Form):
    """A department and an expert of those that there are; blank means all."""

    department = forms.ChoiceField(label=_("Department"), required=False)
    expert = forms.ChoiceField(label=_("Expert"), required=False)

    def offer(self, *, departments: Iterable[tuple[str, str]], experts: Iterable[tuple[str, str]]) -> None:
        """Let people choose among these codes, each with its label."""
        for name, labels in (("department", departments), ("expert", experts)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [("", _("All")), *labels]


class WeekdayField(forms.TypedChoiceField):
    """A weekday (1 is Monday); blank means all."""

    def __init__(self) -> None:
        choices = [("", _("All")), *WEEKDAYS]
        super().__init__(label=_("Weekday"), required=False, coerce=int, empty_value=None, choices=choices)


class BackForm(AddressForm):
    """Which page to go on to."""

    next = forms.CharField(required=False)


def back_of(request: HttpRequest, *, otherwise: str) -> str:
    """The page that a form or an address wants to go on to, if it is one of ours."""
    wanted: str = BackForm.read(request.POST or request.GET)["next"]
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else otherwise
