"""A number that cannot be had, kept or given back."""

from hospital.common.errors import DomainError, NotAllowed, NotFound, gettext_noop


class SoldOut(DomainError):
    """No number is left."""

    code = "sold_out"
    message = gettext_noop("Just taken. Choose another time.")


class PoolEmpty(SoldOut):
    """No walk-in number is left in the session."""

    message = gettext_noop("Not registered: this session has just sold out. Nothing was charged or printed.")


class AlreadyBooked(DomainError):
    """The patient already has a number in this department on this day."""

    code = "already_booked"
    message = gettext_noop("This patient already has a number in this department on this day.")


class Banned(DomainError):
    """No online booking for a time."""

    code = "banned"
    message = gettext_noop(
        "Online booking is closed for this patient until %(until)s. Walk-in stays possible."
    )


class NotReleased(DomainError):
    """The session's numbers are not out yet."""

    code = "not_released"
    message = gettext_noop("Numbers for this session open %(at)s.")


class BookingClosed(DomainError):
    """Walk-in registration has opened, or the session was stopped or is over."""

    code = "closed"
    message = gettext_noop("Booking for this session is closed. Numbers left are given out at the hospital.")


class TooLate(DomainError):
    """The deadline to cancel has passed."""

    code = "too_late"
    message = gettext_noop(
        "The time to cancel is over. This number can no longer be cancelled here: ask the desk."
    )


class WalkInNotOpen(DomainError):
    """Before walk-in registration opens, or after the session."""

    code = "closed"
    message = gettext_noop("Walk-in registration for this session is not open.")


class HoldOver(DomainError):
    """The hold ran out, so nothing can be paid any more."""

    code = "hold_over"
    message = gettext_noop("Time is up. The number was released.")


class UnknownNumber(NotFound):
    """No such slot, session, appointment or patient."""

    message = gettext_noop("Not found.")


class QuotaBelowBooked(DomainError):
    """A released slot's quota never falls below what is held and booked."""

    code = "quota_below_booked"
    message = gettext_noop("A slot cannot offer fewer numbers than are already taken.")


class OtherExpert(DomainError):
    """A time can be changed only within one expert's sessions of the same fee."""

    code = "other_expert"
    message = gettext_noop("The time can be changed only with the same doctor and the same fee.")


class SameSlot(DomainError):
    """The appointment is at this time already."""

    code = "same_slot"
    message = gettext_noop("The appointment is at this time already.")


class AddOnClosed(DomainError):
    """Numbers are added only until the session closes."""

    code = "closed"
    message = gettext_noop("No number can be added: this session is over or was stopped.")


class AddOnNotAllowed(NotAllowed):
    """Numbers beyond the quota need a permission."""

    message = gettext_noop(
        "Only the session's own expert, a manager, or staff with the permission may add a number."
    )


class HandedBackAlready(DomainError):
    """Cash is handed back once."""

    code = "handed_back_already"
    message = gettext_noop("This was handed back already. Do not hand it out again.")


class TicketFirst(DomainError):
    """Nobody waits with a number whose money went back."""

    code = "ticket_first"
    message = gettext_noop(
        "The patient is here with this number: cancel the ticket at the desk, then refund."
    )
