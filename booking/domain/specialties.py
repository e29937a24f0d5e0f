"""What an expert's profile lists."""

import re

_PARTS = re.compile(r"[、，,;；/]+")


def parts(text: str) -> tuple[str, ...]:
    """A list in a profile, one by one.

    Parameters
    ----------
    text : str
        As somebody typed it.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> parts("头痛、 眩晕；"), parts("headache, vertigo")
    (('头痛', '眩晕'), ('headache', 'vertigo'))
    """
    return tuple(part.strip() for part in _PARTS.split(text) if part.strip())
