"""What patients asked for and were told, and whether the database says the same (G13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[int, dict[str, Any]]
LIVE = frozenset({"held", "booked"})


@dataclass
class Asked:
    """One request: acknowledged once it has a status; until then what became of it is unknown."""

    path: str
    body: dict[str, Any]
    key: str
    status: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    lost: int = 0
    """How often it was sent and not answered; the server may do such a one after a later one was refused."""

    @property
    def books(self) -> bool:
        """Whether it asks for a number."""
        return "slot" in self.body

    @property
    def is_unknown(self) -> bool:
        """Whether it may have been done without anybody being told."""
        return self.status is None or (self.status != 201 and self.lost > 0)


@dataclass
class Journal:
    """Of one patient; the last number known to be theirs, and what was cancelled, paid or perhaps paid."""

    asked: list[Asked] = field(default_factory=list)
    live: str | None = None
    cancelled: list[str] = field(default_factory=list)
    maybe_cancelled: set[str] = field(default_factory=set)
    paid: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    """Asked the gateway to take money; whether it did is unknown unless the code is in ``paid``, too."""
    pairs: int = 0
    twins: int = 0
    repeated: int = 0
    interrupted: int = 0
    waited: int = 0
    """How often it was said that others come first (429): nothing was done."""
    done_at: list[tuple[float, str]] = field(default_factory=list)
    """When a number was booked or cancelled, by this process's steady clock."""
    broken: list[str] = field(default_factory=list)


def anomalies(journals: Iterable[Journal], states: Mapping[str, str], keys: Mapping[str, str]) -> list[str]:
    """What the database (state by number, number by key) and the journals do not agree upon.

    A request that was never answered may have been done or not, but once; a number that nobody asked for, or
    that two requests made, is an anomaly, and so is whatever was acknowledged and is not there.
    """
    wrong: list[str] = []
    known = list(journals)
    bookings = {one.key: one for journal in known for one in journal.asked if one.books}
    for key, asked in bookings.items():
        told = asked.answer.get("code") if asked.status == 201 else None
        if told and keys.get(key) != told:
            wrong.append(f"acknowledged {told}, kept {keys.get(key)}")
        if asked.status != 201 and key in keys and not asked.is_unknown:
            wrong.append(f"refused, and made {keys[key]}")
    made = Counter(code for key, code in keys.items() if key in bookings)
    wrong += [f"{code} made by {made[code]} requests" for code in states if made[code] != 1]
    wrong += [f"{code} was made, and is gone" for code in made if code not in states]
    for journal in known:
        wrong += [f"{code} cancelled, and {states.get(code)}" for code in journal.cancelled
                  if states.get(code) != "cancelled"]  # fmt: skip
        live = journal.live
        if live and states.get(live) not in LIVE and live not in journal.maybe_cancelled:
            wrong.append(f"{live} kept, and {states.get(live)}")
    explained = {journal.live for journal in known} | {code for one in known for code in one.maybe_cancelled}
    explained |= {keys[key] for key, asked in bookings.items() if asked.is_unknown and key in keys}
    wrong += [f"{code} {state}, and nobody was told" for code, state in states.items()
              if state in LIVE and code not in explained]  # fmt: skip
    return wrong


def refusals(journals: Iterable[Journal]) -> Counter[str]:
    """Why whatever was refused was refused."""
    asked = (one for journal in journals for one in journal.asked)
    return Counter(one.answer.get("code", str(one.status)) for one in asked if (one.status or 0) >= 400)


def minutes(journals: Iterable[Journal], begun: float, ended: float) -> list[tuple[int, int]]:
    """How many numbers were booked and how many cancelled in each whole minute of a run."""
    moments = [one for journal in journals for one in list(journal.done_at)]
    seen = Counter((int((moment - begun) // 60), kind) for moment, kind in moments)
    return [
        (seen[minute, "booked"], seen[minute, "cancelled"]) for minute in range(int((ended - begun) // 60))
    ]


def summary(journals: Iterable[Journal]) -> str:
    """How much was asked, answered and left unknown."""
    known = list(journals)
    asked = [one for journal in known for one in journal.asked]
    unknown = sum(one.status is None for one in asked)
    done = sum(one.status in {200, 201} for one in asked)
    return (
        f"{len(asked)} requests invoked, {len(asked) - unknown} acknowledged ({done} done), {unknown} unknown;"
        f" sent again {sum(one.interrupted for one in known)} times for want of an answer and"
        f" {sum(one.waited for one in known)} times after a 429"
    )
