"""The parts of a day: morning, afternoon, evening."""

MORNING, AFTERNOON, EVENING = range(3)
AFTERNOON_H, EVENING_H = 12, 18
"""When they begin, on the hospital's wall clock."""


def half_of(hour: int) -> int:
    """The part of the day that an hour from 0 to 23 belongs to."""
    return MORNING if hour < AFTERNOON_H else AFTERNOON if hour < EVENING_H else EVENING
