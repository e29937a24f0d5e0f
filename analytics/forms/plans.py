"""Which plans to list, and what is decided on one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.forms import labelled
from analytics.models import QuotaPlan
from analytics.selectors.plans import Planned
from hospital.common.forms import AddressForm, OfWhom, WeekdayField


class PlanFilter(OfWhom):
    """Which plans to list; the address carries it."""

    weekday = WeekdayField()
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("In force or to review")), *QuotaPlan.State.choices]
    )

    def __init__(self, data: Any, *, planned: Planned, names: dict[str, str]) -> None:
        super().__init__(data)
        self.offer(departments=labelled(planned.departments, names), experts=labelled(planned.experts, names))

    def chosen(self) -> dict[str, Any]:
        """What is valid of the choice."""
        self.is_valid()
        return self.cleaned_data


class PlanAddress(AddressForm):
    """What is about to be done with a plan."""

    do = forms.ChoiceField(choices=[(one, one) for one in ("approve", "edit", "reject", "roll_back")])


class SeenForm(forms.Form):
    """Which quotas stood on the page on which a plan was approved."""

    seen = forms.RegexField(r"^\d{1,5}( \d{1,5})*$", required=False, max_length=400, widget=forms.HiddenInput)

    @classmethod
    def of(cls, plan: QuotaPlan) -> "SeenForm":
        """As the plan's page shows them."""
        return cls(initial={"seen": " ".join(str(slot.quota) for slot in plan.slots.all())})

    def quotas(self) -> list[int] | None:
        """One for each slot, if the page said so."""
        self.is_valid()
        text = self.cleaned_data.get("seen")
        return [int(quota) for quota in text.split()] if text else None


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
