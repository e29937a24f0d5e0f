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
    payer_index = models.BinaryField(
        null=True, help_text=_("blind index of who paid, as the provider names them")
    )
    review_note = models.CharField(max_length=200, blank=True, help_text=_("what a person decided about it"))
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
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
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="created"), name="payments_open"),
            models.Index(
                fields=["payer_index", "paid_at"],
                condition=Q(payer_index__isnull=False),
                name="payments_by_payer",
            ),
            models.Index(fields=["provider", "paid_at"], name="payments_by_day"),
        ]
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
    sent_at = models.DateTimeField(null=True, help_text=_("first asked for at the provider"))
    failed_at = models.DateTimeField(
        null=True, help_text=_("the provider could not pay it back: a person must")
    )
    failure = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes = [
            models.Index(fields=["created_at"], condition=Q(done_at__isnull=True), name="refunds_open"),
        ]

    def __str__(self) -> str:
        return self.code


class FeeDifference(models.Model):
    """Cash that the desk took, or below 0 handed back, because a transfer changed the fee. Append-only."""

    code = models.CharField(max_length=20, unique=True, default=code_20)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, related_name="fee_differences"
    )
    walk_in = models.ForeignKey(WalkIn, on_delete=models.PROTECT, null=True, related_name="fee_differences")
    amount_fen = models.IntegerField(help_text=_("below 0 it was handed back"))
    settled_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("fee difference")
        verbose_name_plural = _("fee differences")
        constraints = [
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, walk_in__isnull=True)
                | Q(appointment__isnull=True, walk_in__isnull=False),
                name="fee_difference_is_for_one_number",
            ),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="fee_difference_is_money"),
        ]
        triggers = [append_only("fee_differences_are_append_only")]

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
        verbose_name = _("payment notice")
        verbose_name_plural = _("payment notices")
        constraints = [models.UniqueConstraint(fields=["provider", "notice_id"], name="one_row_per_notice")]
        triggers = [append_only("notices_are_append_only")]

    def __str__(self) -> str:
        return f"{self.provider} {self.notice_id}"


class Settlement(models.Model):
    """One provider's day, our books against its statement; made again, it replaces itself."""

    provider = models.CharField(max_length=20)
    day = models.DateField()
    made_at = models.DateTimeField()
    paid_count = models.PositiveIntegerField()
    paid_fen = models.BigIntegerField()
    refunded_count = models.PositiveIntegerField()
    refunded_fen = models.BigIntegerField()
    statement_paid_fen = models.BigIntegerField(
        null=True, help_text=_("empty: the provider gives no statement")
    )
    statement_refunded_fen = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-day", "provider"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "day"], name="one_settlement_per_provider_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"


class SettlementDifference(models.Model):
    """One order or refund on which our books and the provider's statement, or a later notice of it, differ."""

    class Kind(models.TextChoices):
        ONLY_OURS = "only_ours", _("only in our books")
        ONLY_THEIRS = "only_theirs", _("only in the statement")
        AMOUNT = "amount", _("another amount")
        TOLD_AGAIN = "told_again", _("a second notice differs")

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=12, choices=Kind)
    refund = models.BooleanField(default=False)
    order_no = models.CharField(max_length=64)
    ours_fen = models.BigIntegerField(null=True)
    theirs_fen = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("settlement difference")
        verbose_name_plural = _("settlement differences")

    def __str__(self) -> str:
        return f"{self.kind} {self.order_no}"
