"""Who may see a thing that an account made: the account itself, and the staff."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from booking.domain.errors import UnknownNumber
from hospital.models import User

STAFF = frozenset({"desk", "manager", "administrator"})
M = TypeVar("M", bound=Model)


def own_or_any(found: QuerySet[M], *, user: User, code: str, field: str, by: str = "account") -> M:
    """The thing of this code: one's own (``by`` leads to its account), any for the staff.

    Raises
    ------
    UnknownNumber
        When there is none; a stranger's does not exist.
    """
    found = found.filter(code=code)
    if user.role not in STAFF:
        found = found.filter(**{by: user})
    thing = found.first()
    if thing is None:
        raise UnknownNumber(field=field)
    return thing
