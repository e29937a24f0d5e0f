"""The end of the day: what its sessions came to, and ending one."""

from dataclasses import fields
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors as booking
from booking.api.answers.catalogue import SESSION_STATES
from booking.api.fields import Day
from hospital.common import clock
from hospital.common.api import ApiView, parsed
from hospital.common.openapi import example
from hospital.common.roles import DESK
from queueing import selectors, services
from queueing.domain.figures import Figures, together
from queueing.selectors.figures import SessionFigures

COUNTS = tuple(one.name for one in fields(Figures) if one.type is int and one.name != "waits")
_FIGURES = {
    **dict.fromkeys(COUNTS, 0),
    "registered": 31,
    "walk_ins": 12,
    "seen": 28,
    "left": 2,
    "here": 1,
    "no_shows": 1,
    "mean_wait_min": 18,
    "first_start_at": "2026-11-03T08:02:00+08:00",
    "last_finish_at": "2026-11-03T11:56:00+08:00",
}
_SESSION = {
    "session": "K7MPQ2RS3TUV",
    "state": "running",
    "expert": "赵敏",
    "department": "神经内科",
    "room": "305",
    "still_here": ["A31"],
    "figures": _FIGURES,
}


class DayQuery(serializers.Serializer[Any]):
    """Which day; today when it is not named."""

    day = Day(required=False)


@example(**_FIGURES)
class FiguresAnswer(serializers.Serializer[Any]):
    """Counts of patients; each who registered was seen, left, or is here."""

    registered = serializers.IntegerField(help_text="without those cancelled, or moved to another queue")
    walk_ins = serializers.IntegerField(help_text="of them")
    seen = serializers.IntegerField()
    left = serializers.IntegerField()
    here = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    expected = serializers.IntegerField(help_text="booked, not here yet")
    unresolved = serializers.IntegerField(help_text="booked, never came, not decided yet")
    no_shows = serializers.IntegerField()
    mean_wait_min = serializers.IntegerField(allow_null=True, help_text="null when no wait is known")
    first_start_at = serializers.DateTimeField(allow_null=True)
    last_finish_at = serializers.DateTimeField(allow_null=True)


@example(**_SESSION)
class SessionFiguresAnswer(serializers.Serializer[Any]):
    """What a session came to."""

    session = serializers.CharField(help_text="its code")
    state = serializers.ChoiceField(choices=SESSION_STATES)
    expert = serializers.CharField()
    department = serializers.CharField()
    room = serializers.CharField()
    still_here = serializers.ListField(child=serializers.CharField(), help_text="numbers")
    figures = FiguresAnswer()


@example(day="2026-11-03", results=[_SESSION], total=_FIGURES)
class DayFiguresAnswer(serializers.Serializer[Any]):
    """A day, session by session and together."""

    day = serializers.DateField()
    results = SessionFiguresAnswer(many=True)
    total = FiguresAnswer()


@example(session="K7MPQ2RS3TUV", left=2)
class SessionEndAnswer(serializers.Serializer[Any]):
    """A session that is over."""

    session = serializers.CharField()
    left = serializers.IntegerField(help_text="patients who left without being seen")


class DayFigures(ApiView):
    """The figures of a day."""

    roles = DESK

    @extend_schema(parameters=[DayQuery], responses=DayFiguresAnswer)
    def get(self, request: Request) -> Response:
        """Every session of the day that has a queue, in order of opening."""
        day = parsed(DayQuery, request, query=True).get("day", clock.today())
        rows = selectors.day_figures(day=day)
        return Response(
            {
                "day": day.isoformat(),
                "results": [_session_out(row) for row in rows],
                "total": _figures_out(together(row.figures for row in rows)),
            }
        )


class SessionEnd(ApiView):
    """The end of a session."""

    roles = DESK

    @extend_schema(request=None, responses=SessionEndAnswer)
    def post(self, request: Request, code: str) -> Response:
        """End it: whoever is left leaves the queue, who never came is to be decided."""
        session = booking.session_by_code(code=code)
        left = services.session_end(session_id=session.pk, actor=self.actor, now=clock.now())
        return Response({"session": session.code, "left": left})


def _session_out(row: SessionFigures) -> dict[str, Any]:
    session = row.session
    return {
        "session": session.code,
        "state": session.state,
        "expert": session.expert.name,
        "department": session.expert.department.name,
        "room": session.room.name,
        "still_here": list(row.here),
        "figures": _figures_out(row.figures),
    }


def _figures_out(figures: Figures) -> dict[str, Any]:
    return {
        **{name: getattr(figures, name) for name in COUNTS},
        "mean_wait_min": figures.mean_wait_min,
        "first_start_at": clock.stated(figures.first_start_at),
        "last_finish_at": clock.stated(figures.last_finish_at),
    }
