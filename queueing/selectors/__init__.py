"""What may be asked of the queue; each answer takes a constant number of queries."""

from queueing.selectors.boards import Board, BoardCall, BoardTicket, board_version, session_board
from queueing.selectors.desk import DeskRecent, DeskSession, desk_recent, desk_sessions
from queueing.selectors.room_tickets import RoomTicket
from queueing.selectors.rooms import (
    RoomSlot,
    RoomState,
    room_state,
    session_for_user,
    sessions_of_expert,
)
from queueing.selectors.screens import (
    FleetScreen,
    ScreenBoard,
    screen_board,
    screen_by_token,
    screen_topics,
    screens_fleet,
)
from queueing.selectors.tickets import (
    TicketLive,
    ticket_by_code,
    ticket_code_of_walk_in,
    ticket_history,
    ticket_live,
    tickets_of_patient,
)
from queueing.selectors.undo import UndoOffer
from queueing.selectors.visits import VisitRow, visits_of_day

__all__ = [
    "Board",
    "BoardCall",
    "BoardTicket",
    "DeskRecent",
    "DeskSession",
    "FleetScreen",
    "RoomSlot",
    "RoomState",
    "RoomTicket",
    "ScreenBoard",
    "TicketLive",
    "UndoOffer",
    "VisitRow",
    "board_version",
    "desk_recent",
    "desk_sessions",
    "room_state",
    "screen_board",
    "screen_by_token",
    "screen_topics",
    "screens_fleet",
    "session_board",
    "session_for_user",
    "sessions_of_expert",
    "ticket_by_code",
    "ticket_code_of_walk_in",
    "ticket_history",
    "ticket_live",
    "tickets_of_patient",
    "visits_of_day",
]
