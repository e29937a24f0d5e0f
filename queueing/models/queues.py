"""What is called from: one session, or several that share their patients."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Queue(models.Model):
    """Owns the tickets, the number counter and the revision.

    ``next_number`` and ``revision`` change only in the statement that takes a number or moves a ticket, so
    every change of a queue waits for the one before it.
    """

    letter = models.CharField(max_length=2)
    next_number = models.PositiveIntegerField(default=1)
    revision = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        constraints = [
            models.CheckConstraint(condition=Q(next_number__gte=1), name="queue_numbers_start_at_1"),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.pk}"


class SharedQueue(models.Model):
    """The one queue of a department's sessions of the same hours."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="shared")
    department = models.ForeignKey(
        "booking.Department", on_delete=models.PROTECT, related_name="shared_queues"
    )
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "opens_at", "closes_at"],
                name="one_shared_queue_per_department_and_hours",
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.department_id}"


class QueueSession(models.Model):
    """Which queue a clinic session calls from."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="links")
    session = models.OneToOneField(
        "booking.ClinicSession", on_delete=models.CASCADE, related_name="queue_link"
    )

    def __str__(self) -> str:
        return f"{self.queue} {self.session_id}"
