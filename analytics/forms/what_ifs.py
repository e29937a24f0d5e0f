"""What to change in a simulated session."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.domain.simulation import World
from analytics.domain.what_if import Changes, Punctuality
from analytics.models import QuotaPlan

SLOT_LENGTHS = (15, 20, 30, 60, 120)


class WhatIfForm(forms.Form):
    """What to change in a simulated session; a field left as it is changes nothing."""

    start_shift_min = forms.IntegerField(
        label=_("Expert begins later (min)"), min_value=-120, max_value=120, initial=0
    )
    slot_min = forms.TypedChoiceField(label=_("Slot length"), coerce=int, initial=0)
    capacity_percent = forms.IntegerField(
        label=_("More patients per hour (%)"), min_value=-50, max_value=100, initial=0
    )
    appointments = forms.IntegerField(label=_("Booked per session"), min_value=0, max_value=300)
    walk_in_percent = forms.IntegerField(
        label=_("More walk-ins (%)"), min_value=-100, max_value=300, initial=0
    )
    no_show_percent = forms.IntegerField(label=_("No-shows (%)"), min_value=0, max_value=90)
    punctuality = forms.TypedChoiceField(
        label=_("Booked patients come"),
        coerce=Punctuality,
        initial=Punctuality.SURVEYED.value,
        choices=[
            (Punctuality.SURVEYED.value, _("21% early, 28% late (survey)")),
            (Punctuality.CLOSE.value, _("all within 15 min of their time")),
            (Punctuality.WIDE.value, _("40% early, 40% late")),
        ],
    )
    more_experts = forms.TypedChoiceField(
        label=_("Experts"),
        coerce=int,
        initial=0,
        choices=[(0, _("as now")), (1, _("one more")), (2, _("two more"))],
    )

    def __init__(self, data: Any = None, *, plan: QuotaPlan, world: World, initial: Any = None) -> None:
        self.booked = sum(slot.quota for slot in plan.slots.all())
        self.no_shows = round(100 * world.no_show)
        given = {"appointments": self.booked, "no_show_percent": self.no_shows}
        super().__init__(data, initial={**given, **(initial or {})})
        field = self.fields["slot_min"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        lengths = [length for length in SLOT_LENGTHS if length != plan.slot_minutes]
        now = _("as now (%(n)s min)") % {"n": plan.slot_minutes}
        field.choices = [(0, now), *((length, _("%(n)s min") % {"n": length}) for length in lengths)]

    def changes(self) -> Changes:
        """What is asked about; what is as it was counts as not asked."""
        asked = dict(self.cleaned_data)
        asked["appointments"] = -1 if asked["appointments"] == self.booked else asked["appointments"]
        asked["no_show_percent"] = (
            -1 if asked["no_show_percent"] == self.no_shows else asked["no_show_percent"]
        )
        return Changes(**asked)
