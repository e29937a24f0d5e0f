"""Which behaviour of an account looks like a robot's or a scalper's, and how much it weighs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

SCORE_MAX = 100
SIGNAL_DAYS = 7
"""A signal counts for so long after it was last seen."""
PAYER_DAYS = 30
PAYER = "payer"
PAYER_WEIGHT = 60
"""Alone more than what asks for a challenge by default."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an account did in the last days.

    ``unpaid``: holds that ran out or were given back before they were paid. ``cancels``: paid numbers given back.
    ``patients``: different people booked for. ``device_accounts``: accounts on the same device, this one included.
    ``payer_patients``: people paid for by one payer of this account, in 30 days. ``address_tries``: tries to book
    from the same address within minutes.
    """

    age_days: float = 365.0
    holds: int = 0
    unpaid: int = 0
    cancels: int = 0
    patients: int = 0
    device_accounts: int = 1
    payer_patients: int = 0
    address_tries: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing noticed: what, how much it weighs, and the number that it goes by."""

    kind: str
    weight: int
    count: int


def signals(facts: Facts, *, payer_limit: int) -> list[Signal]:
    """What is noticeable about an account, the heaviest first.

    Parameters
    ----------
    facts : Facts
        What it did.
    payer_limit : int
        The policy's number of people that one payer may pay for in 30 days.

    Returns
    -------
    list of Signal
        Only what weighs something; each kind once.

    Notes
    -----
    Our choice. None of the usual lives of a family weighs anything; an address or a new account alone, which many
    honest people share or have, never reaches a challenge (50 by default).

    Examples
    --------
    A family of four that once let a hold run out and cancelled once:

    >>> signals(Facts(holds=5, unpaid=1, cancels=1, patients=4), payer_limit=10)
    []

    An account made today, behind the address of a whole company:

    >>> score(signals(Facts(age_days=0.1, holds=1, address_tries=500), payer_limit=10))
    20

    A scalper: holds that nobody pays, for many people, on a device with other accounts:

    >>> found = signals(Facts(age_days=0.5, holds=9, unpaid=6, patients=5, device_accounts=4), payer_limit=10)
    >>> [(one.kind, one.weight) for one in found], score(found)
    ([('shared_device', 40), ('unpaid', 30), ('patients', 15), ('new_account', 10)], 95)

    One payer for as many people as the limit allows:

    >>> score(signals(Facts(holds=3, payer_patients=10), payer_limit=10))
    60
    """
    found = [
        Signal(PAYER, PAYER_WEIGHT if facts.payer_patients >= payer_limit else 0, facts.payer_patients),
        Signal("shared_device", min(40, 15 * max(0, facts.device_accounts - 1)), facts.device_accounts),
        Signal("unpaid", min(30, 6 * facts.unpaid) if facts.unpaid >= 3 else 0, facts.unpaid),
        Signal("cancels", min(30, 6 * facts.cancels) if facts.cancels >= 3 else 0, facts.cancels),
        Signal(
            "patients", min(25, 15 + 5 * (facts.patients - 5)) if facts.patients >= 5 else 0, facts.patients
        ),
        Signal("new_account", 10 if facts.age_days < 1 and facts.holds else 0, facts.holds),
        Signal("address", 10 if facts.address_tries >= 100 else 0, facts.address_tries),
    ]
    return sorted((one for one in found if one.weight), key=lambda one: -one.weight)


def score(found: Iterable[Signal]) -> int:
    """Points of 100: the weights of all signals together.

    Parameters
    ----------
    found : iterable of Signal
        Of one account.

    Returns
    -------
    int
        0 to 100.

    Notes
    -----
    Our choice (docs/adr/0021): the score asks for a proof of work, it never bans.

    Examples
    --------
    >>> score([Signal("payer", 60, 11), Signal("unpaid", 30, 6), Signal("cancels", 30, 5)])
    100
    """
    return min(SCORE_MAX, sum(one.weight for one in found))
