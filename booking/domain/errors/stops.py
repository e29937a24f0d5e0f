"""Stopped clinics."""

from hospital.common.errors import DomainError, Invalid, gettext_noop


class NotAChoice(DomainError):
    """A stopped clinic's patient may only take a number of the same grade and fee."""

    code = "not_a_choice"
    message = gettext_noop("This time cannot be chosen instead. Choose one of those shown.")


class ChosenAlready(DomainError):
    """The patient of a stopped clinic has chosen, or was refunded."""

    code = "chosen_already"
    message = gettext_noop("This has been settled already. The page shows how.")


class OnSite(DomainError):
    """The patient of a stopped clinic is in the hospital: the desk helps in person."""

    code = "on_site"
    message = gettext_noop("You are checked in at the hospital. Please go to the front desk.")


class StopNotOpen(DomainError):
    """The stop was carried out or discarded."""

    code = "stop_not_open"
    message = gettext_noop("This stop is being carried out or was discarded; it can no longer be changed.")


class TooSoon(Invalid):
    """Patients need time to answer."""

    code = "too_soon"
    message = gettext_noop("Give patients at least an hour to answer.")
