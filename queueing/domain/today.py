"""Today's list at the desk: one line for each number of the day, and which lines were asked for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

GROUPS: Final[dict[str, frozenset[str]]] = {
    "expected": frozenset({"booked"}),
    "waiting": frozenset({"waiting"}),
    "room": frozenset({"called", "serving"}),
    "passed": frozenset({"passed"}),
    "done": frozenset({"done"}),
    "gone": frozenset({"left", "cancelled"}),
    "missed": frozenset({"unresolved", "no_show", "excused"}),
    "unpaid": frozenset({"held", "reserved"}),
}
"""What a number of the day has come to, in the order of a visit; the states are those of tickets, and of numbers
without one."""

TAIL: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number of the day.

    ``at`` is the start of a booked slot, else the registration. ``late`` says that a booked patient came, or has not
    come, after the slot's end. One of ``ticket``, ``appointment`` and ``walk_in`` is the code that opens it.
    """

    at: datetime
    until: datetime | None = None
    number: str = ""
    patient: int
    name: str
    id_tail: str
    phone_tail: str
    channel: str
    state: str
    late: bool = False
    priority: str = "normal"
    session: str
    expert: str
    expert_en: str
    department: str
    department_en: str
    ticket: str = ""
    appointment: str = ""
    walk_in: str = ""
    checkin_code: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are wanted; what is empty asks for nothing.

    ``patients`` are the people found by a whole document or phone number; None when none was given.
    """

    session: str = ""
    group: str = ""
    channel: str = ""
    late: bool = False
    text: str = ""
    patients: frozenset[int] | None = None


def group_of(state: str) -> str:
    """Name the group of a state.

    Parameters
    ----------
    state : str
        Of a ticket, or of a number without one.

    Returns
    -------
    str
        Empty for a state that no line of the list has.

    Examples
    --------
    >>> group_of("serving"), group_of("held"), group_of("transferred")
    ('room', 'unpaid', '')
    """
    return next((name for name, states in GROUPS.items() if state in states), "")


def lines_asked(lines: Iterable[Line], asked: Asked) -> tuple[list[Line], dict[str, int]]:
    """Choose the lines that were asked for.

    Parameters
    ----------
    lines : iterable of Line
        All numbers of the day, in the order of the list.
    asked : Asked
        What is wanted.

    Returns
    -------
    list of Line
        Those that fit, in the order given.
    dict
        How many lines of each group fit what else is asked: what choosing that group would show.

    Examples
    --------
    >>> from datetime import datetime
    >>> who = dict.fromkeys(("session", "expert", "expert_en", "department", "department_en"), "")
    >>> def line(name, state, **more):
    ...     more |= {"number": "A07", "patient": 1, "id_tail": "002X", "phone_tail": "8000", "channel": "walk_in"}
    ...     return Line(at=datetime(2026, 11, 2, 8), name=name, state=state, **who, **more)
    >>> day = [line("赵秀兰", "waiting"), line("Hans Frey", "done", checkin_code="K7QM2XHD")]
    >>> [one.name for one in lines_asked(day, Asked(text="frey"))[0]]
    ['Hans Frey']
    >>> [len(lines_asked(day, Asked(text=text))[0]) for text in ("a7", "002x", "k7qm 2xhd", "A071", "800")]
    [2, 2, 1, 0, 0]
    >>> lines_asked(day, Asked(group="room"))
    ([], {'waiting': 1, 'done': 1})
    """
    fitting = [line for line in lines if _fits(line, asked)]
    counts = Counter(group_of(line.state) for line in fitting)
    return [line for line in fitting if asked.group in {"", group_of(line.state)}], dict(counts)


def _fits(line: Line, asked: Asked) -> bool:
    return (
        asked.session in {"", line.session}
        and asked.channel in {"", line.channel}
        and (line.late or not asked.late)
        and (asked.patients is None or line.patient in asked.patients)
        and (not asked.text or _says(line, asked.text))
    )


def _says(line: Line, text: str) -> bool:
    """Whether a line answers to a part of the name, the number, the last digits of ID or phone, or a whole code."""
    plain = "".join(text.split()).upper()
    if text.casefold() in line.name.casefold() or plain in {line.appointment, line.checkin_code, line.ticket}:
        return True
    if len(plain) == TAIL and plain in {line.id_tail, line.phone_tail}:
        return True
    letters, digits = plain.rstrip("0123456789"), plain[len(plain.rstrip("0123456789")) :]
    return bool(digits) and line.number in {f"{letters}{digits}", f"{letters}0{digits}"}
