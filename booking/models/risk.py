"""What robots and scalpers leave behind: signals of an account, and challenges already spent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RiskSignal(models.Model):
    """Something noticed about an account: the page of suspicious accounts adds these up and says why."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="risk_signals"
    )
    kind = models.CharField(max_length=30)
    weight = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    data = models.JSONField(default=dict, help_text=_("counts only, nothing personal"))

    class Meta:
        verbose_name = _("risk signal")
        verbose_name_plural = _("risk signals")
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="one_signal_per_account_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class SpentChallenge(models.Model):
    """A proof of work counts once."""

    salt = models.CharField(max_length=120, unique=True)
    spent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("spent challenge")
        verbose_name_plural = _("spent challenges")

    def __str__(self) -> str:
        return self.salt[:12]
