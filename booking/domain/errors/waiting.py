"""Waitlists and draws."""

from hospital.common.errors import DomainError, gettext_noop


class NotSoldOut(DomainError):
    """The waitlist is for sessions without a free number."""

    code = "not_sold_out"
    message = gettext_noop("This session still has free numbers. Choose a time.")


class NothingToWaitFor(DomainError):
    """All of the session's numbers are kept for walk-ins, so none can come back."""

    code = "nothing_to_wait_for"
    message = gettext_noop("All numbers of this session are given out at the hospital on the day.")


class AlreadyWaiting(DomainError):
    """The patient is on this waitlist."""

    code = "already_waiting"
    message = gettext_noop("This patient is on the waitlist already.")


class WaitlistFull(DomainError):
    """As many wait as the policy allows."""

    code = "limit_reached"
    message = gettext_noop("The waitlist is full: %(limit)s patients wait already.")


class OfferOver(DomainError):
    """The offer's time is up, or the list has ended."""

    code = "offer_over"
    message = gettext_noop("This offer is over. The number went to the next patient.")


class DrawOpen(DomainError):
    """The numbers of this session are drawn by lot first."""

    code = "draw_open"
    message = gettext_noop("The numbers of this session are drawn by lot first. Enter the draw.")


class DrawOver(DomainError):
    """Requests are no longer taken, or there is no draw."""

    code = "draw_over"
    message = gettext_noop("The draw of this session takes no more requests.")


class AlreadyRequested(DomainError):
    """One request per patient and draw, also when it was withdrawn."""

    code = "already_requested"
    message = gettext_noop("This patient has entered this draw already. One request per patient counts.")
