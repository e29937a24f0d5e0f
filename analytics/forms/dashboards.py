"""What managers look at: days, department, expert and weekday; or a month on paper."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.domain.clocks import EARLIEST_YEAR, LATEST_YEAR
from analytics.forms import labelled
from analytics.selectors.choices import Chosen, HistoryFacts, default_choice
from hospital.common import clock
from hospital.common.forms import OfWhom, PeriodForm, WeekdayField

WEEKS = 12


class DashboardFilter(PeriodForm, OfWhom):
    """The dashboard's filters; the address carries them, so that a view can be shared."""

    field_order = ["department", "expert", "first", "last", "weekday"]

    weekday = WeekdayField()

    def __init__(self, data: Any, *, facts: HistoryFacts, names: dict[str, str]) -> None:
        self.default = default_choice(facts, WEEKS)
        values = data.copy()
        values.setdefault("first", self.default.first.isoformat())
        values.setdefault("last", self.default.last.isoformat())
        super().__init__(values)
        self.offer(departments=labelled(facts.departments, names), experts=labelled(facts.experts, names))

    def chosen(self) -> Chosen:
        """What to look at; what is not valid falls back to the default and keeps its message."""
        days = self.cleaned_data if self.is_valid() else {}
        cleaned = self.cleaned_data
        return Chosen(
            first=days.get("first") or self.default.first,
            last=days.get("last") or self.default.last,
            department=cleaned.get("department", ""),
            expert=cleaned.get("expert", ""),
            weekday=cleaned.get("weekday"),
        )


class ReportMonth(OfWhom):
    """Which month to print; of whom."""

    field_order = ["month", "department", "expert"]

    month = forms.DateField(
        label=_("Month"),
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
    )

    def __init__(self, data: Any, *, facts: HistoryFacts, names: dict[str, str]) -> None:
        self.latest = (facts.last or clock.today()).replace(day=1)
        values = data.copy()
        values.setdefault("month", f"{self.latest:%Y-%m}")
        super().__init__(values)
        self.offer(departments=labelled(facts.departments, names), experts=labelled(facts.experts, names))

    def chosen(self) -> Chosen:
        """The whole month; what is not valid falls back to the latest of the history and keeps its message."""
        self.is_valid()
        first = self.cleaned_data.get("month") or self.latest
        if not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
            first = self.latest
        following = (first + timedelta(days=31)).replace(day=1)
        return Chosen(
            first=first,
            last=following - timedelta(days=1),
            department=self.cleaned_data.get("department", ""),
            expert=self.cleaned_data.get("expert", ""),
        )
