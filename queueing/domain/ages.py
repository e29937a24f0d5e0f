"""How old somebody is."""

from datetime import date


def age(born: date | None, today: date) -> int | None:
    """Full years; None when the day of birth is not known.

    Examples
    --------
    >>> age(date(2000, 2, 29), date(2026, 2, 28)), age(date(2000, 2, 29), date(2026, 3, 1)), age(None, date(2026, 3, 1))
    (25, 26, None)
    """
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
