"""What a hub sends: a feed is one region in one language, read from the database, watched by many sockets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hospital.common.sockets import Socket

Topics = frozenset[str]


class Gone(Exception):
    """What a feed showed exists no longer; its sockets are closed with ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Content:
    """What a feed shows now; ``topics`` are what it depends on."""

    revision: int
    data: Mapping[str, Any]
    topics: Topics


@dataclass(frozen=True, slots=True)
class Source:
    """How to build a feed. Equal keys share one feed; a lower ``rank`` is built first."""

    key: str
    topics: Topics
    build: Callable[[], Content]
    rank: int = 1
    refresh_s: float = 20.0
    """Built again this often even without a change, for what depends on the time."""


@dataclass(slots=True, eq=False)
class Feed:
    """A source with those who watch it."""

    source: Source
    topics: Topics
    sockets: set[Socket] = field(default_factory=set)
    joining: list[Socket] = field(default_factory=list)
    body: str = ""
    revision: int = 0
    waiting: bool = False
    dirty: bool = False
    failing: bool = False
    built_at: float = 0.0
