"""Things that may come in any order."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from django.db import transaction

Thing = TypeVar("Thing")
End = TypeVar("End")


def in_every_order(
    left: Sequence[Thing], happen: Callable[[Thing], object], end: Callable[[], End]
) -> Iterator[End]:
    """The end of every order of these; what orders begin with in common is done once."""
    if not left:
        yield end()
    for place, one in enumerate(left):
        mark = transaction.savepoint()
        happen(one)
        yield from in_every_order([*left[:place], *left[place + 1 :]], happen, end)
        transaction.savepoint_rollback(mark)
