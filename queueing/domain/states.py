"""Which state of a ticket may follow which: the ticket row of the state table, and nothing else.

Undo is not in the table: it takes back the last move, if it is one of :data:`UNDOABLE`.
"""

from typing import Final

WAITING: Final = "waiting"
CALLED: Final = "called"
SERVING: Final = "serving"
PASSED: Final = "passed"
DONE: Final = "done"
LEFT: Final = "left"
CANCELLED: Final = "cancelled"
TRANSFERRED: Final = "transferred"

TICKET: Final[dict[tuple[str | None, str], str]] = {
    (None, "register"): WAITING,
    (WAITING, "call"): CALLED,
    (CALLED, "start"): SERVING,
    (CALLED, "pass"): PASSED,
    (CALLED, "recall"): CALLED,
    (PASSED, "return"): WAITING,
    (SERVING, "finish"): DONE,
    (CALLED, "finish"): DONE,
    (WAITING, "leave"): LEFT,
    (CALLED, "leave"): LEFT,
    (PASSED, "leave"): LEFT,
    (WAITING, "cancel"): CANCELLED,
    (CALLED, "cancel"): CANCELLED,
    (WAITING, "transfer"): TRANSFERRED,
    (SERVING, "transfer"): TRANSFERRED,
}
"""``(state, verb): state``. A ticket is born waiting; a called ticket may finish at once (begun at the
call)."""

LIVE: Final = (WAITING, CALLED, SERVING, PASSED)
"""The patient still has something to come from this ticket."""

IN_ROOM: Final = (CALLED, SERVING)
"""The room is taken by this ticket: at most one per session."""

STATES: Final = (WAITING, CALLED, SERVING, PASSED, DONE, LEFT, CANCELLED, TRANSFERRED)
VERBS: Final = tuple(sorted({verb for start, verb in TICKET if start is not None}))

UNDOABLE: Final = frozenset({"call", "start", "pass", "return", "finish", "leave", "prioritise"})
"""Moves that undo takes back, and a change of priority, which is no move. A cancelled number has gone back to the
pool, a transferred patient has a new ticket, and nobody can unhear a recall: those are mended by a new move."""

PAUSE: Final[dict[tuple[str | None, str], str]] = {
    (None, "pause"): "paused",
    ("paused", "prolong"): "paused",
    ("paused", "resume"): "over",
}
"""A room that calls nobody for a while."""

RAISED: Final = "raised"
ACKNOWLEDGED: Final = "acknowledged"

ALARM: Final[dict[tuple[str | None, str], str]] = {
    (None, "raise"): RAISED,
    (RAISED, "acknowledge"): ACKNOWLEDGED,
    (RAISED, "withdraw"): "withdrawn",
}
"""A call for help out of a room."""
