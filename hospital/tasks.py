"""What the worker does for the floor, and the Celery task that wakes it."""

from datetime import datetime

from celery import shared_task
from django.conf import settings

from hospital.common import clock, jobs, messages

jobs.handler("message.deliver")(messages.deliver)


@shared_task(name="hospital.wake", ignore_result=True, expires=30)  # type: ignore[untyped-decorator]
def wake() -> int:
    """Do the due jobs now instead of at the next poll."""
    return jobs.run_due(clock.now())


if settings.DEMO:

    @jobs.duty("top up the demo", every_s=60)
    def top_up_demo(now: datetime) -> None:
        """Keep a session running at any time of day."""
        from hospital.demo import seed

        seed.top_up(now)
