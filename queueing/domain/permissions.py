"""Who may do what with a ticket: one table for the pages and the API."""

from typing import Final

from hospital.common.roles import DESK, STAFF

EXPERT: Final = frozenset({"expert"})

ROLES_OF: Final[dict[str, frozenset[str]]] = {
    "register": DESK,
    "check_in": DESK | {"kiosk"},
    "cancel": DESK,
    "prioritise": DESK,
    "settle": DESK,
    "return": STAFF,
    "leave": STAFF,
    "transfer": STAFF,
    "undo": STAFF,
    "call": EXPERT,
    "recall": EXPERT,
    "start": EXPERT,
    "finish": EXPERT,
    "pass": EXPERT,
}
"""``verb: roles``. Patients leave by the code of their own ticket and need no role for it."""

IN_THE_ROOM: Final = frozenset({"recall", "start", "finish", "pass"})
"""What an expert does with patients called into the own room, and with no others of the queue."""


def may(role: str, verb: str) -> bool:
    """Whether this role may do ``verb`` to some ticket.

    Parameters
    ----------
    role : str
        Of the person or device that asks.
    verb : str
        A move of the ticket's table of states, or ``register``.

    Returns
    -------
    bool
        False for a verb that is not in the table.

    Examples
    --------
    >>> may("manager", "cancel"), may("manager", "finish"), may("patient", "cancel")
    (True, False, False)
    """
    return role in ROLES_OF.get(verb, frozenset())
