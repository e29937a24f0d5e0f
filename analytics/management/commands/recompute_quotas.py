"""``manage.py recompute_quotas``: the nightly work by hand."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.domain.moments import day_of
from analytics.domain.plans import Estimator
from analytics.domain.reports import plan_as_data
from analytics.selectors.estimates import Asked, ExpertPlans, plans_of_expert
from analytics.selectors.history import HistoryWindow, experts_with_history
from analytics.services.nightly import asked_of_policy, expert_replan
from booking.selectors.schedules import experts_by_code
from hospital.common import clock
from hospital.common.actor import Actor


class Command(BaseCommand):
    """Compute and propose quota plans."""

    help = "Compute each expert's quotas from the history and propose the plans that are new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of contract."""
        parser.add_argument("--as-of", metavar="DATE", help="look back from this day (default: today)")
        parser.add_argument("--expert", metavar="CODE", help="only this expert")
        parser.add_argument("--method", choices=["r1", "optimised"], default="r1")
        parser.add_argument("--estimator", choices=[str(each) for each in Estimator], default="full_counts")
        parser.add_argument("--seed", type=int, default=0, help="of paper_sampling")
        parser.add_argument("--dry-run", action="store_true", help="compute, propose nothing")
        parser.add_argument("--json", action="store_true", help="print the plans as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, propose and print."""
        if options["method"] != "r1":
            raise CommandError("The optimised method is not built yet; use --method r1.")
        if options["seed"] < 0:
            raise CommandError("--seed must not be negative.")
        asked = replace(
            asked_of_policy(self._as_of(options["as_of"])),
            estimator=Estimator(options["estimator"]),
            seed=options["seed"],
        )
        found = [
            self._plans(code, asked, dry_run=options["dry_run"]) for code in self._experts(options, asked)
        ]
        if options["json"]:
            plans = [plan_as_data(each.expert_code, plan) for each in found for plan in each.plans]
            self.stdout.write(
                json.dumps({"as_of": asked.as_of.isoformat(), "plans": plans}, ensure_ascii=False)
            )
        else:
            self._print(found, asked)

    def _as_of(self, text: str | None) -> date:
        try:
            return day_of(text, "--as-of") if text else clock.today()
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _experts(self, options: dict[str, Any], asked: Asked) -> list[str]:
        known = experts_with_history(HistoryWindow.of_weeks(asked.weeks, asked.as_of))
        scheduled = [code for code, expert in experts_by_code().items() if expert.active]
        codes = sorted({*known, *scheduled})
        if options["expert"] is None:
            return codes
        if options["expert"] not in codes:
            raise CommandError(f"There is no expert {options['expert']} with history or a schedule.")
        return [options["expert"]]

    def _plans(self, code: str, asked: Asked, *, dry_run: bool) -> ExpertPlans:
        if dry_run:
            return plans_of_expert(code, asked)
        return expert_replan(
            expert_code=code, asked=asked, actor=Actor.job("recompute_quotas"), now=clock.now()
        )

    def _print(self, found: list[ExpertPlans], asked: Asked) -> None:
        for each in found:
            for plan in each.plans:
                period = plan.period
                quotas = " ".join(str(quota) for quota in plan.quotas)
                warned = f" ({', '.join(plan.warnings)})" if plan.warnings else ""
                self.stdout.write(
                    f"{each.expert_code} weekday {period.weekday} {period.opens_at:%H:%M}: {quotas}, "
                    f"from {len(plan.sessions)} sessions{warned}"
                )
            for period in each.without_history:
                self.stdout.write(
                    f"{each.expert_code} weekday {period.weekday} {period.opens_at:%H:%M}: no history"
                )
        count = sum(len(each.plans) for each in found)
        self.stdout.write(f"{count} plans as of {asked.as_of}.")
