"""Money, in fen: payments, their refunds, and the provider's notices."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import PAYMENT
from booking.models.appointments import Appointment, WalkIn
from hospital.common.codes import code_20
from hospital.common.triggers import append_only, legal_moves


class Payment(models.Model):
    """One payment for one appointment or walk-in; ``order_no`` is the merchant's order number at the provider."""

    class State(models.TextChoices):
        CREATED = "created", _("to be paid")
        PAID = "paid", _("paid")
        FAILED = "failed", _("not paid")
        REFUNDING = "refunding", _("being refunded")
        REFUNDED = "refunded", _("refunded")
        HELD_FOR_REVIEW = "held_for_review", _("being checked")

    code = models.CharField(max_length=20, unique=True, default=code_20)
    order_no = models.CharField(max_length=20, default=code_20, db_index=True)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="payments")
    walk_in = models.ForeignKey(WalkIn, on_delete=models.PROTECT, null=True, related_name="payments")
    provider = models.CharField(max_length=20)
    amount_fen = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.CREATED)
    transaction_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    paid_fen = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, walk_in__isnull=True)
                | Q(appointment__isnull=True, walk_in__isnull=False),
                name="payment_is_for_one_number",
            ),
            models.UniqueConstraint(
                fields=["provider", "transaction_id"],
                condition=~Q(transaction_id=""),
                name="one_payment_per_transaction",
            ),
            models.UniqueConstraint(
                fields=["appointment", "provider"],
                condition=Q(state="created"),
                name="one_open_payment_per_appointment_and_provider",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(state="created"), name="payments_open")]
        triggers = [legal_moves("payment_moves_are_legal", PAYMENT)]

    def __str__(self) -> str:
        return self.code


class Refund(models.Model):
    """The one refund of a payment; ``code`` is the key the provider sees, stored before the first call."""

    code = models.CharField(max_length=20, unique=True, default=code_20)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="refund")
    amount_fen = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code


class PaymentNotice(models.Model):
    """A verified notice of a provider. Append-only; the same notice is kept once."""

    provider = models.CharField(max_length=20)
    notice_id = models.CharField(max_length=64)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20)
    result = models.CharField(max_length=40)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "notice_id"], name="one_row_per_notice")]
        triggers = [append_only("notices_are_append_only")]

    def __str__(self) -> str:
        return f"{self.provider} {self.notice_id}"
