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


def queue_letter(position: int) -> str:
    """The letter of the ``position``-th queue of a day: A..Z without I, O and Q (look-alikes), then AA, AB,
    ...

    Parameters
    ----------
    position : int
        From 0.

    Examples
    --------
    >>> [queue_letter(n) for n in (0, 1, 7, 8, 22, 23)]
    ['A', 'B', 'H', 'J', 'Z', 'AA']
    """
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    rounds, rest = divmod(position, len(letters))
    return (letters[rounds - 1] if rounds else "") + letters[rest]
