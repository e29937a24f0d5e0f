"""What the queue refuses, with stable codes; of screens see :mod:`.screen_errors`."""

from hospital.common.errors import DomainError, Invalid, NotAllowed, NotFound, gettext_noop


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


class NobodyForYou(NobodyWaiting):
    """In a shared queue only patients wait who chose another doctor."""

    message = gettext_noop("Nobody is waiting for you: those who wait chose another doctor.")


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


class TooManyTries(DomainError):
    """Somebody may be guessing the phone digits that belong to a document."""

    code = "too_many_tries"
    status = 429
    message = gettext_noop("Tried too often. Please go to the front desk.")


class NoPrinter(DomainError):
    """No receipt printer is chosen, or the chosen one is no longer in use."""

    code = "no_printer"
    message = gettext_noop("No printer is chosen at this desk.")


class NumberOver(DomainError):
    """The ticket has been served, cancelled or left."""

    code = "number_over"
    message = gettext_noop("This number is finished.")


class UnknownPriority(Invalid):
    """Not a priority the hospital knows."""

    code = "unknown_priority"
    message = gettext_noop("This priority is not known.")


class UnknownSpecialty(Invalid):
    """No doctor of the department who has a session today is known for it."""

    code = "unknown_specialty"
    message = gettext_noop("No doctor of this department is known for “%(specialty)s” today.")


class SameQueue(DomainError):
    """A transfer goes to another queue."""

    code = "same_queue"
    message = gettext_noop("The patient already waits there.")


class Paused(DomainError):
    """The room calls nobody for a while."""

    code = "paused"
    message = gettext_noop("Calling is paused. Resume first.")


class NotPaused(DomainError):
    """There is no pause to end."""

    code = "not_paused"
    message = gettext_noop("Calling is not paused.")


class UnknownPauseReason(Invalid):
    """Patients are told one of a few reasons."""

    code = "unknown_pause_reason"
    message = gettext_noop("Choose one of the reasons.")


class PauseTooLong(Invalid):
    """A pause is a matter of minutes; a clinic that cannot go on is stopped."""

    code = "pause_too_long"
    message = gettext_noop("A pause lasts from 1 to %(minutes)s minutes.")


class OutOfOrderNotAllowed(NotAllowed):
    """Calling somebody before the turn needs a permission."""

    code = "out_of_order_not_allowed"
    message = gettext_noop("You may not call out of order.")


class TransferNotAllowed(NotAllowed):
    """The target, or nobody of the department, takes patients from colleagues now."""

    code = "transfer_not_allowed"
    message = gettext_noop("Nobody there takes patients from colleagues now. Ask at the desk.")


class FeeChanged(DomainError):
    """The difference of the fees is not what the page showed."""

    code = "fee_changed"
    message = gettext_noop("The difference has changed or is settled. Look again.")


class AlarmUnknown(NotFound):
    """No alarm has this code."""

    message = gettext_noop("This alarm does not exist.")


class AlarmAnswered(DomainError):
    """Somebody else is on the way, or it was withdrawn."""

    code = "alarm_answered"
    message = gettext_noop("Already answered by %(name)s.")
