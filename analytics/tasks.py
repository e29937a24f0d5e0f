"""What the worker does for analytics: the night, one job a day and one an expert, and plans for new sessions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from analytics.selectors.weeks import WORK_OUT
from analytics.services.expert_runs import experts_run
from analytics.services.nightly import experts_at_once
from analytics.services.nights import RECOMPUTE, TAKE_IN, night_look, night_take_in
from analytics.services.plans import plans_apply
from analytics.services.simulations import SIMULATE, plan_simulate
from analytics.services.uploads import READ, upload_read, uploads_forget
from analytics.services.weeks import week_work_out
from analytics.services.what_ifs import WHAT_IF, what_if_play
from hospital.common import jobs


@jobs.duty("look after the night", every_s=300)
def look_after_the_night(now: datetime) -> None:
    """One run a night, however many workers look."""
    night_look(now=now)


@jobs.handler(TAKE_IN)
def take_in(payload: Mapping[str, object], now: datetime) -> None:
    """Take in one day's visits."""
    night_take_in(run_id=int(str(payload["run"])), day=date.fromisoformat(str(payload["day"])), now=now)


@jobs.group_handler(RECOMPUTE, size=experts_at_once)
def recompute(payloads: Sequence[Mapping[str, object]], now: datetime) -> None:
    """Compute experts' plans, all of them or none."""
    keys = [int(str(payload["expert_run"])) for payload in payloads]
    experts_run(expert_run_ids=keys, worker=jobs.worker_name(), now=now)


@jobs.handler(SIMULATE, aside=True)
def simulate(payload: Mapping[str, object], now: datetime) -> None:
    """Simulate one plan; nothing is locked while it is worked out."""
    plan_simulate(code=str(payload["code"]))


@jobs.handler(WHAT_IF)
def what_if(payload: Mapping[str, object], now: datetime) -> None:
    """Play what a manager asked about."""
    what_if_play(code=str(payload["code"]))


@jobs.handler(WORK_OUT)
def work_out_a_week(payload: Mapping[str, object], now: datetime) -> None:
    """Compare one week's demand with its sessions."""
    week_work_out(code=str(payload["code"]))


@jobs.duty("give planned sessions their plans", every_s=60)
def apply_plans(now: datetime) -> int:
    """Sessions planned since a plan was approved get its quotas."""
    return plans_apply(now=now)


@jobs.handler(READ)
def read_history_file(payload: Mapping[str, object], now: datetime) -> None:
    """Check a history file, or take it in."""
    upload_read(code=str(payload["code"]), now=now)


@jobs.duty("forget history files that nobody went on with", every_s=3600)
def forget_history_files(now: datetime) -> int:
    """A file may name patients: it stays for a day at most."""
    return uploads_forget(now=now)
