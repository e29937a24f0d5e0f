"""How a queue number is written."""


def display_number(letter: str, number: int) -> str:
    """The number as patients see and hear it.

    Parameters
    ----------
    letter : str
        The letter of the queue, so that the numbers of two rooms never look alike.
    number : int
        From 1, unique in the queue.

    Returns
    -------
    str
        Letter and at least two digits.

    Examples
    --------
    >>> display_number("A", 7), display_number("B", 123)
    ('A07', 'B123')
    """
    return f"{letter}{number:02d}"
