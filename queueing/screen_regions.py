"""The live region of a waiting-room screen: its layouts, what is spoken, the lines below."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from hospital.common import clock
from hospital.common.feeds import Content, Source
from hospital.common.language import LANGUAGES
from queueing.models import Screen
from queueing.regions import LiveView, wall
from queueing.selectors.boards import Board, BoardCall
from queueing.selectors.screens import (
    NEXT_SHOWN,
    ScreenBoard,
    Way,
    screen_board,
    screen_likeness,
    screen_topics,
)

REFRESH_S = 15.0
PAGE = (
    "js/screen.js",
    "js/live.js",
    "css/screen.css",
    "css/board.css",
    "css/tokens.css",
)
"""What a screen's page is made of, with what these import: when one changes, the page is an old one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the notices."""

    text: str
    language: str


def screen_source(*, screen: Screen, language: str) -> Source:
    """The board of ``screen``; screens that show the same share it."""
    topics = frozenset(
        topic for topic in screen_topics(screen=screen, now=clock.now()) if not topic.startswith("screen.")
    )

    def build() -> Content:
        return screen_view(screen=screen, language=language, now=clock.now()).content()

    key = f"board.{language}.{screen_likeness(screen=screen)}"
    return Source(key, topics, build, rank=0, refresh_s=REFRESH_S)


def screen_view(*, screen: Screen, language: str, now: datetime) -> LiveView:
    """The board as a screen shows it."""
    board = screen_board(screen=screen, now=now)
    topics = frozenset([*(f"queue.{pk}" for pk in board.queue_ids), "screens"])
    other = next(one for one in LANGUAGES if one != language)
    with translation.override(language):
        context = {
            "board": board,
            "rows": [_row(screen, row, board.ways) for row in board.rows],
            "ways": any(way.arrow or way.text for way in board.ways.values()),
            "calls": [_call(call, board.ways) for call in _still_called(board)],
            "notices": _notices(board, language, other if screen.bilingual else ""),
            "layout": screen.layout,
            "language": language,
            "other": other if screen.bilingual else "",
            "build": page_build(),
        }
        html = render_to_string("queueing/_board.html", context)
    return LiveView(board.revision, mark_safe(html), wall(now), topics)  # noqa: S308 - our own template


@cache
def page_build() -> str:
    """Which release of the page this process serves: a digest of its files' names, which hold digests of their own."""
    names = "\n".join(static(name) for name in PAGE)
    return hashlib.sha256(names.encode()).hexdigest()[:8]


def _still_called(board: ScreenBoard) -> list[BoardCall]:
    """Who went in or was passed is not called any longer."""
    called = {
        (row.now_serving.number, row.room)
        for row in board.rows
        if row.now_serving and row.now_serving.state == "called"
    }
    return [call for call in board.calls if (call.number, call.room) in called]


def _row(screen: Screen, row: Board, ways: Mapping[str, Way]) -> dict[str, Any]:
    wanted = NEXT_SHOWN.get(screen.layout, 0)
    return {
        "room": row,
        "waiting": row.waiting,
        "gaps": range(wanted - len(row.waiting)),
        "way": ways.get(row.room),
    }


def _call(call: BoardCall, ways: Mapping[str, Way]) -> dict[str, Any]:
    way = ways.get(call.room)
    return {
        "id": call.id,
        "number": call.number,
        "name": call.name,
        "room": call.room,
        "called_at": wall(call.called_at),
        "long": len(call.number) > 3 or len(call.name) > 3 or len(call.room) > 3,
        "arrow": way.arrow if way else "",
        "spoken_zh": spoken(call, "zh-hans"),
        "spoken_en": spoken(call, "en"),
    }


def spoken(call: BoardCall, language: str) -> str:
    """What a voice says: the number and the room, never the name."""
    with translation.override(language):
        return gettext("Number %(number)s, please go to room %(room)s.") % {
            "number": spelled(call.number),
            "room": call.room,
        }


def spelled(number: str) -> str:
    """``A17`` as ``A 17``, so that a voice does not read it as a word."""
    return " ".join(
        part for part in (number.rstrip("0123456789"), number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) if part
    )


def _notices(board: ScreenBoard, language: str, other: str) -> list[Line]:
    """The managers' lines first, each in both languages where the screen speaks both; then what always holds."""
    lines = []
    for notice in board.notices:
        texts = {"zh-hans": notice.text, "en": notice.text_en}
        first = texts[language] or notice.text
        lines.append(Line(first, language if texts[language] else "zh-hans"))
        if other and texts[other] and texts[other] != first:
            lines.append(Line(texts[other], other))
    for one in filter(None, (language, other)):
        with translation.override(one):
            lines += [Line(text, one) for text in _standing()]
    return lines


def _standing() -> list[str]:
    return [
        gettext("In each time slot booked patients go first, so numbers may jump."),
        gettext("Passed? Report to the nurse desk. There is nothing more to pay."),
        gettext("Scan the code on your slip: your phone shows your place."),
    ]
