"""What anybody may see of a session's queue without a ticket: numbers, how many wait, what a newcomer would wait."""

from dataclasses import dataclass
from datetime import datetime

from booking import selectors as booking
from booking.domain.states import SESSION_OPEN
from queueing.models import QueueSession
from queueing.selectors.boards import Board, session_board
from queueing.selectors.expected import Expected, expected_call, known_of_queues
from queueing.selectors.order import queue_order


@dataclass(frozen=True, slots=True)
class PublicBoard:
    """A session's board with what a walk-in who registered now would wait, and the numbers left for walk-ins."""

    board: Board
    expected: Expected | None
    pool_left: int
    walk_in_opens_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether patients are registered and called."""
        return self.board.state in SESSION_OPEN


def public_board(*, session_code: str, now: datetime) -> PublicBoard:
    """The board of one session for everybody. Raises booking's ``UnknownNumber``."""
    session = booking.session_by_code(code=session_code)
    board = session_board(session_code=session_code, now=now)
    link = QueueSession.objects.filter(session_id=session.pk).first()
    expected = None
    if link is not None and session.state in SESSION_OPEN:
        order = queue_order(link.queue_id, now=now, related=False)
        known = known_of_queues({link.queue_id: order}, now=now)[link.queue_id]
        rules = booking.policy_of_session(session)
        expected, _back = expected_call(order, known, ticket=None, ahead=None, now=now, rules=rules)
    return PublicBoard(
        board=board,
        expected=expected,
        pool_left=session.pool_left if session.state in SESSION_OPEN else 0,
        walk_in_opens_at=session.walk_in_opens_at,
    )
