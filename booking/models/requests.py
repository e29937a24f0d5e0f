"""What patients ask about their own data."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import DATA_REQUEST
from booking.models.patients import Patient
from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves


class DataRequest(models.Model):
    """A wish to have something corrected or deleted; a person of the hospital decides, with a reason."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("correction")
        DELETION = "deletion", _("deletion")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    kind = models.CharField(max_length=10, choices=Kind)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="data_requests")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("data request")
        verbose_name_plural = _("data requests")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind"], condition=Q(state="open"), name="one_open_request_per_kind"
            )
        ]
        triggers = [legal_moves("data_request_moves_are_legal", DATA_REQUEST)]

    def __str__(self) -> str:
        return self.code
