"""Streams beside the normal line, interleaved by ratios: priority patients, results reviews, passed patients."""

from dataclasses import dataclass
from enum import StrEnum


class Stream(StrEnum):
    """Which line a waiting patient stands in, as the desk says. Passed patients get a line from the late policy."""

    NORMAL = "normal"
    PRIORITY = "priority"
    REVIEW = "review"
    EMERGENCY = "emergency"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Ratios:
    """Normal calls before one of the stream: 2 means two normal, then one.

    ``review_full`` is used instead of ``review`` while reviews outnumber first visits.
    """

    priority: int = 2
    review: int = 2
    review_full: int = 1
    passed: int = 2
