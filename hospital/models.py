"""Users, their roles and tokens; the rows of the shared floor belong to this app too."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.models import ClockOffset, IdempotencyKey, Job, Message, PolicyVersion, StateChange


class User(AbstractUser):
    """An account: a patient's or a staff member's. The phone is sealed; sign-in finds it by its blind index."""

    class Role(models.TextChoices):
        PATIENT = "patient", _("patient")
        DESK = "desk", _("front desk")
        EXPERT = "expert", _("expert")
        MANAGER = "manager", _("manager")
        ADMINISTRATOR = "administrator", _("administrator")

    STAFF_ROLES: ClassVar = frozenset({Role.DESK, Role.EXPERT, Role.MANAGER, Role.ADMINISTRATOR})

    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.PATIENT)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True, unique=True)
    phone_tail = models.CharField(_("last digits of the phone"), max_length=4, blank=True)
    phone_verified_at = models.DateTimeField(null=True)
    language = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=_("of messages; empty: the hospital's"),
    )
    email_sealed = models.BinaryField(null=True)
    email_confirmed_at = models.DateTimeField(null=True, help_text=_("by the link that was sent there"))
    sms_all = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("text messages about everything, not only what is essential"),
    )
    may_add_on = models.BooleanField(
        _("may give add-on numbers"),
        default=False,
        db_default=False,
        help_text=_("may give numbers beyond a slot's quota"),
    )
    may_call_out_of_order = models.BooleanField(
        _("may call out of order"),
        default=False,
        db_default=False,
        help_text=_("may call a certain patient before the turn, with a reason"),
    )
    must_change_password = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("the password was handed over, its owner chooses another"),
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment] # lazy: in the reader's language
        verbose_name_plural = _("accounts")  # type: ignore[assignment]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["patient", "desk", "expert", "manager", "administrator"]),
                name="user_role_is_known",
            )
        ]

    @property
    def shown_name(self) -> str:
        """The name that colleagues read."""
        return self.first_name or self.get_username()

    @property
    def is_hospital_staff(self) -> bool:
        """Whether this account belongs to the hospital's staff."""
        return self.role in self.STAFF_ROLES


class ApiToken(models.Model):
    """A bearer token, kept as a digest only: a person's after a full sign-in, or a kiosk's."""

    digest = models.BinaryField(unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="api_tokens")
    device = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("token of a kiosk or script")
        verbose_name_plural = _("tokens of kiosks and scripts")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, device="") | Q(user__isnull=True, device="kiosk"),
                name="token_is_a_persons_or_a_kiosks",
            )
        ]

    def __str__(self) -> str:
        return self.name


__all__ = [
    "ApiToken",
    "ClockOffset",
    "IdempotencyKey",
    "Job",
    "Message",
    "PolicyVersion",
    "StateChange",
    "User",
]
