"""Real-name patients: identity and phone are sealed; a keyed blind index finds them again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_12
from hospital.common.crypto import unseal


class Patient(models.Model):
    """One person under one identity document."""

    class IdType(models.TextChoices):
        RESIDENT = "resident", _("resident ID card")
        PASSPORT = "passport", _("passport")

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id_type", "id_index"], name="one_patient_per_document")
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


class AccountPatient(models.Model):
    """A patient whom an account books for: the person themself or family."""

    class Relation(models.TextChoices):
        SELF = "self", _("myself")
        PARENT = "parent", _("parent")
        CHILD = "child", _("child")
        PARTNER = "partner", _("partner")
        OTHER = "other", _("other")

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_patients"
    )
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="accounts")
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.SELF)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "patient"], name="one_link_per_account_and_patient")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.patient_id}"


class Ban(models.Model):
    """No online booking for a time; walk-in always stays possible."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="bans")
    reason = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="ban_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} until {self.ends_at}"
