"""Kiosks: the machine behind a device token, where it prints; and tries to check in that found nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_8


class Kiosk(models.Model):
    """A machine that was paired with its token; the token's end is the kiosk's."""

    code = models.CharField(max_length=8, unique=True, default=code_8)
    token = models.OneToOneField("hospital.ApiToken", on_delete=models.CASCADE, related_name="kiosk")
    place = models.CharField(_("Place"), max_length=60, blank=True)
    printer = models.ForeignKey(
        "queueing.Printer", on_delete=models.SET_NULL, null=True, related_name="kiosks"
    )
    paired_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("kiosk")
        verbose_name_plural = _("kiosks")

    def __str__(self) -> str:
        return self.code


class CheckInTry(models.Model):
    """Somebody named a document with phone digits that do not fit: counted, so that digits are not guessed."""

    id_index = models.BinaryField()
    kiosk = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("wrong try to check in")
        verbose_name_plural = _("wrong tries to check in")
        indexes = [models.Index(fields=["id_index", "at"], name="check_in_tries_of_a_document")]

    def __str__(self) -> str:
        return f"{self.at}"
