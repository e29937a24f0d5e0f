"""A running session, and as many screens as wanted in front of its room."""

import time
from typing import Any


class Clinic:
    """A running session with people waiting, and as many screens as wanted in front of its room."""

    def __init__(self, screens: int) -> None:
        from django.core.management import call_command

        from booking.selectors import expert_by_code
        from hospital.common import clock
        from hospital.common.actor import Actor
        from hospital.demo import accounts, clinic, day
        from hospital.management.commands.demo import collect_static
        from queueing import services

        call_command("migrate", verbosity=0)
        collect_static()
        self.actor = Actor.job("bench")
        if not self._session():
            clinic.define(accounts.people_ensure(clock.now())["expert"].pk, clock.now())
            day.session_running_ensure(now=clock.now(), expert=expert_by_code(code=clinic.RUNNING_EXPERT))
        session = self._session()
        self.code = session.code
        self.tokens = [
            services.screen_add(
                name=f"bench {number}",
                place="",
                room_codes=[session.room.code],
                actor=self.actor,
                now=clock.now(),
            )[1]
            for number in range(screens)
        ]

    def _session(self) -> Any:
        from booking.models import ClinicSession

        running = ClinicSession.objects.filter(state="running").select_related("room")
        return running.order_by("-pk").first()

    def call(self) -> float:
        """Call the next patient; return the moment at which the commit was announced."""
        from hospital.common import clock, live
        from queueing import services

        announced: list[float] = []
        publish = live.publish

        def timed(text: str) -> bool:
            announced.append(time.perf_counter())
            return publish(text)

        live.publish = timed
        try:
            services.ticket_call_next(session_code=self.code, actor=self.actor, now=clock.now())
        finally:
            live.publish = publish
        return announced[0]

    def settle(self) -> None:
        """Take the call back, so that the same people wait for the next one."""
        from hospital.common import clock
        from hospital.common.errors import DomainError
        from queueing import services
        from queueing.models import Ticket

        for ticket in Ticket.objects.filter(session__code=self.code, state="called"):
            try:
                services.ticket_undo(code=ticket.code, actor=self.actor, now=clock.now())
            except DomainError:  # called by an earlier run
                services.ticket_finish(code=ticket.code, actor=self.actor, now=clock.now())

    def next_call(self) -> bytes:
        """What the next call's frame holds: the number of its announcement."""
        from queueing.models import Call

        last = Call.objects.order_by("-pk").values_list("pk", flat=True).first()
        return b'data-call=\\"%d\\"' % ((last or 0) + 1)
