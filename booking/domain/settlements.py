"""A provider's day against ours: which orders differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Entry(NamedTuple):
    """What one line of money is about: an order that was paid, or (with ``refund_no``) a refund of it."""

    order_no: str
    refund_no: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry on which the two sides differ; amounts in fen, None where a side has nothing."""

    kind: str
    entry: Entry
    ours_fen: int | None
    theirs_fen: int | None


def differences(
    ours: Mapping[Entry, int],
    theirs: Mapping[Entry, int],
    *,
    ours_on_other_days: Mapping[Entry, int],
    theirs_on_other_days: Mapping[Entry, int],
) -> list[Difference]:
    """Where our books and the statement of one day differ.

    Parameters
    ----------
    ours, theirs : mapping of Entry to int
        The day's entries with their amounts in fen.
    ours_on_other_days, theirs_on_other_days : mapping of Entry to int
        Entries of other days that may belong to this one: we write down when we learnt of the money, the provider
        when it moved, so that a payment at midnight stands on two days. The same entry with the same amount on the
        other side's neighbouring day is no difference (our choice).

    Returns
    -------
    list of Difference
        By order and refund number.

    Notes
    -----
    Our choice: orders of the neighbouring days are no differences when the amounts agree, else every midnight would
    have some.

    Examples
    --------
    >>> a, b, c, d = (Entry(name) for name in "abcd")
    >>> found = differences({a: 5000, b: 5000, d: 700}, {a: 5000, b: 4999, c: 1},
    ...                     ours_on_other_days={}, theirs_on_other_days={d: 700})
    >>> [(each.kind, each.entry.order_no, each.ours_fen, each.theirs_fen) for each in found]
    [('amount', 'b', 5000, 4999), ('only_theirs', 'c', None, 1)]
    """
    found = []
    for entry in sorted(ours.keys() | theirs.keys()):
        mine, said = ours.get(entry), theirs.get(entry)
        if mine == said:
            continue
        if mine is not None and said is not None:
            found.append(Difference("amount", entry, mine, said))
        elif said is None and theirs_on_other_days.get(entry) != mine:
            found.append(Difference("only_ours", entry, mine, None))
        elif mine is None and ours_on_other_days.get(entry) != said:
            found.append(Difference("only_theirs", entry, None, said))
    return found
