"""The Celery app. It only wakes the worker; what is to do stands in the database (``hospital.common.jobs``)."""

import logging
import os
import signal
import threading
from datetime import datetime
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")

from hospital import servers

servers.environment()

from hospital.servers.shim import die_with_parent

logger = logging.getLogger(__name__)

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
    """A thread of the worker that looks for due jobs and duties in the database, also while Valkey is down."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        """Begin to poll."""
        self._thread = threading.Thread(target=self._poll, name="poller", daemon=True)
        self._thread.start()

    def stop(self, parent: Any) -> None:
        """End the thread after its current turn."""
        self._stop.set()

    def _poll(self) -> None:
        from django.db import connection

        from hospital.common import clock, jobs

        last_run: dict[str, datetime] = {}
        while not self._stop.is_set():
            try:
                moment = clock.now()
                jobs.run_duties(moment, last_run=last_run)
                jobs.run_due(moment, moment=clock.now)
            except Exception:
                logger.exception("poll failed; next try in %s s", jobs.POLL_S)
            finally:
                connection.close()
            self._stop.wait(jobs.POLL_S)


app.steps["worker"].add(Poller)


@worker_process_init.connect
def end_with_worker(**kwargs: Any) -> None:
    """A child of the pool ends with its worker, even when that is killed."""
    die_with_parent(signal.SIGKILL)
