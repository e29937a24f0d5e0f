"""Which tickets a signed-in person may move, by verb."""

from typing import TYPE_CHECKING

from django.db.models import Q

from queueing.domain.errors import TicketUnknown
from queueing.models import Ticket
from queueing.selectors.tickets import tickets_with_session

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from hospital.models import User

DESK_VERBS = frozenset({"return", "leave", "transfer", "undo", "cancel"})
EXPERT_VERBS = frozenset({"recall", "start", "finish", "pass", "return", "leave", "transfer", "undo"})
IN_THE_ROOM = frozenset({"recall", "start", "finish", "pass"})


def ticket_for_user(*, code: str, user: "User | AnonymousUser", verb: str) -> Ticket:
    """The ticket, if this user may do ``verb`` to it; whoever may not learns nothing.

    The desk: whatever is done at the desk. An expert: the tickets of the own queues, and in the room only
    those that were called into the own session.

    Raises
    ------
    TicketUnknown
        When there is no such ticket for this user.
    """
    if not user.is_authenticated:
        raise TicketUnknown
    tickets = tickets_with_session().filter(code=code)
    if user.role == "desk" and verb in DESK_VERBS:
        found = tickets.first()
    elif user.role == "expert" and verb in EXPERT_VERBS:
        called_here = Q(called_session__expert__user=user)
        own_queue = Q(queue__links__session__expert__user=user)
        uncalled = Q(called_session=None) & own_queue
        found = (
            tickets.filter(called_here | (uncalled if verb in IN_THE_ROOM else own_queue)).distinct().first()
        )
    else:
        found = None
    if found is None:
        raise TicketUnknown
    return found
