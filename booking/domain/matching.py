"""How well an expert fits what somebody typed."""


def match_rank(q: str, *, names: tuple[str, ...], specialty: tuple[str, ...]) -> int:
    """The lower, the better: 0 a name, 1 what the expert treats, 2 anything else (the department).

    Examples
    --------
    >>> match_rank("胸闷", names=("陈望舒",), specialty=("冠心病、胸闷",))
    1
    """
    wanted = q.strip().casefold()
    if any(wanted in name.casefold() for name in names if name):
        return 0
    return 1 if any(wanted in text.casefold() for text in specialty if text) else 2
