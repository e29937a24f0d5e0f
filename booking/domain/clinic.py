"""What a department, a room or an expert must have before patients meet them."""

from datetime import date

from booking.domain.errors import FeeImplausible, NameMissing

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""What a hospital may plan."""
FEE_MAX_FEN = 1_000_000


def check_fee(fee_fen: int) -> None:
    """A consultation costs nothing or up to 10,000 yuan; more is a slip of the keyboard.

    Parameters
    ----------
    fee_fen : int
        The fee [fen].

    Raises
    ------
    FeeImplausible
        Otherwise.

    Notes
    -----
    Our choice: a bound against a slip of the keyboard; no hospital's rule is behind it.

    Examples
    --------
    >>> check_fee(0), check_fee(5_000)
    (None, None)
    >>> check_fee(-1)
    Traceback (most recent call last):
        ...
    booking.domain.errors.clinic.FeeImplausible: The fee is between 0 and 10,000 yuan.
    """
    if not 0 <= fee_fen <= FEE_MAX_FEN:
        raise FeeImplausible(field="fee")


def check_names(*, name: str, name_en: str) -> None:
    """Both languages need a name, because pages come in both.

    Parameters
    ----------
    name, name_en : str
        The Chinese and the English name, as typed.

    Raises
    ------
    NameMissing
        When one is empty.

    Examples
    --------
    >>> check_names(name="骨科", name_en="Orthopaedics")
    >>> check_names(name="骨科", name_en=" ")
    Traceback (most recent call last):
        ...
    booking.domain.errors.clinic.NameMissing: Give the name in both languages.
    """
    for field, given in (("name", name), ("name_en", name_en)):
        if not given.strip():
            raise NameMissing(field=field)
