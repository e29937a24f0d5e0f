"""How old somebody is."""

from datetime import date

from booking.domain.identity import age_on


def age(born: date | None, today: date) -> int | None:
    """Full years; None when the day of birth is not known.

    Parameters
    ----------
    born : date or None
        The day of birth.
    today : date
        In the hospital's zone.

    Returns
    -------
    int or None
        0 or more.

    Examples
    --------
    >>> age(date(2000, 2, 29), date(2026, 2, 28)), age(date(2000, 2, 29), date(2026, 3, 1)), age(None, date(2026, 3, 1))
    (25, 26, None)
    """
    return None if born is None else age_on(born, today)
