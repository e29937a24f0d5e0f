"""History files that a manager brought in on the page, and the mappings to read them by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.domain.states import UPLOAD_MOVES
from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves


class SavedMapping(models.Model):
    """How files of another system are read; made on the page, used there and by ``import_visits --mapping``."""

    name = models.CharField(max_length=40, unique=True)
    tables = models.JSONField(help_text=_("as a mapping file has them"))
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")

    def __str__(self) -> str:
        return self.name


class HistoryUpload(models.Model):
    """One file on its way in: looked at, checked as a whole, then taken in."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being read")
        CHECKED = "checked", _("read, without errors")
        REFUSED = "refused", _("read, with errors")
        TAKING = "taking", _("being taken in")
        TAKEN = "taken", _("taken in")
        DISCARDED = "discarded", _("discarded")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text=_("bytes"))
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    tables = models.JSONField(default=dict, help_text=_("the mapping; empty for the canonical format"))
    start_date = models.DateField(null=True, help_text=_("first day of a history without dates"))
    report = models.JSONField(default=dict, help_text=_("what the check found, or what was taken in"))
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("history file")
        verbose_name_plural = _("history files")
        triggers = [legal_moves("upload_moves_are_legal", UPLOAD_MOVES)]

    def __str__(self) -> str:
        return self.name


class UploadPart(models.Model):
    """A piece of such a file, or of the list of its errors; sealed, since files may name patients."""

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        SAMPLE = "sample", _("first rows")
        FAULTS = "faults", _("errors")

    upload = models.ForeignKey(HistoryUpload, on_delete=models.CASCADE, related_name="parts", db_index=False)
    kind = models.CharField(max_length=6, choices=Kind)
    index = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of files")
        constraints = [
            models.UniqueConstraint(fields=["upload", "kind", "index"], name="one_part_per_kind_and_index")
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.kind} {self.index}"
