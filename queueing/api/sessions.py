"""A session's board and its calls."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, first, parsed
from hospital.common.errors import NotFound
from queueing import selectors, services
from queueing.api import answers, shapes
from queueing.domain.permissions import ROLES_OF


class SessionBoard(ApiView):
    """A session's board, masked, for everybody."""

    permission_classes = [AllowAny]

    @classmethod
    def as_view(cls, **options: Any) -> Any:
        """A board that has not changed is said so before anything is built."""
        return first(unchanged, super().as_view(**options))

    @extend_schema(responses={200: answers.BoardAnswer, 304: None})
    def get(self, request: Request, code: str) -> Response:
        """Who is in the room and who waits; unchanged boards cost one query."""
        now = clock.now()
        headers = freshness(code, now)  # first: the answer may be newer, never older
        board = selectors.session_board(session_code=code, now=now)
        return Response(shapes.board_out(board), headers=headers)


def unchanged(request: HttpRequest, code: str) -> HttpResponse | None:
    """Say that a board is as it was (304); ``None`` when it is not, or nobody asked."""
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if not known or request.method != "GET":
        return None
    headers = freshness(code, clock.now())
    return HttpResponseNotModified(headers=headers) if headers["ETag"] in known else None


def freshness(code: str, now: datetime) -> dict[str, str]:
    """The board's ETag; it is asked for again each time."""
    return {"ETag": f'"{selectors.board_version(session_code=code, now=now)}"', "Cache-Control": "no-cache"}


class OwnSession(ApiView):
    """What only the session's own expert does."""

    roles = ROLES_OF["call"]

    def check_own(self, code: str) -> None:
        """Whoever may not learns nothing. Raises NotFound."""
        if selectors.session_for_user(session_code=code, user=self.request.user) is None:
            raise NotFound


class CallNext(OwnSession):
    """Calls of a session."""

    @extend_schema(request=None, responses=answers.CallAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Call the next patient of the session's queue into its room."""
        self.check_own(code)

        def produce() -> tuple[int, dict[str, Any]]:
            ticket = services.ticket_call_next(session_code=code, actor=self.actor, now=clock.now())
            return 200, shapes.call_out(ticket)

        return self.idempotent(produce, body={})


class CallChosen(OwnSession):
    """Calls out of order."""

    @extend_schema(request=shapes.ChosenIn, responses=answers.CallAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Call a certain waiting patient before the turn, with a reason; needs the permission."""
        self.check_own(code)

        def called(data: dict[str, Any]) -> dict[str, Any]:
            ticket = services.ticket_call_chosen(
                session_code=code,
                code=data["ticket"],
                reason=data["reason"],
                actor=self.actor,
                now=clock.now(),
            )
            return shapes.call_out(ticket)

        return self.once(shapes.ChosenIn, called)


class SessionPause(OwnSession):
    """Pauses of a session."""

    @extend_schema(request=shapes.PauseIn, responses=answers.PauseAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Call nobody until about then; patients are told. While paused: say another time or reason."""
        data = parsed(shapes.PauseIn, request)
        self.check_own(code)
        pause = services.session_pause(session_code=code, **data, actor=self.actor, now=clock.now())
        return Response(shapes.pause_out(pause))


class SessionResume(OwnSession):
    """The end of a pause."""

    @extend_schema(request=None, responses=answers.PauseAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Call again."""
        self.check_own(code)
        pause = services.session_resume(session_code=code, actor=self.actor, now=clock.now())
        return Response(shapes.pause_out(pause))


class SessionAlarm(OwnSession):
    """Calls for help out of a room."""

    @extend_schema(request=None, responses={201: answers.AlarmAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Call for help; while one rings, the same one is answered."""
        self.check_own(code)
        alarm = services.alarm_raise(session_code=code, actor=self.actor, now=clock.now())
        return Response(shapes.alarm_out(alarm), status=201)
