"""A session's board and its calls."""

from typing import Any

from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView
from hospital.common.errors import NotFound
from queueing import selectors, services
from queueing.api import answers, shapes
from queueing.domain.permissions import ROLES_OF


class SessionBoard(ApiView):
    """A session's board, masked, for everybody."""

    permission_classes = [AllowAny]

    @extend_schema(responses={200: answers.BoardAnswer, 304: None})
    def get(self, request: Request, code: str) -> Response:
        """Who is in the room and who waits; unchanged boards cost one query."""
        now = clock.now()
        etag = f'"{selectors.board_version(session_code=code, now=now)}"'
        if request.headers.get("If-None-Match") == etag:
            response = Response(status=304)
        else:
            response = Response(shapes.board_out(selectors.session_board(session_code=code, now=now)))
        response["ETag"] = etag
        patch_cache_control(response, no_cache=True)
        return response


class CallNext(ApiView):
    """Calls of a session."""

    roles = ROLES_OF["call"]

    @extend_schema(request=None, responses=answers.CallAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Call the next patient of the session's queue into its room."""
        if selectors.session_for_user(session_code=code, user=request.user) is None:
            raise NotFound

        def produce() -> tuple[int, dict[str, Any]]:
            ticket = services.ticket_call_next(session_code=code, actor=self.actor, now=clock.now())
            return 200, {
                "ticket": ticket.code,
                "number": ticket.display,
                "room": ticket.room.name if ticket.room else "",
            }

        return self.idempotent(produce, body={})
