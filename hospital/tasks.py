"""What the worker does for the floor, and the Celery task that wakes it."""

from datetime import datetime

from celery import shared_task
from django.conf import settings

from hospital.accounts.services import sessions_forget
from hospital.common import clock, jobs, messages
from hospital.common.idempotency import keys_forget

DAY_S = 86_400

jobs.handler("message.deliver")(messages.deliver)


@shared_task(name="hospital.wake", ignore_result=True, expires=30)  # type: ignore[untyped-decorator]
def wake() -> int:
    """Do the due jobs now instead of at the next poll."""
    return jobs.run_due(clock.now(), moment=clock.now)


@jobs.duty("forget what is over", every_s=DAY_S)
def forget_what_is_over(now: datetime) -> None:
    """Tables that every visit adds to do not grow for ever; sessions end by the real clock."""
    keys_forget(now=now)
    messages.messages_forget(now=now)
    sessions_forget(now=clock.wall())


if settings.DEMO:

    @jobs.duty("top up the demo", every_s=60)
    def top_up_demo(now: datetime) -> None:
        """Keep a session running at any time of day; a demo that was started empty stays so."""
        from hospital.demo import accounts, seed

        if accounts.accounts_file().exists():
            seed.top_up(now)
