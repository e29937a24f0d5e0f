"""The live regions: what the page, its partial's own address and the socket all show, rendered in one place.

A :class:`LiveView` is one partial rendered from what selectors answer, in a constant number of queries. A source tells
the hub how to build it again and which topics change it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from booking import selectors as booking
from hospital.common import clock
from hospital.common.errors import NotFound
from hospital.common.feeds import Content, Gone, Source
from hospital.common.roles import STAFF
from queueing.domain.advice import MARK_WIDTH, Advice, waiting_advice
from queueing.models import Screen
from queueing.selectors.live import queue_of_session, screen_rooms
from queueing.selectors.screens import screen_board, screen_topics
from queueing.selectors.tickets import TicketLive, ticket_live

UNKNOWN = 4404
SCREEN_REFRESH_S = 15.0
TICKET_REFRESH_S = 60.0
WAITING_SHOWN = 3
LANGUAGES = ("zh-hans", "en")
TITLES = {
    "chief": gettext_lazy("chief physician"),
    "associate": gettext_lazy("associate chief physician"),
    "attending": gettext_lazy("attending physician"),
}


@dataclass(frozen=True, slots=True)
class LiveView:
    """A rendered live region."""

    revision: int
    html: SafeString
    at: str
    """When the database was read, on the hospital's wall clock with offset."""
    topics: frozenset[str]

    @property
    def etag(self) -> str:
        """Equal for equal content."""
        digest = hashlib.sha256(f"{self.revision}\0{self.html}".encode()).hexdigest()
        return f'"{digest[:20]}"'

    def content(self) -> Content:
        """As the hub sends it. ``at`` is left to the hub, so that unchanged content stays equal."""
        return Content(self.revision, {"html": str(self.html), "etag": self.etag}, self.topics)


# -- screens ---------------------------------------------------------------------------------------------------------


def screen_source(*, screen: Screen, language: str) -> Source:
    """The board of ``screen``'s rooms; screens of the same rooms share it."""
    rooms = screen_rooms(screen=screen)
    key = f"board.{language}.{screen.layout}.{'-'.join(map(str, rooms))}"
    topics = _shared(screen_topics(screen=screen, now=clock.now()))

    def build() -> Content:
        return screen_view(screen=screen, language=language, now=clock.now()).content()

    return Source(key, topics, build, rank=0, refresh_s=SCREEN_REFRESH_S)


def screen_view(*, screen: Screen, language: str, now: datetime) -> LiveView:
    """The board as a screen shows it."""
    board = screen_board(screen=screen, now=now)
    topics = frozenset(f"queue.{pk}" for pk in board.queue_ids)
    called = {
        (row.now_serving.number, row.room)
        for row in board.rows
        if row.now_serving and row.now_serving.state == "called"
    }  # who went in or was passed is not called any longer
    with translation.override(language):
        context = {
            "board": board,
            "rows": [_row(row) for row in board.rows],
            "calls": [_call(call) for call in board.calls if (call.number, call.room) in called],
            "language": language,
            "other": "zh-hans" if language == "en" else "en",
        }
        html = render_to_string("queueing/_board.html", context)
    return LiveView(board.revision, mark_safe(html), _wall(now), topics)  # noqa: S308 - our own template


def _shared(topics: Sequence[str]) -> frozenset[str]:
    return frozenset(topic for topic in topics if not topic.startswith("screen."))


def _row(row: Any) -> dict[str, Any]:
    waiting = row.waiting[:WAITING_SHOWN]
    return {"room": row, "waiting": waiting, "gaps": range(WAITING_SHOWN - len(waiting))}


def _call(call: Any) -> dict[str, Any]:
    spoken = {}
    for language in LANGUAGES:
        with translation.override(language):
            spoken[language] = gettext("Number %(number)s, please go to room %(room)s.") % {
                "number": spelled(call.number),
                "room": call.room,
            }
    return {
        "id": call.id,
        "number": call.number,
        "name": call.name,
        "room": call.room,
        "called_at": _wall(call.called_at),
        "long": len(call.number) > 3 or len(call.name) > 3 or len(call.room) > 3,
        "spoken_zh": spoken["zh-hans"],
        "spoken_en": spoken["en"],
    }


def spelled(number: str) -> str:
    """``A17`` as ``A 17``, so that a voice does not read it as a word."""
    return " ".join(
        part for part in (number.rstrip("0123456789"), number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) if part
    )


# -- tickets ---------------------------------------------------------------------------------------------------------


def ticket_source(*, code: str, language: str) -> Source | None:
    """A patient's own ticket, or None when the code is unknown."""
    try:
        live = ticket_live(code=code, now=clock.now())
    except NotFound:
        return None

    def build() -> Content:
        try:
            return ticket_view(code=code, language=language, now=clock.now()).content()
        except NotFound:
            raise Gone(UNKNOWN) from None

    return Source(
        f"ticket.{language}.{code}", _ticket_topics(live), build, rank=1, refresh_s=TICKET_REFRESH_S
    )


def ticket_view(*, code: str, language: str, now: datetime) -> LiveView:
    """The live page's region. Raises TicketUnknown."""
    live = ticket_live(code=code, now=now)
    with translation.override(language):
        template = "queueing/_ticket_stopped.html" if live.stopped else "queueing/_ticket.html"
        html = render_to_string(template, _ticket_context(live, language, now))
    return LiveView(live.revision, mark_safe(html), _wall(now), _ticket_topics(live))  # noqa: S308 - our own template


def _ticket_context(live: TicketLive, language: str, now: datetime) -> dict[str, Any]:
    expected = live.expected_at
    advice = Advice()
    if live.state == "waiting" and expected is not None:
        advice = waiting_advice(p20=expected.p20, p80=expected.p80, come_back_at=live.come_back_at, now=now)
    english = language == "en"
    return {
        "ticket": live,
        "advice": advice,
        "width": MARK_WIDTH,
        "calls": live.recalls + 1,
        "calls_most": live.recall_limit + 1,
        "expert": (live.expert_en if english else "") or live.expert,
        "department": (live.department_en if english else "") or live.department,
        "title": TITLES.get(live.title, ""),
        "place": (live.place_en if english else "") or live.place,
        "language": language,
    }


def _ticket_topics(live: TicketLive) -> frozenset[str]:
    return frozenset({f"ticket.{live.code}", f"queue.{live.queue_id}"})


def _wall(moment: datetime) -> str:
    return clock.local(moment).isoformat(timespec="seconds")


# -- staff -----------------------------------------------------------------------------------------------------------


def session_source(*, code: str, user: Any) -> Source | None:
    """A session for its expert, the desk and managers: only that it changed, the pages fetch their own partials.

    Raises
    ------
    PermissionError
        The user's role does not include this session.
    """
    if user.role not in STAFF:
        raise PermissionError
    try:
        session = booking.session_by_code(code=code)
    except NotFound:
        return None
    if user.role == "expert" and session.expert.user_id != user.pk:
        raise PermissionError
    own = f"session.{session.pk}"

    def build() -> Content:
        queue = queue_of_session(session_id=session.pk)
        if queue is None:
            return Content(0, {}, frozenset({own}))
        return Content(queue.revision, {}, frozenset({own, f"queue.{queue.pk}"}))

    return Source(f"session.{session.pk}", frozenset({own}), build, rank=0)
