"""Screens: add, set up, load again, retire."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from booking import selectors as booking
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.errors import NotFound
from hospital.common.transactions import transactional
from queueing.domain.screen_errors import NothingToShow
from queueing.models import Screen, ScreenRoom
from queueing.selectors.screens import Way, token_digest
from queueing.services.pairings import pairing_use

TOKEN_BYTES = 24


class ScreenSetup(TypedDict, total=False):
    """How a screen looks and sounds, and what it shows."""

    name: str
    name_en: str
    place: str
    place_en: str
    layout: str
    theme: str
    language: str
    bilingual: bool
    numbers_only: bool
    sound: str
    department_code: str
    room_codes: Sequence[str]
    ways: Mapping[str, Way]
    """By the code of the room."""


@transactional
def screen_add(
    *, actor: Actor, now: datetime, pairing: str = "", **setup: Unpack[ScreenSetup]
) -> tuple[Screen, str]:
    """A new screen; its token is given out now and never again. With a pairing code the screen has its own already.

    Raises
    ------
    booking's UnknownNumber (``not_found``)
        When a room or the department does not exist.
    PairingUnknown (``pairing_unknown``)
        When no screen shows that code any longer.
    NothingToShow (``nothing_to_show``)
        When it has neither a room nor a department.
    """
    token = "" if pairing else secrets.token_urlsafe(TOKEN_BYTES)
    digest = pairing_use(code=pairing, now=now) if pairing else token_digest(token)
    screen = Screen(token_digest=digest, created_at=now)
    columns = _set(screen, setup)
    _check(screen, setup)
    screen.save()
    _set_rooms(screen, setup)
    history.begin(screen, "add", state="on", actor=actor, at=now, data=columns)
    return screen, token


@transactional
def screen_change(*, screen_code: str, actor: Actor, now: datetime, **setup: Unpack[ScreenSetup]) -> Screen:
    """The screen loads itself again with its new set-up, at once or as soon as it is back.

    Raises
    ------
    NotFound, booking's UnknownNumber, NothingToShow
        As for :func:`screen_add`.
    """
    screen = _locked(screen_code)
    columns = _set(screen, setup)
    _check(screen, setup)
    screen.setup += 1
    screen.save(update_fields=[*columns, "department", "setup"])
    _set_rooms(screen, setup)
    history.note(screen, "change", state=_state(screen), actor=actor, at=now, data=columns)
    live.announce(f"screen.{screen.pk}", "screen.changed", screen=screen.pk)
    return screen


@transactional
def screen_reload(*, screen_code: str, actor: Actor, now: datetime) -> Screen:
    """The screen loads its page again, at once or as soon as it is back. Raises NotFound."""
    screen = _locked(screen_code)
    screen.setup += 1
    screen.save(update_fields=["setup"])
    history.note(screen, "reload", state=_state(screen), actor=actor, at=now)
    live.announce(f"screen.{screen.pk}", "screen.changed", screen=screen.pk)
    return screen


@transactional
def screen_revoke(*, screen_code: str, actor: Actor, now: datetime) -> Screen:
    """A revoked screen's address stops working at once; revoking again changes nothing.

    Raises
    ------
    NotFound
        When there is no such screen.
    """
    screen = _locked(screen_code)
    if screen.revoked_at is not None:
        return screen
    screen.revoked_at = now
    screen.save(update_fields=["revoked_at"])
    history.record(thing=screen, verb="revoke", from_state="on", to_state="revoked", actor=actor, at=now)
    live.announce(f"screen.{screen.pk}", "screen.revoked", screen=screen.pk)
    return screen


def _locked(code: str) -> Screen:
    screen = Screen.objects.select_for_update().filter(code=code).first()
    if screen is None:
        raise NotFound
    return screen


def _state(screen: Screen) -> str:
    return "on" if screen.revoked_at is None else "revoked"


def _set(screen: Screen, setup: ScreenSetup) -> dict[str, object]:
    """Write what is said of the screen's own columns; they are given back for the history."""
    others = {"room_codes", "ways", "department_code"}
    columns = {name: value for name, value in setup.items() if name not in others}
    for name, value in columns.items():
        setattr(screen, name, value)
    if "department_code" in setup:
        code = setup["department_code"]
        screen.department_id = booking.department_by_code(code=code).pk if code else None
    return columns


def _set_rooms(screen: Screen, setup: ScreenSetup) -> None:
    """The rooms in their order, with the way to each."""
    if "room_codes" not in setup:
        return
    codes, ways = list(dict.fromkeys(setup["room_codes"])), setup.get("ways", {})
    rooms, nowhere = booking.rooms_by_code(codes=codes), Way("", "", "")
    screen.rooms.all().delete()
    ScreenRoom.objects.bulk_create(
        ScreenRoom(
            screen=screen,
            room=rooms[code],
            position=position,
            arrow=way.arrow,
            way=way.text,
            way_en=way.text_en,
        )
        for position, code in enumerate(codes)
        for way in [ways.get(code, nowhere)]
    )


def _check(screen: Screen, setup: ScreenSetup) -> None:
    """A screen of a department needs no rooms; any other does."""
    whole = screen.layout == Screen.Layout.DEPARTMENT and screen.department_id is not None
    rooms = setup["room_codes"] if "room_codes" in setup else screen.pk and screen.rooms.exists()
    if not whole and not rooms:
        raise NothingToShow(field="room_codes")
