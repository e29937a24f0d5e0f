"""A morning in a big waiting hall: six rooms with patients, screens before them, and what the database says of each."""

import random
from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

EXPERTS = ("C01", "N01", "R01", "G01", "O01", "P01")
ROOMS_OF_BOARDS = ((0,), (1, 2), (3, 4, 5), (0, 1, 2, 3, 4, 5))
"""Which rooms the screens show."""
PLENTY = 1000
KEPT_WAITING = 8
OPEN_FOR = timedelta(minutes=15)
AT_LEAST = timedelta(hours=4)
PASSED_SHARE, BACK_SHARE = 0.1, 0.3


class Truth:
    """When which revision of a feed was in the database, as far as anybody looked."""

    def __init__(self) -> None:
        self._at: dict[str, list[float]] = {}
        self._revisions: dict[str, list[int]] = {}

    def note(self, at: float, revisions: Iterable[tuple[str, int]]) -> None:
        """At this moment the database had these."""
        for feed, revision in revisions:
            known = self._revisions.setdefault(feed, [])
            if not known or revision > known[-1]:
                known.append(revision)
                self._at.setdefault(feed, []).append(at)

    def newer_since(self, feed: str, revision: int) -> float | None:
        """Since when a later revision than this has been in the database; None while it is the latest."""
        known = self._revisions.get(feed, [])
        place = bisect_right(known, revision)
        return self._at[feed][place] if place < len(known) else None


class Hall:
    """Six running sessions, and screens that show one, two, three or all of their rooms."""

    def __init__(self, screens: int, lasts: timedelta, seed: int) -> None:
        from django.core.management import call_command

        from hospital.common import clock
        from hospital.common.actor import Actor
        from hospital.demo import accounts, clinic
        from hospital.management.commands.demo import collect_static

        call_command("migrate", verbosity=0)
        collect_static()
        self.actor, self.random = Actor.job("bench"), random.Random(seed)
        self.changes = self.refused = 0
        now = clock.now()
        experts = clinic.define(accounts.people_ensure(now)["expert"].pk, now)
        self.sessions = [_session(experts[code], code, now, lasts) for code in EXPERTS]
        for _turn in range(KEPT_WAITING):
            for session in self.sessions:
                self._register(session.code, now)
        self.screens = [self._screen(number, ROOMS_OF_BOARDS[number % 4], now) for number in range(screens)]
        self.queues = self._queues()
        self._bases = self._board_bases()

    def _screen(self, number: int, rooms: tuple[int, ...], now: datetime) -> tuple[str, str, Any]:
        """The address of its socket, its feed, the screen itself."""
        from queueing import services

        screen, token = services.screen_add(
            name=f"hall {number}",
            place="",
            room_codes=[self.sessions[room].room.code for room in rooms],
            actor=self.actor,
            now=now,
        )
        return f"/ws/screens/{token}/", f"board {number % 4}", screen

    def _queues(self) -> list[int]:
        from queueing.models import QueueSession

        links = dict(
            QueueSession.objects.filter(session__in=self.sessions).values_list("session_id", "queue_id")
        )
        return [links[session.pk] for session in self.sessions]

    def _board_bases(self) -> list[int]:
        """What stands in front of the sum of the queues' revisions in a board's."""
        from hospital.common import clock
        from queueing.selectors.screens import screen_board

        found = dict(self._revisions())
        return [
            screen_board(screen=screen, now=clock.now()).revision
            - sum(found[f"queue {room}"] for room in rooms)
            for (_path, _feed, screen), rooms in zip(self.screens, ROOMS_OF_BOARDS, strict=False)
        ]

    def _revisions(self) -> list[tuple[str, int]]:
        from queueing.models import Queue

        by_queue = dict(Queue.objects.filter(pk__in=self.queues).values_list("pk", "revision"))
        return [(f"queue {room}", by_queue[queue]) for room, queue in enumerate(self.queues)]

    def revisions(self) -> list[tuple[str, int]]:
        """Of every feed, in one query."""
        queues = self._revisions()
        found = dict(queues)
        boards = [
            (f"board {number}", base + sum(found[f"queue {room}"] for room in ROOMS_OF_BOARDS[number]))
            for number, base in enumerate(self._bases)
        ]
        return [*queues, *boards]

    def tickets(self) -> list[tuple[str, str]]:
        """The address of the socket of everybody who waits or is called, and the feed whose revision it shows."""
        from queueing.domain.states import LIVE
        from queueing.models import Ticket

        rooms = {queue: room for room, queue in enumerate(self.queues)}
        live = Ticket.objects.filter(queue_id__in=self.queues, state__in=LIVE).order_by("pk")
        return [
            (f"/ws/tickets/{code}/", f"queue {rooms[queue]}")
            for code, queue in live.values_list("code", "queue_id")
        ]

    def boards(self) -> dict[str, str]:
        """Each board as the database has it now."""
        from hospital.common import clock
        from queueing.screen_regions import screen_view

        return {
            feed: str(screen_view(screen=screen, language="zh-hans", now=clock.now()).html)
            for _path, feed, screen in self.screens[: len(ROOMS_OF_BOARDS)]
        }

    def step(self) -> None:
        """Something happens in one of the rooms, as a desk or an expert would do it."""
        from hospital.common import clock
        from hospital.common.errors import DomainError

        try:
            self._step(self.random.choice(self.sessions).code, clock.now())
            self.changes += 1
        except DomainError:  # too soon, nobody there: as people are told every day
            self.refused += 1

    def _step(self, code: str, now: datetime) -> None:
        from queueing import services
        from queueing.domain.states import IN_ROOM, PASSED, WAITING
        from queueing.models import Ticket

        here = Ticket.objects.filter(session__code=code)
        inside = here.filter(state__in=IN_ROOM).first()
        passed = here.filter(state=PASSED).first()
        move = {"actor": self.actor, "now": now}
        if here.filter(state=WAITING).count() < KEPT_WAITING:
            self._register(code, now)
        elif inside is not None and inside.state == Ticket.State.CALLED:
            absent = self.random.random() < PASSED_SHARE
            (services.ticket_pass if absent else services.ticket_start)(code=inside.code, **move)
        elif passed is not None and self.random.random() < BACK_SHARE:
            services.ticket_return(code=passed.code, **move)
        else:
            services.ticket_call_next(session_code=code, **move)

    def _register(self, code: str, now: datetime) -> None:
        from hospital.demo.people import person
        from queueing import services

        services.walk_in_register_and_ticket(
            session_code=code,
            patient_id=person(self.random, now).pk,
            payment="free",
            actor=self.actor,
            now=now,
        )


def _session(expert: Any, code: str, now: datetime, lasts: timedelta) -> Any:
    """Open since a quarter of an hour, for as long as it takes, with more numbers than anybody asks for."""
    from booking import services as booking
    from booking.models import ClinicSession
    from hospital.common import clock
    from hospital.common.actor import Actor
    from hospital.demo.clinic import number_of, room_of

    opens_at = (now - OPEN_FOR).replace(second=0, microsecond=0)
    hours = -(-max(lasts + OPEN_FOR * 2, AT_LEAST) // timedelta(hours=1))
    made = booking.session_create(
        expert=expert,
        room=room_of(expert, number_of(code), now),
        slot_minutes=60,
        capacity_per_slot=PLENTY,
        appointment_share=Decimal("0.10"),
        day=clock.local(opens_at).date(),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=hours),
        walk_in_opens_at=opens_at - timedelta(hours=1),
        release_at=opens_at - timedelta(days=1),
        now=opens_at - timedelta(days=2),
    )
    assert made is not None
    booking.session_release(session_id=made.pk, actor=Actor.job("bench"), now=opens_at)
    booking.session_open_if_due(session_id=made.pk, now=now)
    return ClinicSession.objects.select_related("room").get(pk=made.pk)
