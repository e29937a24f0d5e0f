"""The Celery app. It only wakes the worker; what is to do stands in the database (``hospital.common.jobs``)."""

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")

from hospital import servers

servers.environment()

from hospital.servers.shim import die_with_parent

logger = logging.getLogger(__name__)
JOBS_A_TURN = 10

app = Celery("hospital")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # in every thread: what is below imports no app, it asks Celery for the current one
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "wake": {"task": "hospital.wake", "schedule": 10.0, "options": {"expires": 10}},
}


def wake_worker() -> None:
    """Ask the worker to look for due jobs now; a broker that is down is no harm, the poll finds them."""
    try:
        app.send_task("hospital.wake", expires=30, retry=False)
    except Exception:
        logger.warning("could not wake the worker; it polls within 10 s")


class Poller(bootsteps.StartStopStep):
    """Two threads of the worker that look into the database, also while Valkey is down: for due jobs, and for duties.

    A job may last for minutes (a history of a million rows); holds that run out are looked after meanwhile.
    """

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self._stop = threading.Event()
        self._ran: dict[str, datetime] = {}
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        """Begin to poll; what was loaded until now stays, so collections of garbage need not look at it again."""
        gc.freeze()
        for name, turn in (("duties", self._duties), ("jobs", self._jobs)):
            threading.Thread(target=self._poll, args=(turn,), name=name, daemon=True).start()

    def stop(self, parent: Any) -> None:
        """End the threads after their current turns."""
        self._stop.set()

    def _duties(self) -> bool:
        from hospital.common import clock, jobs

        jobs.run_duties(clock.now(), last_run=self._ran)
        return False

    def _jobs(self) -> bool:
        from hospital.common import clock, jobs

        return jobs.run_due(clock.now(), limit=JOBS_A_TURN, moment=clock.now) >= JOBS_A_TURN

    def _poll(self, turn: Callable[[], bool]) -> None:
        """Take turns; one that says that there is more to do is followed at once."""
        from django.db import connection

        from hospital.common import jobs

        while not self._stop.is_set():
            more = False
            try:
                more = turn()
            except Exception:
                logger.exception("poll failed; next try in %s s", jobs.POLL_S)
            finally:
                connection.close()
            self._stop.wait(0 if more else jobs.POLL_S)


app.steps["worker"].add(Poller)


@worker_process_init.connect
def end_with_worker(**kwargs: Any) -> None:
    """A child of the pool ends with its worker, even when that is killed."""
    die_with_parent(signal.SIGKILL)
