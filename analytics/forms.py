"""Input of the managers' pages: filters, reasons, edited quotas."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.models import QuotaPlan
from analytics.selectors.plans import Planned
from analytics.selectors.waits import Chosen, HistoryFacts, default_choice

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
WEEKS = 12


def _offer(form: forms.Form, name: str, codes: Iterable[str], names: Mapping[str, str]) -> None:
    """Let a field choose among ``codes``, or all of them."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101
    field.choices = [("", _("All")), *((code, names.get(code, code)) for code in codes)]


class DashboardFilter(forms.Form):
    """The dashboard's filters; the address carries them, so that a view can be shared."""

    department = forms.ChoiceField(label=_("Department"), required=False)
    expert = forms.ChoiceField(label=_("Expert"), required=False)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), required=False, coerce=int, empty_value=None, choices=[("", _("All")), *WEEKDAYS]
    )

    def __init__(self, data: Any, *, facts: HistoryFacts, names: dict[str, str]) -> None:
        self.default = default_choice(facts, WEEKS)
        values = data.copy()
        values.setdefault("first", self.default.first.isoformat())
        values.setdefault("last", self.default.last.isoformat())
        super().__init__(values)
        _offer(self, "department", facts.departments, names)
        _offer(self, "expert", facts.experts, names)

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            self.add_error("last", _("This day is before the first."))
        return cleaned

    def chosen(self) -> Chosen:
        """What to look at; what is not valid falls back to the default and keeps its message."""
        self.is_valid()
        cleaned = getattr(self, "cleaned_data", {})
        wrong = bool(self.errors)
        return Chosen(
            first=(None if wrong else cleaned.get("first")) or self.default.first,
            last=(None if wrong else cleaned.get("last")) or self.default.last,
            department=cleaned.get("department", ""),
            expert=cleaned.get("expert", ""),
            weekday=cleaned.get("weekday"),
        )


class PlanFilter(forms.Form):
    """Which plans to list; the address carries it."""

    department = forms.ChoiceField(label=_("Department"), required=False)
    expert = forms.ChoiceField(label=_("Expert"), required=False)
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), required=False, coerce=int, empty_value=None, choices=[("", _("All")), *WEEKDAYS]
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("In force or to review")), *QuotaPlan.State.choices]
    )

    def __init__(self, data: Any, *, planned: Planned, names: dict[str, str]) -> None:
        super().__init__(data)
        _offer(self, "department", planned.departments, names)
        _offer(self, "expert", planned.experts, names)

    def chosen(self) -> dict[str, Any]:
        """What is valid of the choice."""
        self.is_valid()
        return self.cleaned_data


class ReasonForm(forms.Form):
    """Why a plan is rejected or rolled back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )


class QuotasForm(forms.Form):
    """One number for each slot; the service checks that they add up."""

    def __init__(self, *args: Any, plan: QuotaPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for slot in plan.slots.all():
            self.fields[f"slot_{slot.index}"] = forms.IntegerField(
                label=f"{slot.starts_at:%H:%M}", min_value=0, max_value=999, initial=slot.quota
            )

    def quotas(self) -> list[int]:
        """The numbers in the order of the slots."""
        return [self.cleaned_data[name] for name in self.fields]
