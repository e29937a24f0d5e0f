"""Schedules, and files that are taken in."""

from hospital.common.errors import DomainError, Invalid, gettext_noop


class SessionTooShort(Invalid):
    """A session lasts one slot at least, and less than a day."""

    code = "session_too_short"
    message = gettext_noop("A session lasts at least one slot and at most 16 hours.")


class PeriodsOverlap(DomainError):
    """The expert has another session or recurring period at that time."""

    code = "periods_overlap"
    message = gettext_noop("%(expert)s has another session at that time: %(period)s.")


class WalkInsAfterOpening(DomainError):
    """Walk-ins register before the session or when it opens."""

    code = "walk_ins_after_opening"
    message = gettext_noop("Walk-in registration begins at the latest when the session does, at %(time)s.")


class SessionStarted(DomainError):
    """What has begun cannot be planned anew."""

    code = "session_started"
    message = gettext_noop("This session has begun or is over; its plan can no longer be changed.")


class LowerGrade(DomainError):
    """Patients paid for a higher grade than the substitute's."""

    code = "lower_grade"
    message = gettext_noop(
        "Patients paid for a higher grade or another department. Stop the clinic instead, so that they can choose."
    )


class WordKnown(DomainError):
    """The department has this word already."""

    code = "word_known"
    message = gettext_noop("This department has this word already.")


class WordsRefused(Invalid):
    """A file of words cannot be taken in; nothing was changed."""

    code = "words_refused"
    message = gettext_noop("Nothing was taken in. Wrong lines: %(rows)s")


class FileUnreadable(Invalid):
    """Neither CSV nor XLSX, or too large."""

    code = "file_unreadable"
    message = gettext_noop("This is no CSV or XLSX file of at most 5000 lines and 2 MB.")
