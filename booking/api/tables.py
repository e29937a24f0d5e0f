"""The table of symptom words, and the accounts that behave like robots or scalpers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.bans import BAN_DAYS_MAX
from booking.domain.errors import UnknownNumber
from booking.services.symptoms import Row
from hospital.common import clock
from hospital.common.api import ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS

_WORD: dict[str, object] = {
    "department": "neuro",
    "word": "头痛",
    "word_en": "headache",
    "weight": 8,
    "featured": True,
}


@example(**_WORD)
class WordIn(serializers.Serializer[Any]):
    """A word that leads patients to a department."""

    department = serializers.SlugField(max_length=20)
    word = serializers.CharField(max_length=30)
    word_en = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    weight = serializers.IntegerField(min_value=1, max_value=10, default=5)
    featured = serializers.BooleanField(default=False, help_text="on the start page")


@example(id=7, **_WORD)
class WordAnswer(WordIn):
    """A word as it is kept."""

    id = serializers.IntegerField()
    department = serializers.SlugField(source="department.code")


class WordsQuery(serializers.Serializer[Any]):
    """Whose words."""

    department = serializers.SlugField(required=False, default="", max_length=20)


@example(content="department,word,word_en,weight,featured\nneuro,头痛,headache,8,yes\n", dry_run=True)
class WordsFileIn(serializers.Serializer[Any]):
    """Words as CSV."""

    content = serializers.CharField(trim_whitespace=False)
    dry_run = serializers.BooleanField(default=True, help_text="only say what it would do")


@example(added=1, changed=0)
class WordsFileAnswer(serializers.Serializer[Any]):
    """How many were added and changed, or would be."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()


class SignalAnswer(serializers.Serializer[Any]):
    """Something noticed about an account."""

    kind = serializers.CharField()
    weight = serializers.IntegerField()
    count = serializers.IntegerField()


@example(
    id=42,
    account="p-8f3k",
    score=60,
    noticed_at="2026-11-02T08:00:00+08:00",
    signals=[{"kind": "payer", "weight": 60, "count": 14}],
    patients=["P8Q9R2S3T4U5"],
)
class SuspectAnswer(serializers.Serializer[Any]):
    """An account with the reasons why it is listed, and whom it books for."""

    id = serializers.IntegerField(source="account.pk")
    account = serializers.CharField(source="account.username")
    score = serializers.IntegerField(min_value=0, max_value=100)
    noticed_at = serializers.DateTimeField()
    signals = SignalAnswer(many=True)
    patients = serializers.ListField(child=serializers.CharField(), source="patient_codes")


@example(days=30, reason="sold numbers")
class AccountBanIn(serializers.Serializer[Any]):
    """For how long and why an account's patients cannot book online."""

    days = serializers.IntegerField(min_value=1, max_value=BAN_DAYS_MAX)
    reason = serializers.CharField(max_length=200)


@example(banned=2)
class AccountBanAnswer(serializers.Serializer[Any]):
    """How many patients; those banned already keep that ban."""

    banned = serializers.IntegerField()


class WordList(ApiView):
    """Symptom words."""

    roles = MANAGERS

    @extend_schema(parameters=[WordsQuery], responses=several(WordAnswer))
    def get(self, request: Request) -> Response:
        """List the table, or one department's part."""
        found = selectors.symptom_words(**parsed(WordsQuery, request, query=True))
        return listed(WordAnswer, found)

    @extend_schema(request=WordIn, responses={201: WordAnswer})
    def post(self, request: Request) -> Response:
        """Add a word; its pinyin is found, not typed."""
        row = Row(**parsed(WordIn, request))
        saved = services.symptom_word_save(row=row, actor=self.actor, now=clock.now())
        return Response(WordAnswer(saved).data, status=201)


class WordDetail(ApiView):
    """One symptom word."""

    roles = MANAGERS

    @extend_schema(request=WordIn, responses=WordAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Change it."""
        row = Row(**parsed(WordIn, request))
        saved = services.symptom_word_save(row=row, word_id=pk, actor=self.actor, now=clock.now())
        return Response(WordAnswer(saved).data)


class WordDelete(ApiView):
    """The end of a symptom word."""

    roles = MANAGERS

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Take it out."""
        services.symptom_word_delete(word_id=pk, actor=self.actor, now=clock.now())
        return Response(status=204)


class WordsFile(ApiView):
    """Symptom words by file."""

    roles = MANAGERS

    @extend_schema(request=WordsFileIn, responses=WordsFileAnswer)
    def post(self, request: Request) -> Response:
        """Look at a file, or take it in as a whole; `words_refused` names every row that cannot be taken."""
        data = parsed(WordsFileIn, request)
        added, changed = services.symptom_words_import(
            text=data["content"], dry_run=data["dry_run"], actor=self.actor, now=clock.now()
        )
        return Response({"added": added, "changed": changed})


class SuspectList(ApiView):
    """Suspicious accounts."""

    roles = MANAGERS

    @extend_schema(responses=several(SuspectAnswer))
    def get(self, request: Request) -> Response:
        """List accounts with more than a weak signal, the highest score first."""
        return listed(SuspectAnswer, selectors.suspects(now=clock.now()))


class SuspectBan(ApiView):
    """What a manager does about one."""

    roles = MANAGERS

    @extend_schema(request=AccountBanIn, responses=AccountBanAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Close online booking for everybody whom the account books for; walk-in stays possible."""
        data, now = parsed(AccountBanIn, request), clock.now()
        found = selectors.suspect_of(account_id=pk, now=now)
        if found is None:
            raise UnknownNumber(field="account")
        people = [patient.pk for patient, _is_banned in found.patients]
        banned = services.bans_add(patient_ids=people, **data, actor=self.actor, now=now)
        return Response({"banned": banned})
