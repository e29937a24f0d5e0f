"""The live region of a session's board for everybody, without a ticket: numbers only."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from hospital.common import clock
from hospital.common.feeds import Content, Source
from queueing.domain.advice import Advice, waiting_advice
from queueing.regions import TITLES, LiveView, wall
from queueing.selectors.public_boards import public_board
from queueing.selectors.rows import row_of_session

REFRESH_S = 30.0
NEXT_SHOWN = 6


def board_source(*, code: str, language: str) -> Source | None:
    """A session's public board, or None when the session is unknown; everybody who looks shares it."""
    row = row_of_session(session_code=code)
    if row is None:
        return None

    def build() -> Content:
        return board_view(code=code, language=language, now=clock.now()).content()

    return Source(f"public.{language}.{code}", _topics(row.queue_id), build, rank=1, refresh_s=REFRESH_S)


def board_view(*, code: str, language: str, now: datetime) -> LiveView:
    """Numbers only, whatever screens may show. Raises booking's UnknownNumber."""
    public = public_board(session_code=code, now=now)
    board, english = public.board, language == "en"
    advice = Advice()
    if public.expected is not None:
        advice = waiting_advice(p20=public.expected.p20, p80=public.expected.p80, come_back_at=None, now=now)
    with translation.override(language):
        context = {
            "public": public,
            "board": board,
            "advice": advice,
            "next": board.waiting[:NEXT_SHOWN],
            "language": language,
            "expert": (board.expert_en if english else "") or board.expert,
            "department": (board.department_en if english else "") or board.department,
            "title": TITLES.get(board.title, ""),
            "place": (board.place_en if english else "") or board.place,
        }
        html = render_to_string("queueing/_public_board.html", context)
    return LiveView(board.revision, mark_safe(html), wall(now), _topics(board.queue_id))  # noqa: S308 - our own template


def _topics(queue_id: int | None) -> frozenset[str]:
    return frozenset() if queue_id is None else frozenset({f"queue.{queue_id}"})
