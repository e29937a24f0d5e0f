"""What the live layer asks: revisions of queues, the screen behind a token, the queue of a session."""

from collections.abc import Iterable, Mapping

from queueing.models import Queue, Screen, Ticket
from queueing.selectors.screens import token_digest


def topic_revisions(topics: Iterable[str]) -> Mapping[str, int]:
    """The present revision of each queue among ``topics``, in one query."""
    queues = {int(topic[6:]): topic for topic in topics if topic.startswith("queue.")}
    found = Queue.objects.filter(pk__in=queues).values_list("pk", "revision")
    return {queues[pk]: revision for pk, revision in found}


def screen_for_token(*, token: str) -> Screen | None:
    """The screen of ``token``, also a revoked one: a socket tells the two refusals apart."""
    return Screen.objects.filter(token_digest=token_digest(token)).first()


def queue_of_session(*, session_id: int) -> Queue | None:
    """The queue of a session, once it has one."""
    return Queue.objects.filter(links__session_id=session_id).first()


def queue_of_ticket(*, code: str) -> int | None:
    """The queue that a ticket is in; None when the code is unknown. Whoever joins is asked for no more."""
    return Ticket.objects.filter(code=code).values_list("queue_id", flat=True).first()
