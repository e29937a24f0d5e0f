"""How long a room may call nobody."""

from queueing.domain.errors import PauseTooLong


def check_pause(minutes: int, *, most_min: int) -> None:
    """A pause is said in minutes and has an end, so that patients know what to expect.

    Parameters
    ----------
    minutes : int
        How long, as the expert guesses.
    most_min : int
        The policy's limit, at least 5.

    Raises
    ------
    PauseTooLong
        When it is longer, or no pause at all.

    Examples
    --------
    >>> check_pause(10, most_min=120)
    >>> check_pause(121, most_min=120)
    Traceback (most recent call last):
    ...
    queueing.domain.errors.PauseTooLong: A pause lasts from 1 to 120 minutes.
    """
    if not 1 <= minutes <= most_min:
        raise PauseTooLong(field="minutes", minutes=most_min)
