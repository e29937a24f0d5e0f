"""What setting up screens refuses; codes are stable."""

from hospital.common.errors import DomainError, Invalid, NotFound, gettext_noop


class NothingToShow(Invalid):
    """A screen has rooms, or a department to show."""

    code = "nothing_to_show"
    message = gettext_noop("Choose at least one room, or a department with the layout “a whole department”.")


class PairingUnknown(NotFound):
    """No screen shows this code."""

    code = "pairing_unknown"
    message = gettext_noop("No screen shows this code. Codes hold for 15 minutes; look at the screen again.")


class TooManyPairings(DomainError):
    """Somebody asks for codes that nobody types."""

    code = "too_many_pairings"
    status = 429
    message = gettext_noop("Too many screens are waiting to be added. Try again in 15 minutes.")


class NoticeEndsEarly(Invalid):
    """A line on a screen ends after it begins."""

    code = "notice_ends_early"
    message = gettext_noop("The end must be later than the beginning and than now.")
