"""Who may send a patient to another queue, and what that changes in the money."""

from hospital.common.roles import DESK


def may_transfer(*, role: str, target_takes: bool) -> bool:
    """Whether somebody of this role may send a patient to the target.

    Parameters
    ----------
    role : str
        Of whoever sends.
    target_takes : bool
        Whether the target's policy takes patients from colleagues.

    Returns
    -------
    bool

    Notes
    -----
    "It needs permission at the target": our reading is that the target's expert or department gives it once, as a rule
    of its own, and that the desk and managers, who see all queues, may send anywhere.

    Examples
    --------
    >>> may_transfer(role="expert", target_takes=True), may_transfer(role="expert", target_takes=False)
    (True, False)
    >>> may_transfer(role="desk", target_takes=False)
    True
    """
    return target_takes or role in DESK


def fee_difference(*, target_fee_fen: int, paid_fen: int, settled_fen: int, waived: bool) -> int:
    """What the patient still has to pay for the new queue; negative when the desk hands something back.

    Parameters
    ----------
    target_fee_fen : int
        Fee of the target's session, in fen.
    paid_fen : int
        Fee of the number that the patient has.
    settled_fen : int
        Differences of earlier transfers that were settled, added up.
    waived : bool
        The number was free of charge: then the new one is, too.

    Returns
    -------
    int
        In fen; 0 when there is nothing to settle.

    Examples
    --------
    >>> fee_difference(target_fee_fen=5000, paid_fen=3000, settled_fen=0, waived=False)
    2000
    >>> fee_difference(target_fee_fen=3000, paid_fen=3000, settled_fen=2000, waived=False)
    -2000
    >>> fee_difference(target_fee_fen=5000, paid_fen=0, settled_fen=0, waived=True)
    0
    """
    return 0 if waived else target_fee_fen - paid_fen - settled_fen
