"""Real-name patients: identity and phone are sealed; a keyed blind index finds them again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.domain.identity import age_on
from hospital.common import clock
from hospital.common.codes import code_12
from hospital.common.crypto import unseal


class Patient(models.Model):
    """One person under one identity document."""

    class IdType(models.TextChoices):
        RESIDENT = "resident", _("resident ID card")
        PASSPORT = "passport", _("passport")
        HK_MACAU = "hk_macau", _("Hong Kong or Macau permit")
        TAIWAN = "taiwan", _("Taiwan permit")

    class Sex(models.TextChoices):
        FEMALE = "f", _("female")
        MALE = "m", _("male")
        UNKNOWN = "", _("not stated")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    name = models.CharField(max_length=50)
    id_type = models.CharField(max_length=20, choices=IdType, default=IdType.RESIDENT)
    id_sealed = models.BinaryField()
    id_index = models.BinaryField()
    id_tail = models.CharField(max_length=4)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True, db_index=True)
    phone_tail = models.CharField(max_length=4, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, blank=True, default="")
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        help_text=_("the same person under another document; that row goes on"),
    )
    erased_at = models.DateTimeField(null=True, blank=True, help_text=_("identity deleted on request"))

    class Meta:
        verbose_name = _("patient record")
        verbose_name_plural = _("patient records")
        constraints = [
            models.UniqueConstraint(fields=["id_type", "id_index"], name="one_patient_per_document"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="patient_is_not_merged_into_itself",
            ),
        ]
        indexes = [models.Index(fields=["name"], name="patients_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def id_number(self) -> str:
        """The document's number, opened."""
        return unseal(self.id_sealed)

    @property
    def phone(self) -> str:
        """The phone, opened; empty when there is none."""
        return unseal(self.phone_sealed) if self.phone_sealed else ""

    @property
    def age(self) -> int | None:
        """Full years today; None when the date of birth is not known."""
        return None if self.birth_date is None else age_on(self.birth_date, clock.today())


class AccountPatient(models.Model):
    """A patient whom an account books for: the person themself or family."""

    class Relation(models.TextChoices):
        SELF = "self", _("myself")
        PARENT = "parent", _("parent")
        CHILD = "child", _("child")
        PARTNER = "partner", _("partner")
        GRANDPARENT = "grandparent", _("grandparent")
        GRANDCHILD = "grandchild", _("grandchild")
        OTHER = "other", _("other")

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_patients"
    )
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="accounts")
    relation = models.CharField(max_length=12, choices=Relation, default=Relation.SELF)

    class Meta:
        verbose_name = _("patient of an account")
        verbose_name_plural = _("patients of accounts")
        constraints = [
            models.UniqueConstraint(fields=["account", "patient"], name="one_link_per_account_and_patient"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(relation="self"), name="one_self_per_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.patient_id}"
