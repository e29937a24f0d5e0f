"""What may be asked of the queue; each answer takes a constant number of queries."""

from queueing.selectors.alarms import AlarmShown, alarms_now
from queueing.selectors.boards import Board, BoardCall, BoardTicket, board_version, session_board
from queueing.selectors.desk import DeskRecent, DeskSession, desk_recent, desk_sessions
from queueing.selectors.fees import fee_due_fen
from queueing.selectors.figures import SessionFigures, day_figures
from queueing.selectors.fleet import FleetScreen, screens_fleet
from queueing.selectors.histories import PatientPath, patient_path
from queueing.selectors.printers import print_job
from queueing.selectors.room_tickets import RoomTicket
from queueing.selectors.rooms import (
    RoomSlot,
    RoomState,
    room_state,
    session_for_user,
    sessions_of_expert,
)
from queueing.selectors.screens import ScreenBoard, screen_board, screen_by_token, screen_topics
from queueing.selectors.tickets import (
    TicketLive,
    ticket_by_code,
    ticket_code_of_walk_in,
    ticket_history,
    ticket_live,
    tickets_of_patient,
)
from queueing.selectors.transfers import transfer_targets
from queueing.selectors.undo import UndoOffer
from queueing.selectors.visits import RecordedVisit, visits_of_day

__all__ = [
    "AlarmShown",
    "Board",
    "BoardCall",
    "BoardTicket",
    "DeskRecent",
    "DeskSession",
    "FleetScreen",
    "PatientPath",
    "RecordedVisit",
    "RoomSlot",
    "RoomState",
    "RoomTicket",
    "ScreenBoard",
    "SessionFigures",
    "TicketLive",
    "UndoOffer",
    "alarms_now",
    "board_version",
    "day_figures",
    "desk_recent",
    "desk_sessions",
    "fee_due_fen",
    "patient_path",
    "print_job",
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
    "transfer_targets",
    "visits_of_day",
]
