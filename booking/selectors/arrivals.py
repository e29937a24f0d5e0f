"""What a waiting room asks of booking: how late experts usually begin, and which booked patients are not here yet."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, FloatField, StdDev
from django.db.models.functions import Cast, Extract

from booking.models import Appointment, ClinicSession


def late_starts(
    expert_ids: Iterable[int], *, since: datetime, now: datetime
) -> dict[int, tuple[int, float, float]]:
    """How many sessions each expert began since then, and how long after the opening hour: mean and deviation [min].

    One query. The session of the moment does not count for its own expectation: only those that have closed do.
    """
    late = Cast(
        Extract(ExpressionWrapper(F("started_at") - F("opens_at"), output_field=DurationField()), "epoch"),
        FloatField(),
    )
    rows = (
        ClinicSession.objects.filter(
            expert_id__in=set(expert_ids),
            state="closed",
            started_at__isnull=False,
            opens_at__range=(since, now),
        )
        .annotate(late_min=late / 60.0)
        .values("expert_id")
        .annotate(n=Count("pk"), mean=Avg("late_min"), sd=StdDev("late_min"))
    )
    return {row["expert_id"]: (row["n"], row["mean"] or 0.0, row["sd"] or 0.0) for row in rows}


def slots_to_come(session_ids: Iterable[int]) -> dict[int, tuple[datetime, ...]]:
    """When the slots of booked patients begin who have not checked in, by session; one query."""
    rows = (
        Appointment.objects.filter(session_id__in=set(session_ids), state="booked")
        .order_by("slot__starts_at", "pk")
        .values_list("session_id", "slot__starts_at")
    )
    found: dict[int, list[datetime]] = {}
    for session_id, starts_at in rows:
        found.setdefault(session_id, []).append(starts_at)
    return {session_id: tuple(starts) for session_id, starts in found.items()}
