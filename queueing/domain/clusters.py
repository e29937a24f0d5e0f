"""Means over patients who come in sessions: those of one morning share its luck, so they are not as many witnesses."""

from math import sqrt


def clustered_error(squares: float, sessions: int, count: float) -> float:
    """Standard error of a mean, or of another ratio of sums over sessions.

    Parameters
    ----------
    squares : float
        Over the sessions, the sum of (session's sum - ratio x its count)^2.
    sessions : int
        How many there are.
    count : float
        What the ratio is over: all patients together, above 0.

    Returns
    -------
    float
        In the unit of the ratio; 0 with one session, of which it is not known.

    Notes
    -----
    The linearised error of a ratio estimator, with the usual correction k / (k - 1) for k sessions.

    Examples
    --------
    >>> clustered_error(2.0, 2, 8), clustered_error(0.0, 1, 8)
    (0.25, 0.0)
    """
    return sqrt(max(0.0, squares) * sessions / (sessions - 1)) / count if sessions > 1 else 0.0


def error_of_sums(
    *, sessions: int, total: float, count: int, squares: float, products: float, counts_squared: float
) -> float:
    """Standard error of a mean over patients who come in sessions, from sums over the sessions.

    Parameters
    ----------
    sessions : int
        Those with a value.
    total : float
        Sum of all values.
    count : int
        How many there are, at least 1.
    squares, products, counts_squared : float
        Over the sessions: sums of (session's sum)^2, (session's sum) x (its count), and (its count)^2.

    Returns
    -------
    float
        In the unit of the values.

    Examples
    --------
    >>> alike = error_of_sums(sessions=2, total=40, count=4, squares=800, products=80, counts_squared=8)
    >>> apart = error_of_sums(sessions=2, total=40, count=4, squares=1000, products=80, counts_squared=8)
    >>> alike, round(apart, 2)
    (0.0, 5.0)
    """
    mean = total / count
    return clustered_error(squares - 2 * mean * products + mean**2 * counts_squared, sessions, count)
