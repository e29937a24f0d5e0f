"""Screens: add with a token shown once, revoke, note a sign of life."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from booking import selectors as booking
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.errors import NotFound
from hospital.common.transactions import transactional
from queueing.models import Screen, ScreenRoom
from queueing.selectors.screens import token_digest

TOKEN_BYTES = 24


@transactional
def screen_add(
    *,
    name: str,
    place: str,
    room_codes: Sequence[str],
    actor: Actor,
    now: datetime,
    name_en: str = "",
    place_en: str = "",
    layout: str = Screen.Layout.ROOMS,
    language: str = "zh-hans",
) -> tuple[Screen, str]:
    """A new screen shows these rooms in this order; its token is given out now and never again.

    Raises
    ------
    booking's UnknownNumber (``not_found``)
        When a room does not exist.
    """
    rooms = booking.rooms_by_code(codes=room_codes)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    screen = Screen.objects.create(
        name=name,
        name_en=name_en,
        place=place,
        place_en=place_en,
        layout=layout,
        language=language,
        token_digest=token_digest(token),
        created_at=now,
    )
    ScreenRoom.objects.bulk_create(
        ScreenRoom(screen=screen, room=rooms[code], position=position)
        for position, code in enumerate(room_codes)
    )
    history.begin(screen, "add", state="on", actor=actor, at=now)
    return screen, token


@transactional
def screen_revoke(*, screen_code: str, actor: Actor, now: datetime) -> Screen:
    """A revoked screen's address stops working at once; revoking again changes nothing.

    Raises
    ------
    NotFound
        When there is no such screen.
    """
    screen = Screen.objects.select_for_update().filter(code=screen_code).first()
    if screen is None:
        raise NotFound
    if screen.revoked_at is not None:
        return screen
    screen.revoked_at = now
    screen.save(update_fields=["revoked_at"])
    history.record(thing=screen, verb="revoke", from_state="on", to_state="revoked", actor=actor, at=now)
    live.announce(f"screen.{screen.pk}", "screen.revoked", screen=screen.pk)
    return screen
