"""Calls as they were made: what screens announce once, and what the rules count."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from queueing.models.queues import Queue
from queueing.models.tickets import Ticket


class Call(models.Model):
    """One call or recall. The primary key rises, so a screen announces each row once.

    ``rule`` is why the patient was next (:class:`queueing.domain.places.Rule`); the rows of a queue tell
    which slots are passed and whose turn it is. ``overtook`` are the tickets that the call went past because another
    expert of a shared queue suits them better. An undone call stays, marked, and counts for nothing.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="calls")
    session = models.ForeignKey("booking.ClinicSession", on_delete=models.PROTECT, related_name="calls")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="calls")
    room = models.ForeignKey("booking.Room", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=16)
    recall = models.BooleanField(default=False)
    called_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    overtook = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(
                fields=["queue", "id"], condition=Q(undone_at=None, recall=False), name="calls_that_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.rule}"
