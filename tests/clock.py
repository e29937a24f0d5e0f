"""A virtual clock: time stands still and moves when the test says so."""

from datetime import UTC, datetime, timedelta

import pytest

from hospital.common import clock


class VirtualClock:
    """Stands at ``moment`` until moved. ``at("09:30")`` sets the hospital's wall clock of the same day."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **delta: float) -> datetime:
        self.moment += timedelta(**delta)
        return self.moment

    def set(self, moment: datetime) -> datetime:
        self.moment = moment
        return self.moment

    def at(self, wall: str, *, days: int = 0) -> datetime:
        parts = [int(part) for part in wall.split(":")]
        local = self.moment.astimezone(clock.zone()) + timedelta(days=days)
        hour, minute, second = (*parts, 0, 0)[:3]
        moved = local.replace(hour=hour, minute=minute, second=second, microsecond=0)
        return self.set(moved.astimezone(UTC))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """Monday 2 November 2026, 08:00 in the hospital; in this process only."""
    virtual = VirtualClock(datetime(2026, 11, 2, 0, 0, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", virtual)
    return virtual
