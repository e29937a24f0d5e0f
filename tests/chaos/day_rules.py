"""The hospital's rules for the days of clinic and after them, in memory: they know nothing of the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

QUOTAS = (1, 1, 1, 0)
NUMBERS = len(QUOTAS)
"""Of a session, for appointments and walk-ins together."""
GRACE = timedelta(hours=24)
MISSES, BAN_DAYS = 2, (30, 60)


@dataclass
class Booked:
    """A number that was booked ahead; ``ban`` is the place of the ban that its miss was counted for."""

    patient: int
    day: int
    slot: int
    state: str = "booked"
    ban: int | None = None


@dataclass
class Visit:
    """A walk-in."""

    patient: int
    day: int
    state: str = "registered"


@dataclass
class Closed:
    """No online booking for a while."""

    patient: int
    starts: datetime
    ends: datetime
    lifted: bool = False


@dataclass
class Session:
    """A morning: booked until ``opening``, walked into until ``end``."""

    opening: datetime
    end: datetime
    state: str = "released"
    closed_at: datetime | None = None


@dataclass
class DayRules:
    """Mornings, who is booked, who walked in, who is banned."""

    now: datetime
    sessions: list[Session]
    booked: list[Booked] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    bans: list[Closed] = field(default_factory=list)

    def of(self, patient: int, day: int, *states: str) -> list[Booked]:
        """The patient's numbers of a day in these states."""
        mine = [one for one in self.booked if (one.patient, one.day) == (patient, day)]
        return [one for one in mine if one.state in states]

    def is_banned(self, patient: int) -> bool:
        mine = [one for one in self.bans if one.patient == patient and not one.lifted]
        return any(one.ends > self.now for one in mine)

    def may_book(self, patient: int, day: int, slot: int) -> bool:
        """Before walk-in registration opens, while a number is left, once a day, unless banned."""
        taken = sum((one.day, one.slot) == (day, slot) and one.state != "cancelled" for one in self.booked)
        return (
            self.sessions[day].state == "released"
            and taken < QUOTAS[slot]
            and not self.of(patient, day, "booked")
            and not self.is_banned(patient)
        )

    def pool(self, day: int) -> int:
        """What the walk-ins of a day have left: everything that nobody booked, and what came back."""
        booked = sum(one.day == day and one.state != "cancelled" for one in self.booked)
        return NUMBERS - booked - sum(one.day == day and one.state == "registered" for one in self.visits)

    def may_walk_in(self, patient: int, day: int) -> bool:
        """While the doors are open and a number is left, banned or not; whoever is booked checks in instead."""
        session = self.sessions[day]
        is_open = session.state == "open" and self.now < session.end
        return is_open and self.pool(day) > 0 and not self.of(patient, day, "booked", "arrived")

    def time_passes(self, now: datetime) -> None:
        """Walk-in registration opens by itself."""
        self.now = max(self.now, now)
        for session in self.sessions:
            if session.state == "released" and session.opening <= self.now:
                session.state = "open"

    def close(self, day: int) -> None:
        """Nobody is branded yet: who never came is unresolved."""
        session = self.sessions[day]
        session.state, session.closed_at = "closed", self.now
        for one in self.booked:
            if one.day == day and one.state == "booked":
                one.state = "unresolved"

    def free_misses(self, patient: int) -> list[Booked]:
        """Confirmed, and no ban was made for them."""
        mine = [one for one in self.booked if one.patient == patient and one.state == "no_show"]
        return [one for one in mine if one.ban is None]

    def confirm(self, missed: Booked) -> None:
        """A confirmed miss; one too many closes online booking, longer each time."""
        missed.state = "no_show"
        counted = self.free_misses(missed.patient)
        if len(counted) >= MISSES:
            assert len(counted) == MISSES
            earlier = sum(one.patient == missed.patient and not one.lifted for one in self.bans)
            days = BAN_DAYS[min(earlier, len(BAN_DAYS) - 1)]
            self.bans.append(Closed(missed.patient, self.now, self.now + timedelta(days=days)))
            for one in counted:
                one.ban = len(self.bans) - 1

    def grace_over(self) -> None:
        """Nobody decided within the grace time."""
        due = [one for one in self.booked if one.state == "unresolved"]
        due = [one for one in due if (self.sessions[one.day].closed_at or self.now) <= self.now - GRACE]
        for one in sorted(due, key=lambda one: self.sessions[one.day].closed_at or self.now):
            self.confirm(one)

    def correct(self, wrong: Booked, state: str) -> None:
        """A miss that was none: its ban ends unless another miss makes it up, and what is left counts again."""
        place, wrong.ban, wrong.state = wrong.ban, None, state
        if place is None or self.bans[place].lifted:
            return
        ban, rest = self.bans[place], [one for one in self.booked if one.ban == place]
        others = self.free_misses(wrong.patient)
        if len(rest) + len(others) >= MISSES:
            for one in others:
                one.ban = place
            return
        ban.lifted = True
        if ban.ends > self.now:
            for one in rest:
                one.ban = None
