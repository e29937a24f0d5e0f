"""The books of a day: each provider's, and the cash."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking.api.fields import Day
from booking.models.payments import SettlementDifference
from booking.selectors import money as selectors
from hospital.common import clock
from hospital.common.api import ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS

DIFFERENCE_KINDS = list(SettlementDifference.Kind.values)


class DifferenceAnswer(serializers.Serializer[Any]):
    """One order or refund on which our books and the provider's statement differ."""

    order_no = serializers.CharField()
    refund = serializers.BooleanField()
    kind = serializers.ChoiceField(choices=DIFFERENCE_KINDS)
    ours_fen = serializers.IntegerField(allow_null=True)
    theirs_fen = serializers.IntegerField(allow_null=True)


@example(
    provider="sandbox",
    day="2026-11-02",
    paid_count=31,
    paid_fen=155000,
    refunded_count=2,
    refunded_fen=10000,
    statement_paid_fen=155000,
    statement_refunded_fen=10000,
    differences=[],
)
class SettlementAnswer(serializers.Serializer[Any]):
    """One provider's day: our books against its statement."""

    provider = serializers.CharField()
    day = serializers.DateField()
    paid_count = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    refunded_count = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    statement_paid_fen = serializers.IntegerField(allow_null=True, help_text="null: there is no statement")
    statement_refunded_fen = serializers.IntegerField(allow_null=True)
    differences = DifferenceAnswer(many=True)


@example(name="desk1", taken=12, taken_fen=60000, returned=1, returned_fen=5000, left_fen=55000)
class TillAnswer(serializers.Serializer[Any]):
    """What one person took and handed back in cash on a day."""

    name = serializers.CharField(allow_blank=True)
    taken = serializers.IntegerField()
    taken_fen = serializers.IntegerField()
    returned = serializers.IntegerField()
    returned_fen = serializers.IntegerField()
    left_fen = serializers.IntegerField(help_text="what should be in the drawer")


class DayQuery(serializers.Serializer[Any]):
    """Which day."""

    day = Day(required=False, help_text="today without it")


class SettlementList(ApiView):
    """Settlements."""

    roles = MANAGERS

    @extend_schema(parameters=[DayQuery], responses=several(SettlementAnswer))
    def get(self, request: Request) -> Response:
        """A day's books by provider, with every difference."""
        day = parsed(DayQuery, request, query=True).get("day", clock.today())
        found = selectors.settlements_of_day(day=day)
        return listed(SettlementAnswer, found)


class TillList(ApiView):
    """Cash."""

    roles = MANAGERS

    @extend_schema(parameters=[DayQuery], responses=several(TillAnswer))
    def get(self, request: Request) -> Response:
        """A day's cash by whoever took it or handed it back."""
        day = parsed(DayQuery, request, query=True).get("day", clock.today())
        return listed(TillAnswer, selectors.tills_of_day(day=day))
