"""Grades of experts, and who may sit for whom."""

GRADES = ("attending", "associate", "chief")
"""Titles of experts, lowest first."""


def grades_from(title: str) -> tuple[str, ...]:
    """``title`` and the higher ones.

    Parameters
    ----------
    title : str
        One of :data:`GRADES`.

    Returns
    -------
    tuple of str
        Lowest first.

    Examples
    --------
    >>> grades_from("associate")
    ('associate', 'chief')
    """
    return GRADES[GRADES.index(title) :]


def may_substitute(*, title: str, fee_fen: int, for_title: str, paid_fen: int) -> bool:
    """Whether an expert of the same department may take another's session over.

    Parameters
    ----------
    title, for_title : str
        Grades of the substitute and of who was to sit, of :data:`GRADES`.
    fee_fen, paid_fen : int
        The substitute's own fee, and what patients pay for the session.

    Returns
    -------
    bool

    Notes
    -----
    Rule "substitution" of the domain: at least the same grade. Our choice: at least the same fee, which patients paid.

    Examples
    --------
    >>> may_substitute(title="chief", fee_fen=5000, for_title="associate", paid_fen=5000)
    True
    >>> may_substitute(title="attending", fee_fen=5000, for_title="associate", paid_fen=5000)
    False
    >>> may_substitute(title="chief", fee_fen=3000, for_title="chief", paid_fen=5000)
    False
    """
    return title in grades_from(for_title) and fee_fen >= paid_fen
