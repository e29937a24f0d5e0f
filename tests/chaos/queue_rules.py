"""The rules of queues in memory: states, order, lateness, who calls whom. They know nothing of the code compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from queueing.domain.places import Called, Discipline, Grid, LatePolicy, Place, Rule, Span, Waiting
from queueing.domain.streams import Stream
from tests.queueing.domain.oracle import order_of

MINUTE = 60.0
RECALLS, GAP = 2, MINUTE
UNDO = 5 * MINUTE
VOID_AFTER, OVERTAKEN = 2, 1
BACK = (2, 0)
KNOWS = ("headache", "dizziness", "skin")
"""What each of the three doctors is known for; the third is of another department."""

MAY = {
    "start": ("called",),
    "recall": ("called",),
    "pass": ("called",),
    "finish": ("called", "serving"),
    "return": ("passed",),
    "leave": ("waiting", "called", "passed"),
    "cancel": ("waiting", "called"),
    "transfer": ("waiting", "serving"),
    "prioritise": ("waiting", "passed"),
}
BECOMES = {
    "start": "serving",
    "pass": "passed",
    "finish": "done",
    "return": "waiting",
    "leave": "left",
    "cancel": "cancelled",
    "transfer": "transferred",
}
TAKEN_BACK = ("call", "start", "pass", "return", "finish", "leave", "prioritise")


@dataclass
class Number:
    """A ticket: where, of whom, since when, and what was done with it last."""

    queue: int
    doctor: int
    slot: Span | None
    arrived: float
    joined: float
    chosen: bool = True
    specialty: str = ""
    stream: Stream = Stream.NORMAL
    came_from: int | None = None
    state: str = "waiting"
    misses: int = 0
    returned: float | None = None
    room: int | None = None
    recalls: int = 0
    rung: float = 0.0
    last: str = "register"
    moved: float = 0.0
    before: Number | None = None


@dataclass
class Hall:
    """Three doctors, the first two of one department; each queue with the department's way."""

    queue_of: tuple[int, int, int]
    ways: dict[int, Discipline]
    any_doctor: bool
    grid: Grid
    now: float
    numbers: list[Number] = field(default_factory=list)
    calls: list[tuple[int, Called]] = field(default_factory=list)
    """By the place of the number called."""

    def is_shared(self, queue: int) -> bool:
        return self.queue_of.count(queue) > 1

    def waiting(self, queue: int) -> list[Waiting]:
        return [
            Waiting(
                key,
                one.arrived,
                one.slot,
                one.joined,
                one.returned,
                one.stream,
                one.misses,
                one.doctor if self.is_shared(queue) and one.chosen and not self.any_doctor else None,
                one.specialty,
            )
            for key, one in enumerate(self.numbers)
            if one.queue == queue and one.state == "waiting"
        ]

    def made(self, queue: int) -> list[Called]:
        return [call for key, call in self.calls if self.numbers[key].queue == queue]

    def order(self, queue: int) -> list[Place]:
        here, calls = self.waiting(queue), self.made(queue)
        return order_of(here, calls, grid=self.grid, now=self.now, discipline=self.ways[queue])

    def next_for(self, doctor: int) -> tuple[Place, tuple[int, ...]] | None:
        """Whom the doctor calls, and whom the call goes past."""
        queue = self.queue_of[doctor]
        order, gone_past = self.order(queue), list[int]()
        if not self.is_shared(queue):
            return (order[0], ()) if order else None
        here = {one.key: one for one in self.waiting(queue)}
        mine = [p for p in order if p.rule is Rule.EMERGENCY or here[p.key].waits_for in (None, doctor)]
        for place in mine:
            one = here[place.key]
            knower = KNOWS.index(one.specialty) if one.specialty else doctor
            often = sum(place.key in call.overtook for call in self.made(queue))
            bound = place.rule is Rule.EMERGENCY or one.waits_for == doctor
            if knower == doctor or self.queue_of[knower] != queue or bound or often >= OVERTAKEN:
                return place, tuple(gone_past)
            gone_past.append(place.key)
        return (mine[0], ()) if mine else None

    def in_room(self, doctor: int) -> int | None:
        rooms = {one.room: key for key, one in enumerate(self.numbers) if one.state in ("called", "serving")}
        return rooms.get(doctor)

    # -- moves: ``may_`` says whether it is allowed, the move itself is made after

    def step(self, key: int, verb: str, **more: object) -> Number:
        one = self.numbers[key]
        kept = replace(one)
        self.numbers[key] = replace(
            one, state=BECOMES.get(verb, one.state), last=verb, moved=self.now, before=kept
        )
        for name, value in more.items():
            setattr(self.numbers[key], name, value)
        return self.numbers[key]

    def may_call(self, doctor: int) -> bool:
        here = self.in_room(doctor)
        is_free = here is None or self.numbers[here].state == "serving"
        return is_free and self.next_for(doctor) is not None

    def call(self, doctor: int) -> int:
        """The next one is called; who is served there is done."""
        found = self.next_for(doctor)
        assert found is not None
        place, gone_past = found
        here = self.in_room(doctor)
        if here is not None:
            self.step(here, "finish")
        one = self.step(place.key, "call", state="called", room=doctor, recalls=0, rung=self.now)
        self.calls.append((place.key, Called(self.now, place.rule, one.slot, doctor, gone_past)))
        return place.key

    def may_recall(self, one: Number) -> bool:
        return one.state == "called" and one.recalls < RECALLS and self.now >= one.rung + GAP

    def is_unanswered(self, one: Number) -> bool:
        return one.state == "called" and one.recalls == RECALLS and self.now >= one.rung + GAP

    def pass_by(self, key: int) -> None:
        """Not there when called; once too often and the number is void."""
        one = self.step(key, "pass")
        one.misses += 1
        if self.ways[one.queue].late is LatePolicy.BACK_N and one.misses > VOID_AFTER:
            self.step(key, "leave")

    def may_undo(self, one: Number) -> bool:
        if self.now > one.moved + UNDO or (one.last in ("finish", "leave") and one.slot is not None):
            return False
        if one.last == "register":
            return one.slot is None and one.came_from is None
        if one.last not in TAKEN_BACK or one.before is None:
            return False
        needs_room = one.before.state in ("called", "serving")
        return not needs_room or self.in_room(one.before.room or 0) in (None, self.numbers.index(one))

    def undo(self, key: int) -> None:
        one = self.numbers[key]
        if one.last == "register":
            self.step(key, "cancel")
            return
        assert one.before is not None
        if one.last == "call":
            last = max(place for place, (whose, _call) in enumerate(self.calls) if whose == key)
            del self.calls[last]
        self.numbers[key] = replace(one.before, last="undo", moved=self.now)
