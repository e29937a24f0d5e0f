"""An account's messages for scripts: what the page of messages shows and does."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.accounts.emails import email_of, email_set
from hospital.accounts.services import account_set_language, account_set_texts
from hospital.common import clock, inbox
from hospital.common.api import ApiView, listed, parsed
from hospital.common.language import LANGUAGES
from hospital.common.openapi import example, several
from hospital.common.senders import has_email
from hospital.models import User

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


@example(language="zh-hans", email="lin@example.org", sms_all=False)
class SettingsShape(serializers.Serializer[Any]):
    """How an account is told things."""

    language = serializers.ChoiceField(choices=LANGUAGES)
    email = serializers.EmailField(
        max_length=120,
        required=False,
        allow_blank=True,
        help_text="used once it is confirmed; empty takes it away, left out it stays",
    )
    sms_all = serializers.BooleanField(help_text="text messages about everything")


class MessageList(ApiView):
    """What the account was told."""

    roles = frozenset({"patient"})

    @extend_schema(responses=several(MessageAnswer))
    def get(self, request: Request) -> Response:
        """List the newest messages; looking marks nothing."""
        found = inbox.letters(account_id=self.person.pk, now=clock.now())
        return listed(MessageAnswer, found)


class MessagesRead(ApiView):
    """Mark messages as read."""

    roles = frozenset({"patient"})

    @extend_schema(request=ReadRequest, responses=ReadAnswer)
    def post(self, request: Request) -> Response:
        """Mark what had come by then; what came since stays new. Repeating it marks nothing more."""
        data = parsed(ReadRequest, request)
        marked = inbox.read_all(account_id=self.person.pk, until=data["until"], now=clock.now())
        return Response({"marked": marked})


class MessageSettings(ApiView):
    """How the account is told things."""

    roles = frozenset({"patient"})

    @extend_schema(responses=SettingsShape)
    def get(self, request: Request) -> Response:
        """Show language, confirmed e-mail address, and how much comes by text message."""
        return Response(_settings_out(self.person))

    @extend_schema(request=SettingsShape, responses=SettingsShape)
    def post(self, request: Request) -> Response:
        """Keep them; a new e-mail address gets a link to confirm it first."""
        wanted, user = parsed(SettingsShape, request), self.person
        if has_email() and "email" in wanted:
            user = email_set(account_id=user.pk, address=wanted["email"], now=clock.now())
        account_set_language(user=user, language=wanted["language"])
        account_set_texts(user=user, sms_all=wanted["sms_all"])
        return Response(_settings_out(user))


def _settings_out(user: User) -> dict[str, Any]:
    return {
        "language": user.language or settings.LANGUAGE_CODE,
        "email": email_of(user),
        "sms_all": user.sms_all,
    }
