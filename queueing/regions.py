"""The live regions: what the page, its partial's own address and the socket all show, rendered in one place.

A :class:`LiveView` is one partial rendered from what selectors answer, in a constant number of queries. A source tells
the hub how to build it again and which topics change it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from booking import selectors as booking
from hospital.common import clock
from hospital.common.errors import NotFound
from hospital.common.feeds import Content, Gone, Source
from hospital.common.roles import DESK, STAFF
from queueing.domain.advice import MARK_WIDTH
from queueing.selectors.alarms import alarms_now
from queueing.selectors.live import queue_of_session, queue_of_ticket
from queueing.selectors.tickets import TicketLive, ticket_live, ticket_told

UNKNOWN = 4404
TICKET_REFRESH_S = 60.0
ALARMS_REFRESH_S = 4.0
ALARMS = frozenset({"alarms"})
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


# -- tickets ---------------------------------------------------------------------------------------------------------


def ticket_source(*, code: str, language: str) -> Source | None:
    """A patient's own ticket, or None when the code is unknown."""
    queue_id = queue_of_ticket(code=code)
    if queue_id is None:
        return None

    def build() -> Content:
        try:
            return ticket_view(code=code, language=language, now=clock.now()).content()
        except NotFound:
            raise Gone(UNKNOWN) from None

    topics = _ticket_topics(code, queue_id)
    return Source(f"ticket.{language}.{code}", topics, build, rank=1, refresh_s=TICKET_REFRESH_S)


def ticket_view(*, code: str, language: str, now: datetime) -> LiveView:
    """The live page's region. Raises TicketUnknown."""
    live = ticket_live(code=code, now=now)
    with translation.override(language):
        template = "queueing/_ticket_stopped.html" if live.stopped else "queueing/_ticket.html"
        html = render_to_string(template, _ticket_context(live, language, now))
    return LiveView(live.revision, mark_safe(html), wall(now), _ticket_topics(live.code, live.queue_id))  # noqa: S308 - our own template


def _ticket_context(live: TicketLive, language: str, now: datetime) -> dict[str, Any]:
    english = language == "en"
    return {
        "ticket": live,
        "advice": ticket_told(live, now=now),
        "width": MARK_WIDTH,
        "calls": live.recalls + 1,
        "calls_most": live.recall_limit + 1,
        "expert": (live.expert_en if english else "") or live.expert,
        "department": (live.department_en if english else "") or live.department,
        "title": TITLES.get(live.title, ""),
        "place": (live.place_en if english else "") or live.place,
        "language": language,
    }


def _ticket_topics(code: str, queue_id: int) -> frozenset[str]:
    return frozenset({f"ticket.{code}", f"queue.{queue_id}"})


def wall(moment: datetime) -> str:
    """A moment on the hospital's wall clock, with offset."""
    return clock.local(moment).isoformat(timespec="seconds")


# -- alarms ----------------------------------------------------------------------------------------------------------


def alarms_source(*, user: Any, language: str) -> Source:
    """Calls for help, for the desk and managers.

    Raises
    ------
    PermissionError
        To anybody else.
    """
    if user.role not in DESK:
        raise PermissionError

    def build() -> Content:
        return alarms_view(language=language, now=clock.now()).content()

    return Source(f"alarms.{language}", ALARMS, build, rank=0, refresh_s=ALARMS_REFRESH_S)


def alarms_view(*, language: str, now: datetime) -> LiveView:
    """What rings, and who goes there; no patient's name."""
    alarms = alarms_now(now=now)
    with translation.override(language):
        html = render_to_string("queueing/_alarms.html", {"alarms": alarms})
    return LiveView(0, mark_safe(html), wall(now), ALARMS)  # noqa: S308 - our own template


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
