"""What the cards of one choice share: each question is asked once, and only by the cards that are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from analytics.selectors.choices import Chosen
from analytics.selectors.effects import PlanEffect, plan_effect
from analytics.selectors.loads import HourLoad, Use, loads_by_hour, uses_of
from analytics.selectors.sales import DayAhead, Sales, sales_of, week_ahead
from analytics.selectors.waits import WaitsFound, waits_of
from hospital.common import clock
from hospital.common.policy import policy
from queueing.selectors.accuracy import EstimatesChosen, Group, estimates_by_ahead


@dataclass(frozen=True)
class Board:
    """One choice with its answers."""

    chosen: Chosen
    names: Mapping[str, str]

    def name(self, key: str) -> str:
        """A department or an expert, in words."""
        return self.names.get(key, key)

    @property
    def group_label(self) -> str:
        """What a table has a line for."""
        return _("Expert") if self.chosen.grouped_by == "expert_code" else _("Department")

    @cached_property
    def waits(self) -> WaitsFound:
        """Waits by hour and weekday."""
        return waits_of(self.chosen)

    @cached_property
    def loads(self) -> list[HourLoad]:
        """Walk-ins and capacity by hour."""
        return loads_by_hour(self.chosen)

    @cached_property
    def uses(self) -> list[Use]:
        """Opening hours and consulting time by department or expert."""
        return uses_of(self.chosen)

    @cached_property
    def effect(self) -> PlanEffect:
        """Before and after plans."""
        return plan_effect(self.chosen)

    @cached_property
    def sales(self) -> Sales:
        """How numbers were sold and used."""
        return sales_of(self.chosen)

    @cached_property
    def accuracy(self) -> list[Group]:
        """Expected times against facts, by people ahead."""
        return estimates_by_ahead(
            EstimatesChosen(
                first=self.chosen.first,
                last=self.chosen.last,
                department=self.chosen.department,
                expert=self.chosen.expert,
            )
        )

    @cached_property
    def week(self) -> list[DayAhead]:
        """The coming week."""
        return week_ahead(self.chosen, today=self.today, weeks=policy().history_weeks)

    @cached_property
    def today(self) -> date:
        """The hospital's day."""
        return clock.today()
