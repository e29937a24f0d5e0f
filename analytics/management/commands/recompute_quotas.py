"""``manage.py recompute_quotas``: the nightly work by hand."""

import json
import logging
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.domain.evidence import Estimator
from analytics.domain.moments import day_of
from analytics.domain.plans import Method, PlansAsked
from analytics.domain.reports import plan_as_data
from analytics.selectors.estimates import ExpertPlans
from analytics.selectors.history import HistoryWindow
from analytics.selectors.nights import experts_known
from analytics.selectors.optimised import plans_asked_for
from analytics.services.nightly import asked_of_policy, expert_replan
from hospital.common import clock
from hospital.common.actor import Actor

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Compute and propose quota plans."""

    help = "Compute each expert's quotas from the history and propose the plans that are new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options of contract."""
        parser.add_argument("--as-of", metavar="DATE", help="look back from this day (default: today)")
        parser.add_argument("--expert", metavar="CODE", help="only this expert")
        parser.add_argument(
            "--method",
            choices=[str(each) for each in Method],
            help="quotas to propose (default: the policy's)",
        )
        parser.add_argument(
            "--estimator",
            choices=[str(each) for each in Estimator],
            help="how walk-ins are counted (default: the policy's)",
        )
        parser.add_argument("--seed", type=int, default=0, help="of paper_sampling")
        parser.add_argument("--dry-run", action="store_true", help="compute, propose nothing")
        parser.add_argument("--json", action="store_true", help="print the plans as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, propose and print."""
        if options["seed"] < 0:
            raise CommandError("--seed must not be negative.")
        asked = replace(asked_of_policy(self._as_of(options["as_of"])), seed=options["seed"])
        if options["estimator"]:
            asked = replace(asked, estimator=Estimator(options["estimator"]))
        if options["method"]:
            asked = replace(asked, method=Method(options["method"]))
        found, failed = [], []
        for code in self._experts(options, asked):
            try:
                found.append(self._plans(code, asked, dry_run=options["dry_run"]))
            except Exception as error:
                logger.exception("plans of %s failed", code)
                failed.append(f"{code}: {error!r}")
        if options["json"]:
            plans = [plan_as_data(each.expert_code, plan) for each in found for plan in each.plans]
            self.stdout.write(
                json.dumps({"as_of": asked.as_of.isoformat(), "plans": plans}, ensure_ascii=False)
            )
        else:
            self._print(found, asked)
        if failed:
            raise CommandError(
                f"No plans for {len(failed)} of {len(found) + len(failed)} experts: " + "; ".join(failed)
            )

    def _as_of(self, text: str | None) -> date:
        try:
            return day_of(text, "--as-of") if text else clock.today()
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _experts(self, options: dict[str, Any], asked: PlansAsked) -> list[str]:
        codes = experts_known(HistoryWindow.of_weeks(asked.weeks, asked.as_of))
        if options["expert"] is None:
            return codes
        if options["expert"] not in codes:
            raise CommandError(f"There is no expert {options['expert']} with history or a schedule.")
        return [options["expert"]]

    def _plans(self, code: str, asked: PlansAsked, *, dry_run: bool) -> ExpertPlans:
        if dry_run:
            return plans_asked_for(code, asked)
        return expert_replan(
            expert_code=code, asked=asked, actor=Actor.job("recompute_quotas"), now=clock.now()
        )

    def _print(self, found: list[ExpertPlans], asked: PlansAsked) -> None:
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
