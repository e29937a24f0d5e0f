"""Which tickets a signed-in person may move, by verb."""

from typing import TYPE_CHECKING

from django.db.models import Q

from hospital.common.roles import DESK
from hospital.models import User
from queueing.domain.errors import AlarmUnknown, TicketUnknown
from queueing.domain.permissions import IN_THE_ROOM, may
from queueing.models import Alarm, Ticket
from queueing.selectors.tickets import tickets_with_session

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def ticket_for_user(*, code: str, user: "User | AnonymousUser", verb: str) -> Ticket:
    """The ticket, if this user may do ``verb`` to it; whoever may not learns nothing.

    Whoever stands at the desk: any ticket. An expert: the tickets of the own queues, and in the room only
    those that were called into the own session.

    Raises
    ------
    TicketUnknown
        When there is no such ticket for this user.
    """
    if not user.is_authenticated or not may(user.role, verb):
        raise TicketUnknown
    tickets = tickets_with_session().filter(code=code)
    if user.role not in DESK:
        called_here = Q(called_session__expert__user=user)
        own_queue = Q(queue__links__session__expert__user=user)
        uncalled = Q(called_session=None) & own_queue
        tickets = tickets.filter(called_here | (uncalled if verb in IN_THE_ROOM else own_queue)).distinct()
    found = tickets.first()
    if found is None:
        raise TicketUnknown
    return found


def alarm_for_user(*, code: str, user: User) -> Alarm:
    """The alarm, if it is of this expert's own room.

    Raises
    ------
    AlarmUnknown
        When there is no such alarm for this user.
    """
    found = Alarm.objects.filter(code=code, session__expert__user_id=user.pk).first()
    if found is None:
        raise AlarmUnknown
    return found


def may_call_chosen(*, user_id: int | None) -> bool:
    """Whether this person was given the permission to call out of order."""
    return User.objects.filter(pk=user_id or 0, may_call_out_of_order=True, is_active=True).exists()
