"""An account's messages for scripts: what the page of messages shows and does."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.common import clock, inbox
from hospital.common.api import ApiView, parsed
from hospital.common.openapi import example, several

LETTER = {
    "kind": "booked",
    "key": "K7QM2XHD4TRW",
    "body": "林小雨约好11月3日 周二 08:00–09:00，赵明，305 诊室。签到码 K7QM2XHD。不能来请在11月3日 07:00前取消。",
    "language": "zh-hans",
    "link": "/appointments/K7QM2XHD4TRW/",
    "at": "2026-11-02T08:00:00+08:00",
    "read": False,
}


@example(**LETTER)
class MessageAnswer(serializers.Serializer[Any]):
    """One message; ``kind`` and ``key`` name it."""

    kind = serializers.CharField()
    key = serializers.CharField()
    body = serializers.CharField()
    language = serializers.CharField()
    link = serializers.CharField(help_text="a page of ours, empty: none")
    at = serializers.DateTimeField()
    read = serializers.BooleanField()


@example(until="2026-11-02T08:05:00+08:00")
class ReadRequest(serializers.Serializer[Any]):
    """Up to which message somebody has read."""

    until = serializers.DateTimeField(help_text="the `at` of the newest message that was shown")


@example(marked=2)
class ReadAnswer(serializers.Serializer[Any]):
    """How many had not been read before."""

    marked = serializers.IntegerField()


class MessageList(ApiView):
    """What the account was told."""

    roles = frozenset({"patient"})

    @extend_schema(responses=several(MessageAnswer))
    def get(self, request: Request) -> Response:
        """List the newest messages; looking marks nothing."""
        found = inbox.letters(account_id=self.person.pk, now=clock.now())
        return Response({"results": MessageAnswer(found, many=True).data})


class MessagesRead(ApiView):
    """Mark messages as read."""

    roles = frozenset({"patient"})

    @extend_schema(request=ReadRequest, responses=ReadAnswer)
    def post(self, request: Request) -> Response:
        """Mark what had come by then; what came since stays new. Repeating it marks nothing more."""
        data = parsed(ReadRequest, request)
        marked = inbox.read_all(account_id=self.person.pk, until=data["until"], now=clock.now())
        return Response({"marked": marked})
