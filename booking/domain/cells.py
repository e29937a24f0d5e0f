"""Cells of files that people open in a spreadsheet, which takes some texts for formulas."""

INJECTED = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""A cell that begins with one of these is a formula to a spreadsheet."""


def quoted(value: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    Parameters
    ----------
    value : str
        Any text.

    Returns
    -------
    str
        With an apostrophe before what a spreadsheet would calculate.

    Examples
    --------
    >>> quoted("=1+1"), quoted("C01")
    ("'=1+1", 'C01')
    """
    return f"'{value}" if value.startswith(INJECTED) else value


def unquoted(value: str) -> str:
    """The cell as it was before :func:`quoted`.

    Parameters
    ----------
    value : str
        A cell as read from a file.

    Returns
    -------
    str

    Examples
    --------
    >>> unquoted("'=1+1"), unquoted("'tis")
    ('=1+1', "'tis")
    """
    return value[1:] if value.startswith("'") and value[1:].startswith(INJECTED) else value
