"""Money that a person decides about, and cash that waits at the desk."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import services
from booking.models import Payment
from booking.selectors import money as selectors
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed
from hospital.common.openapi import example, several
from hospital.common.roles import DESK, MANAGERS

PAYMENT_STATES = list(Payment.State.values)


class PaymentToReview(serializers.Serializer[Any]):
    """A payment that did not fit what was asked for."""

    code = serializers.CharField()
    order_no = serializers.CharField()
    provider = serializers.CharField()
    state = serializers.ChoiceField(choices=PAYMENT_STATES)
    amount_fen = serializers.IntegerField(help_text="asked for")
    paid_fen = serializers.IntegerField(allow_null=True, help_text="paid")
    paid_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(source="review_note", allow_blank=True)


class RefundToDecide(serializers.Serializer[Any]):
    """A refund that the provider could not make."""

    code = serializers.CharField()
    order_no = serializers.CharField(source="payment.order_no")
    provider = serializers.CharField(source="payment.provider")
    amount_fen = serializers.IntegerField()
    failure = serializers.CharField(allow_blank=True)
    failed_at = serializers.DateTimeField()


@example(
    payments=[
        {
            "code": "Y2Z3A4B5C6D7",
            "order_no": "FL20261102Y2Z3",
            "provider": "sandbox",
            "state": "held_for_review",
            "amount_fen": 5000,
            "paid_fen": 4000,
            "paid_at": "2026-11-02T08:05:00+08:00",
            "note": "",
        }
    ],
    refunds=[],
    refunds_under_way=2,
    cash_to_hand_back=1,
    payments_open_too_long=0,
)
class MoneyAnswer(serializers.Serializer[Any]):
    """What waits for a person, and how much is under way."""

    payments = PaymentToReview(many=True)
    refunds = RefundToDecide(many=True)
    refunds_under_way = serializers.IntegerField()
    cash_to_hand_back = serializers.IntegerField(help_text="patients to whom the desk owes cash")
    payments_open_too_long = serializers.IntegerField()


@example(decision="refund", reason="paid too little")
class PaymentDecisionIn(serializers.Serializer[Any]):
    """Take as paid, give back, or only note something."""

    decision = serializers.ChoiceField(choices=["accept", "refund", "note"])
    reason = serializers.CharField(max_length=200)


@example(decision="by_hand", reason="paid back in cash")
class RefundDecisionIn(serializers.Serializer[Any]):
    """Ask the provider again with the same number, write down that it was paid back, or only note something."""

    decision = serializers.ChoiceField(choices=["again", "by_hand", "note"])
    reason = serializers.CharField(max_length=200)


@example(result="refunded")
class ReviewAnswer(serializers.Serializer[Any]):
    """What came of it."""

    result = serializers.ChoiceField(
        choices=["booked", "booked_late", "registered", "refunded", "noted", "again", "done"]
    )


@example(
    code="W2X3Y4Z5A6B7",
    order_no="FL20261102Y2Z3",
    amount_fen=5000,
    created_at="2026-11-02T08:05:00+08:00",
    done_at=None,
)
class CashAnswer(serializers.Serializer[Any]):
    """What was paid in cash and goes back."""

    code = serializers.CharField()
    order_no = serializers.CharField(source="payment.order_no")
    amount_fen = serializers.IntegerField()
    created_at = serializers.DateTimeField(help_text="since when it waits")
    done_at = serializers.DateTimeField(allow_null=True, help_text="when it was handed back")


class MoneyToDecide(ApiView):
    """Money that no rule can decide."""

    roles = MANAGERS

    @extend_schema(responses=MoneyAnswer)
    def get(self, request: Request) -> Response:
        """Payments that did not fit and refunds that failed, the oldest first."""
        under_way = selectors.money_under_way(now=clock.now())
        return Response(
            {
                "payments": PaymentToReview(selectors.payments_to_review(), many=True).data,
                "refunds": RefundToDecide(selectors.refunds_to_decide(), many=True).data,
                "refunds_under_way": under_way.refunds,
                "cash_to_hand_back": under_way.in_cash,
                "payments_open_too_long": under_way.open_too_long,
            }
        )


class CashToHandBack(ApiView):
    """Cash that waits at the desk."""

    roles = DESK

    @extend_schema(responses=several(CashAnswer))
    def get(self, request: Request) -> Response:
        """Whom the desk owes cash, the oldest first."""
        return listed(CashAnswer, selectors.cash_to_hand_back())


class CashHandBack(ApiView):
    """Hand cash back."""

    roles = DESK

    @extend_schema(request=None, responses=CashAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Write down that the patient has the money; once."""

        def produce() -> tuple[int, dict[str, Any]]:
            refund = services.refund_hand_back(code=code, actor=self.actor, now=clock.now())
            return 200, dict(CashAnswer(refund).data)

        return self.idempotent(produce, body={})


class PaymentReview(ApiView):
    """Decide about a payment."""

    roles = MANAGERS

    @extend_schema(request=PaymentDecisionIn, responses=ReviewAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Take it as paid, which gives the number, or give it back; with a reason."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            result = services.payment_review(code=code, **data, actor=self.actor, now=clock.now())
            return {"result": result}

        return self.once(PaymentDecisionIn, answer)


class RefundReview(ApiView):
    """Decide about a refund."""

    roles = MANAGERS

    @extend_schema(request=RefundDecisionIn, responses=ReviewAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Ask again, or write down that it was paid back by hand; with a reason."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            result = services.refund_review(code=code, **data, actor=self.actor, now=clock.now())
            return {"result": result}

        return self.once(RefundDecisionIn, answer)
