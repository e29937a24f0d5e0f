"""Receipt printers, and what is printed where: each job is sent at most once."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_8, code_12
from hospital.common.triggers import legal_moves
from queueing.domain.charsets import ENCODINGS
from queueing.domain.escpos import COLUMNS
from queueing.domain.printing import PRINT, SENDING, STATES

RAW_PORT = 9100


class Printer(models.Model):
    """A receipt printer in the network, spoken to directly (raw TCP)."""

    class Encoding(models.TextChoices):
        GB18030 = "gb18030", _("GB18030, characters of two bytes (most printers)")
        GB18030_FULL = "gb18030_full", _("GB18030, also rare characters")
        GB2312 = "gb2312", _("GB2312 (old printers)")
        UTF8 = "utf8", _("UTF-8")

    WIDTHS: ClassVar = ((32, _("58 mm, 32 letters")), (48, _("80 mm, 48 letters")))

    code = models.CharField(max_length=8, unique=True, default=code_8)
    name = models.CharField(_("Name"), max_length=60)
    place = models.CharField(_("Place"), max_length=60, blank=True)
    host = models.CharField(_("Address in the network"), max_length=200)
    port = models.PositiveIntegerField(
        _("Port"), default=RAW_PORT, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    columns = models.PositiveSmallIntegerField(_("Paper"), choices=WIDTHS, default=48)
    encoding = models.CharField(_("Characters"), max_length=16, choices=Encoding, default=Encoding.GB18030)
    tells_paper = models.BooleanField(
        _("Ask whether there is paper before each slip"), default=True, db_default=True
    )
    enabled = models.BooleanField(_("In use"), default=True)
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=20, blank=True)
    last_sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("printer")
        verbose_name_plural = _("printers")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(columns__in=COLUMNS), name="printer_columns_are_known"),
            models.CheckConstraint(condition=Q(encoding__in=ENCODINGS), name="printer_encoding_is_known"),
            models.CheckConstraint(condition=Q(port__range=(1, 65535)), name="printer_port_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


class PrintJob(models.Model):
    """One paper slip that somebody asked for. ``serial`` 0 is the first of a ticket, above it are reprints."""

    class Kind(models.TextChoices):
        SLIP = "slip", _("slip")
        TEST = "test", _("test page")

    class State(models.TextChoices):
        QUEUED = "queued", _("waits for the printer")
        SENDING = "sending", _("goes to the printer")
        SENT = "sent", _("printed")
        FAILED = "failed", _("not printed")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    printer = models.ForeignKey(Printer, on_delete=models.PROTECT, related_name="jobs")
    ticket = models.ForeignKey("queueing.Ticket", on_delete=models.PROTECT, null=True, related_name="prints")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SLIP)
    serial = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150, blank=True)
    sending_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("print job")
        verbose_name_plural = _("print jobs")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "serial"], name="each_slip_is_one_print_job"),
            models.UniqueConstraint(
                fields=["printer"], condition=Q(state=SENDING), name="a_printer_prints_one_slip_at_a_time"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="print_job_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind="slip", ticket__isnull=False) | Q(kind="test", ticket__isnull=True),
                name="a_slip_is_of_a_ticket",
            ),
        ]
        indexes = [
            models.Index(fields=["printer", "id"], condition=Q(state="queued"), name="print_jobs_waiting"),
            models.Index(fields=["asked_at"], condition=Q(state="failed"), name="print_jobs_failed"),
        ]
        triggers = [legal_moves("print_job_moves_are_legal", PRINT)]

    def __str__(self) -> str:
        return self.code
