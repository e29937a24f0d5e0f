"""Errors of the domain: a stable code, an English message, an HTTP status. Free of Django.

Messages are marked with :func:`gettext_noop` and translated at the edge (``hospital.common.api``,
``hospital.common.views``), so that pure domain code can raise them.
"""

from collections.abc import Mapping
from typing import ClassVar


def gettext_noop(message: str) -> str:
    """Mark ``message`` for translation without translating it."""
    return message


class DomainError(Exception):
    """A rule of the hospital refused what was asked.

    Subclasses set ``code`` (stable, part of the API), ``status`` (HTTP) and ``message`` (English, %-format).
    Keyword arguments fill the message and travel with the problem details.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str] = gettext_noop("This is not possible.")

    def __init__(self, *, field: str = "", **params: object) -> None:
        self.field = field
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFound(DomainError):
    """What was asked for does not exist, or not for this user."""

    code = "not_found"
    status = 404
    message = gettext_noop("Not found.")


class NotAllowed(DomainError):
    """The user's role does not permit this."""

    code = "not_allowed"
    status = 403
    message = gettext_noop("You are not allowed to do this.")


class Invalid(DomainError):
    """A value cannot be right; ``field`` names it."""

    code = "invalid"
    status = 400
    message = gettext_noop("This value is not valid.")


class ReasonMissing(Invalid):
    """Staff must give a reason."""

    code = "reason_missing"
    message = gettext_noop("Please give a reason.")


class Busy(DomainError):
    """The database could not take the change now; nothing was changed."""

    code = "busy"
    status = 503
    message = gettext_noop("Very busy right now. Nothing was changed, please try again in a moment.")


class IllegalTransition(DomainError):
    """The verb is not in the state table for this state."""

    code = "illegal_transition"
    message = gettext_noop("This step is not possible now: it is already “%(state)s”.")


Transitions = Mapping[tuple[str | None, str], str]


def next_state(table: Transitions, state: str | None, verb: str) -> str:
    """Return the state that ``verb`` leads to.

    Raises
    ------
    IllegalTransition
        When the table has no move ``(state, verb)``.
    """
    try:
        return table[state, verb]
    except KeyError:
        raise IllegalTransition(state=state or "-", verb=verb) from None
