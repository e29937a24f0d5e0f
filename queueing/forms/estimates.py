"""Which forecasts a manager looks at; the address carries it, so that a view can be shared."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hospital.common import clock
from hospital.common.forms import OfWhom, PeriodForm
from hospital.common.language import chinese
from queueing.models import Estimate
from queueing.selectors.accuracy import EstimatesChosen, EstimatesExtent

WEEKS = 4


class EstimatesFilter(PeriodForm, OfWhom):
    """Days, department, expert, and the moment of the forecast."""

    field_order = ["department", "expert", "kind", "first", "last"]

    kind = forms.ChoiceField(label=_("Told"), required=False, choices=Estimate.Kind.choices)

    def __init__(self, data: Any, *, extent: EstimatesExtent) -> None:
        self.extent = extent
        last = extent.last or clock.today()
        self.default = EstimatesChosen(first=last - timedelta(weeks=WEEKS), last=last)
        values = data.copy()
        values.setdefault("first", self.default.first.isoformat())
        values.setdefault("last", self.default.last.isoformat())
        super().__init__(values)
        self.offer(departments=_labelled(extent.departments), experts=_labelled(extent.experts))

    def chosen(self) -> EstimatesChosen:
        """What to look at; what is not valid falls back to the default and keeps its message."""
        if not self.is_valid():
            return self.default
        cleaned = self.cleaned_data
        return EstimatesChosen(
            first=cleaned["first"] or self.default.first,
            last=cleaned["last"] or self.default.last,
            kind=cleaned["kind"] or self.default.kind,
            department=cleaned["department"],
            expert=cleaned["expert"],
        )


def _labelled(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(code, zh if chinese() else en or zh) for code, zh, en in rows]
