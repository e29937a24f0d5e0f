"""What the queue refuses, with stable codes."""

from hospital.common.errors import DomainError, Invalid, NotFound, gettext_noop


class TicketUnknown(NotFound):
    """No ticket has this code."""

    message = gettext_noop("This ticket does not exist.")


class WrongDay(DomainError):
    """The appointment is for another day."""

    code = "wrong_day"
    message = gettext_noop("This appointment is for %(date)s.")


class TooEarly(DomainError):
    """Check-in opens with walk-in registration."""

    code = "too_early"
    message = gettext_noop("Too early. Check-in from %(time)s.")


class AlreadyCheckedIn(DomainError):
    """The appointment already has a ticket."""

    code = "already_checked_in"
    message = gettext_noop("Already checked in.")


class AlreadyWaiting(DomainError):
    """The patient has a live number in this queue."""

    code = "already_in_queue"
    message = gettext_noop("%(number)s is already waiting with this doctor.")


class AppointmentCancelled(DomainError):
    """The number was given back."""

    code = "cancelled"
    message = gettext_noop("This appointment was cancelled.")


class NotPaid(DomainError):
    """A booking stands only when paid."""

    code = "not_paid"
    message = gettext_noop("This appointment has not been paid yet.")


class SessionOver(DomainError):
    """The session was closed or stopped."""

    code = "session_over"
    message = gettext_noop("This session is over.")


class NotOpen(DomainError):
    """Nobody can be called before walk-in registration opens, nor after the close."""

    code = "not_open"
    message = gettext_noop("This session is not open for calling.")


class PendingCall(DomainError):
    """Somebody is called and neither started nor passed."""

    code = "pending_call"
    message = gettext_noop("Somebody is called already: start or pass first.")


class NobodyWaiting(DomainError):
    """The queue is empty."""

    code = "nobody_waiting"
    message = gettext_noop("Nobody is waiting.")


class RecallTooSoon(DomainError):
    """Recalls are spaced."""

    code = "recall_too_soon"
    message = gettext_noop("Called a moment ago. Call again in %(seconds)s seconds.")


class RecallLimit(DomainError):
    """No recall is left."""

    code = "recall_limit"
    message = gettext_noop("Recalled %(limit)s times already. Pass the patient.")


class PageOutOfDate(DomainError):
    """The patient in the room is not the one the page showed."""

    code = "page_out_of_date"
    message = gettext_noop("Nothing was done: somebody else is in the room now. Look again.")


class UndoNotPossible(DomainError):
    """The move cannot be taken back."""

    code = "undo_not_possible"
    message = gettext_noop("This step cannot be undone.")


class UndoTooLate(UndoNotPossible):
    """Undo is for the last minutes only."""

    code = "undo_too_late"
    message = gettext_noop("A step can be undone for %(minutes)s minutes only.")


class UndoNotYours(UndoNotPossible):
    """Somebody else made the last move."""

    code = "undo_not_yours"
    message = gettext_noop("Only who made a step can undo it.")


class RoomTaken(UndoNotPossible):
    """Somebody else has been called into the room since."""

    code = "undo_followed"
    message = gettext_noop("Somebody else has been called since, so this cannot be undone.")


class SeveralFound(DomainError):
    """More than one appointment fits; ``choices`` are masked."""

    code = "several"
    message = gettext_noop("Several appointments fit. Choose one.")


class AppointmentUnknown(NotFound):
    """No appointment of today fits."""

    message = gettext_noop("No appointment found for today.")


class UnknownPriority(Invalid):
    """Not a priority the hospital knows."""

    code = "unknown_priority"
    message = gettext_noop("This priority is not known.")


class SameQueue(DomainError):
    """A transfer goes to another queue."""

    code = "same_queue"
    message = gettext_noop("The patient already waits there.")
