"""Departments, rooms and experts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.language import chinese


class Department(models.Model):
    """A department; a sensitive one shows numbers only on its screens."""

    class Discipline(models.TextChoices):
        APPOINTMENTS_FIRST = "appointments_first", _("appointments first")
        FIRST_COME = "first_come", _("first come, first served")
        INTERLEAVE = "interleave", _("booked patients and walk-ins in turn")

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True, db_index=True)
    place = models.CharField(_("waiting area, in Chinese"), max_length=60, blank=True)
    place_en = models.CharField(_("waiting area, in English"), max_length=60, blank=True)
    sensitive = models.BooleanField(_("sensitive"), default=False)
    discipline = models.CharField(
        _("order of calling"), max_length=20, choices=Discipline, default=Discipline.APPOINTMENTS_FIRST
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["pinyin", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the user's language."""
        return self.name if chinese() else self.name_en

    @property
    def place_label(self) -> str:
        """Where its waiting area is, in the user's language."""
        return self.place if chinese() else self.place_en or self.place


class SymptomWord(models.Model):
    """A word that patients use and the department it leads to; the hospital keeps this table."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="symptom_words")
    word = models.CharField(max_length=30)
    word_en = models.CharField(max_length=60, blank=True)
    pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=30, blank=True)
    weight = models.PositiveSmallIntegerField(default=5, help_text=_("1 to 10: how surely it leads there"))
    featured = models.BooleanField(default=False, help_text=_("shown on the start page"))

    class Meta:
        verbose_name = _("symptom word")
        verbose_name_plural = _("symptom words")
        ordering = ["department", "pinyin", "word"]
        constraints = [
            models.UniqueConstraint(fields=["department", "word"], name="one_word_per_department"),
            models.CheckConstraint(condition=Q(weight__range=(1, 10)), name="symptom_weight_is_1_to_10"),
        ]

    def __str__(self) -> str:
        return self.word

    @property
    def label(self) -> str:
        """The word in the user's language."""
        return self.word if chinese() else self.word_en or self.word


class Room(models.Model):
    """A consulting room, as the signs in the building name it."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name on the door"), max_length=20)
    place = models.CharField(_("place, in Chinese"), max_length=60, blank=True)
    place_en = models.CharField(_("place, in English"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("consulting room")
        verbose_name_plural = _("consulting rooms")

    def __str__(self) -> str:
        return self.name

    @property
    def place_label(self) -> str:
        """Where it is, in the user's language."""
        return self.place if chinese() else self.place_en or self.place


class Expert(models.Model):
    """A doctor whom patients book."""

    class Title(models.TextChoices):
        CHIEF = "chief", _("chief physician")
        ASSOCIATE = "associate", _("associate chief physician")
        ATTENDING = "attending", _("attending physician")

    code = models.SlugField(_("code"), max_length=20, unique=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="experts", verbose_name=_("department")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="expert",
        verbose_name=_("signs in as"),
    )
    name = models.CharField(_("Chinese name"), max_length=50)
    name_en = models.CharField(_("English name"), max_length=80)
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True, db_index=True)
    initials = models.CharField(max_length=20, blank=True, db_index=True)
    title = models.CharField(_("title"), max_length=20, choices=Title)
    specialty = models.CharField(_("expertise, in Chinese"), max_length=120, blank=True)
    specialty_en = models.CharField(_("expertise, in English"), max_length=160, blank=True)
    fee_fen = models.PositiveIntegerField()
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["pinyin", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(fee_fen__lte=1_000_000), name="expert_fee_is_plausible"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the user's language."""
        return self.name if chinese() else self.name_en

    @property
    def specialty_label(self) -> str:
        """What the expert is known for, in the user's language."""
        return self.specialty if chinese() else self.specialty_en or self.specialty
