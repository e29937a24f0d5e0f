"""Many waiting patients of one session go to its colleagues; each is a transfer of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from queueing.models import Ticket
from queueing.services.transfers import ticket_transfer


@dataclass(frozen=True, slots=True)
class SharedOut:
    """The new tickets, and why others could not be sent."""

    sent: tuple[Ticket, ...]
    refused: tuple[DomainError, ...]


def tickets_share_out(*, targets: Mapping[str, str], actor: Actor, now: datetime) -> SharedOut:
    """Everybody goes to the session that a person chose for them; one who cannot stops nobody else.

    ``targets`` has for each ticket's code the code of the session; whoever was called, left or was sent on meanwhile
    stays where that was.
    """
    sent, refused = list[Ticket](), list[DomainError]()
    for code, session_code in targets.items():
        try:
            sent.append(
                ticket_transfer(
                    code=code, target_session_code=session_code, actor=actor, now=now, reason="shared out"
                )
            )
        except DomainError as error:
            refused.append(error)
    return SharedOut(tuple(sent), tuple(refused))
