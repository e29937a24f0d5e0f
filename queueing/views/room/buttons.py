"""The five actions of the expert's page: fixed places, one filled, and why the others cannot be pressed."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from booking.domain.states import SESSION_OPEN
from queueing.selectors import RoomState


@dataclass(frozen=True, slots=True)
class Button:
    """One action. ``until`` is when a waiting one becomes possible."""

    key: int
    verb: str
    label: str
    enabled: bool = False
    filled: bool = False
    why: str = ""
    until: datetime | None = None


def buttons(state: RoomState) -> list[Button]:
    """Call next, recall, start, finish, pass."""
    doing = state.current.state if state.current else ""
    return [
        _next(state, doing),
        _recall(state, doing),
        _start(doing),
        _finish(state, doing),
        _pass(state, doing),
    ]


def _next(state: RoomState, doing: str) -> Button:
    label = _("Finish and call next") if doing == "serving" else _("Call next")
    if state.can_call:
        return Button(1, "next", label, enabled=True, filled=True)
    if doing == "called":
        why = _("This patient first")
    elif state.pause is not None:
        why = _("Paused")
    elif state.state in SESSION_OPEN:
        why = _("All who wait chose another doctor") if state.elsewhere else _("Nobody is waiting")
    else:
        why = closed(state)
    return Button(1, "next", label, why=why)


def closed(state: RoomState) -> str:
    """Why nobody can be called in this session."""
    if state.state in {"planned", "released"}:
        return _("Not open yet")
    return _("Clinic stopped") if state.state == "stopped" else _("Session closed")


def _recall(state: RoomState, doing: str) -> Button:
    label = _("Recall")
    if doing != "called" or state.current is None:
        return Button(2, "recall", label, why=_nobody_to_call(doing))
    if state.pause is not None:
        return Button(2, "recall", label, why=_("Paused"))
    if state.can_recall:
        return Button(2, "recall", label, enabled=True)
    if state.recall_at is None:
        return Button(2, "recall", label, why=_("Recalled %(n)s times") % {"n": state.current.recalls})
    return Button(2, "recall", label, until=state.recall_at)


def _nobody_to_call(doing: str) -> str:
    return _("Already in the room") if doing == "serving" else _("Nobody is called")


def _start(doing: str) -> Button:
    label = _("Start")
    if doing == "called":
        return Button(3, "start", label, enabled=True, filled=True)
    return Button(3, "start", label, why=_("Started") if doing == "serving" else _("Nobody is called"))


def _finish(state: RoomState, doing: str) -> Button:
    label = _("Finish")
    if doing == "serving":
        return Button(4, "finish", label, enabled=True, filled=not state.can_call)
    return Button(4, "finish", label, why=_("Not started") if doing == "called" else _("Nobody is here"))


def _pass(state: RoomState, doing: str) -> Button:
    label = _("Pass")
    if doing != "called" or state.current is None:
        return Button(5, "pass", label, why=_nobody_to_call(doing))
    why = _("Asks first: under %(n)s recalls") % {"n": state.recall_limit} if asks(state) else ""
    return Button(5, "pass", label, enabled=True, why=why)


def asks(state: RoomState) -> bool:
    """Whether passing now is early, so that the page asks once more."""
    return state.current is not None and state.current.recalls < state.recall_limit
