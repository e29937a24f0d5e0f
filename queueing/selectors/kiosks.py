"""Kiosks: who a token belongs to, what is written on the start page, how often a document was tried."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.domain.identity import identity
from hospital.accounts.selectors import token_find
from hospital.common.crypto import blind_index
from hospital.common.errors import DomainError, NotFound
from hospital.common.policy import policy
from queueing.models import CheckInTry, Kiosk
from queueing.selectors.desk import DeskSession, desk_sessions

_KINDS = ("resident", "hk_macau", "taiwan", "passport")
"""The strict ones first: nearly everything could be a passport."""
TRIES_COUNTED = timedelta(hours=1)
TOKEN_MAX = 200


@dataclass(frozen=True, slots=True)
class PoolLine:
    """How many numbers a department has left for people who come without a booking."""

    department: str
    department_en: str
    left: int


def kiosk_by_token(*, token: str) -> Kiosk | None:
    """The kiosk that was paired with this token; None when it was not, or the token has ended."""
    found = token_find(token) if token and len(token) <= TOKEN_MAX else None
    if found is None or found.device != "kiosk":
        return None
    return Kiosk.objects.select_related("token", "printer").filter(token=found.pk).first()


def kiosks_all() -> list[Kiosk]:
    """Every kiosk whose token is valid, with where it prints."""
    valid = Kiosk.objects.filter(token__revoked_at=None)
    return list(valid.select_related("token", "printer").order_by("token__name", "pk"))


def kiosk_by_code(*, code: str) -> Kiosk:
    """The kiosk of this code. Raises ``NotFound``."""
    found = Kiosk.objects.select_related("token").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def pool_lines(*, now: datetime) -> list[PoolLine]:
    """Departments that still take walk-ins today, in the desk's order."""
    return _by_department(desk_sessions(now=now))


def _by_department(sessions: Iterable[DeskSession]) -> list[PoolLine]:
    lines: dict[str, PoolLine] = {}
    for one in sessions:
        before = lines.get(one.department)
        left = one.pool_left + (before.left if before else 0)
        if left:
            lines[one.department] = PoolLine(one.department, one.department_en, left)
    return list(lines.values())


def document_index(id_number: str) -> bytes:
    """How a document is counted without being kept: one index however it is written and however often renewed."""
    for id_type in _KINDS:
        with suppress(DomainError):
            return blind_index("check-in try", identity(id_type, id_number).number)
    return blind_index("check-in try", id_number)


def tries_of(*, id_index: bytes, now: datetime) -> int:
    """How often this document was tried within the last hour."""
    return CheckInTry.objects.filter(id_index=id_index, at__gt=now - TRIES_COUNTED).count()


def tries_left(*, id_number: str, now: datetime) -> int:
    """How often this document may still be tried with other digits."""
    return max(0, policy().kiosk_tries - tries_of(id_index=document_index(id_number), now=now))
