"""Consulting rooms."""

from collections.abc import Iterable

from booking.domain.errors import UnknownNumber
from booking.models import Room


def rooms_all() -> list[Room]:
    """All rooms, by name."""
    return list(Room.objects.order_by("name", "pk"))


def rooms_by_code(*, codes: Iterable[str]) -> dict[str, Room]:
    """Rooms by code. Raises ``UnknownNumber`` when one does not exist."""
    wanted = set(codes)
    found = {room.code: room for room in Room.objects.filter(code__in=wanted)}
    if found.keys() != wanted:
        raise UnknownNumber(field="room")
    return found
