"""Two worker hosts share a night: own host names, folders and processes; one of them is killed with -9 in the middle.

Each host is a Celery worker in a UTS namespace of its own (so it has its own host name), with an empty folder as
DATA_DIR; they have PostgreSQL, Valkey and the keys in common, by address, as two machines would. The same night is
computed by one host alone, by both, and by both with one killed; the plans must be equal.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

VISITS = 200_000
LIMIT_S = 300
KEYS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY")
HOSTS = ("ward-a", "ward-b")


def main() -> None:
    """Print who computed how many experts, in what time, and whether the plans are equal."""
    from bench.__main__ import database, prepare

    for key in KEYS:
        os.environ.setdefault(key, secrets.token_urlsafe(48))
    prepare()
    with database("study_two_hosts") as url:
        os.environ["DATABASE_URL"] = url
        from bench.one import prepare as set_up

        set_up()
        from bench.nightly import History

        history = History(VISITS)
        history.fill()
        print(f"{'hosts':<28}{'seconds':>8}  experts by host, attempts, load 1 min")
        plans = [_night(history, HOSTS[:1]), _night(history, HOSTS), _night(history, HOSTS, kill=True)]
        print(f"plans of the three nights equal: {plans[0] == plans[1] == plans[2]} ({len(plans[0])} plans)")


def _night(history: Any, hosts: Sequence[str], *, kill: bool = False) -> list[Any]:
    """One night by hand over the same history, from nothing."""
    from analytics.models import ExpertRun, NightRun, QuotaPlan
    from analytics.services.nightly import NIGHTLY
    from analytics.services.nights import night_begin
    from hospital.common import clock

    history.forget_plans()
    with ExitStack() as stack:
        workers = [stack.enter_context(_host(name)) for name in hosts]
        time.sleep(8)  # until every worker polls: the start is not what is measured
        begun = time.monotonic()
        run = night_begin(kind=NightRun.Kind.MANUAL, actor=NIGHTLY, now=clock.now())
        killed = ""
        while time.monotonic() < begun + LIMIT_S:
            done = ExpertRun.objects.filter(run=run, state="done").count()
            if kill and not killed and done >= 5:
                os.killpg(workers[-1].pid, signal.SIGKILL)
                killed = f", {hosts[-1]} killed -9 after {done} experts"
            run.refresh_from_db()
            if run.state != NightRun.State.RUNNING:
                break
            time.sleep(0.05)
        seconds = time.monotonic() - begun
    experts = list(ExpertRun.objects.filter(run=run))
    by_host = dict(Counter(one.worker for one in experts if one.state == "done"))
    tries = sum(one.attempts for one in experts)
    named = " + ".join(hosts)
    print(
        f"{named:<28}{seconds:>8.1f}  {by_host}, {tries} attempts of {len(experts)}, load {os.getloadavg()[0]:.1f},"
        f" {run.state}{killed}",
        flush=True,
    )
    plans = QuotaPlan.objects.order_by("expert_code", "weekday", "opens_at")
    return [(str(plan), plan.state, [slot.quota for slot in plan.slots.all()]) for plan in plans]


@contextmanager
def _host(name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that shares no file with this process, under a host name of its own where the system lets it."""
    folder = tempfile.mkdtemp(prefix=f"{name}-")
    start = f"hostname {name} 2>/dev/null; exec {sys.executable} -m celery --app hospital --quiet worker"
    separate = ["unshare", "--uts"] if os.geteuid() == 0 and shutil.which("unshare") else []
    process = subprocess.Popen(
        [
            *separate,
            "sh",
            "-c",
            f"{start} --concurrency 1 --loglevel WARNING --without-mingle --without-gossip -n worker@{name}",
        ],
        env=os.environ
        | {"DATA_DIR": folder, "LOG_LEVEL": "ERROR", **({} if separate else {"WORKER_NAME": name})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
