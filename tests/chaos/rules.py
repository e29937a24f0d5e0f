"""The hospital's rules for one session, in memory: they know nothing of the code they are compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

START = datetime(2026, 11, 2, tzinfo=UTC)
QUOTAS = (1, 2, 0, 0)


@dataclass
class Number:
    """A number with a patient: held, booked, cancelled or expired."""

    patient: int
    slot: int
    state: str
    pay_by: datetime
    moves: int = 0
    ordered: bool = False
    paid: bool = False

    @property
    def is_live(self) -> bool:
        return self.state in {"held", "booked"}


@dataclass
class Kept:
    """A number that came back and is nobody's yet."""

    slot: int
    public_at: datetime
    entry: int | None = None


@dataclass
class Entry:
    """A patient on the list."""

    patient: int
    state: str = "waiting"
    accept_by: datetime | None = None


@dataclass
class Rules:
    """The hospital's rules for one session, in memory."""

    opens_at: datetime
    opening: datetime
    starts: list[datetime]
    random: Random
    now: datetime = START
    is_open: bool = False
    numbers: list[Number] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    banned: set[int] = field(default_factory=set)

    def free(self, slot: int) -> int:
        taken = sum(one.slot == slot and one.is_live for one in self.numbers)
        return QUOTAS[slot] - taken - sum(one.slot == slot for one in self.kept)

    def bookable(self) -> bool:
        return not self.is_open and self.now < self.opening

    def may(self, patient: int, without: Number | None = None) -> bool:
        live = [one for one in self.numbers if one.is_live and one is not without]
        return patient not in self.banned and all(one.patient != patient for one in live)

    def public_at(self, slot: int) -> datetime:
        if self.starts[slot] - self.now <= timedelta(hours=24):
            return self.now
        return self.now + timedelta(seconds=self.random.randint(600, 7200))

    def come_back(self, slot: int) -> None:
        """A number of the slot is nobody's any more."""
        if self.bookable():
            moment = self.public_at(slot)
            if moment > self.now or any(one.state == "waiting" for one in self.entries):
                self.kept.append(Kept(slot, moment))
                self.settle(self.kept[-1])

    def settle(self, kept: Kept) -> None:
        """To whoever waited longest and may have it, else public when its moment has come."""
        for place, entry in enumerate(self.entries):
            if entry.state != "waiting" or not self.bookable():
                continue
            if not self.may(entry.patient):
                entry.state = "ended"
                continue
            far = self.opens_at - self.now > timedelta(hours=72)
            until = self.now + (timedelta(hours=24) if far else timedelta(minutes=30))
            entry.state, entry.accept_by, kept.entry = "offered", min(until, self.opening), place
            return
        if kept.public_at <= self.now:
            self.kept = [one for one in self.kept if one is not kept]

    def give_up(self, place: int, state: str) -> None:
        """An entry ends; what was offered to it comes back, for a new while."""
        self.entries[place].state = state
        for kept in self.kept:
            if kept.entry == place:
                kept.entry, kept.public_at = None, self.public_at(kept.slot)
                self.settle(kept)
                return
