"""The append-only history of every state change."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import models

from hospital.common.actor import Actor
from hospital.common.models import StateChange


def record(
    *,
    thing: models.Model,
    verb: str,
    from_state: str | None,
    to_state: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> StateChange:
    """Write one history row; it can never be changed or deleted afterwards."""
    return StateChange.objects.create(
        thing=thing._meta.model_name or "",
        thing_id=thing.pk,
        verb=verb,
        from_state=from_state or "",
        to_state=to_state,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        actor_name=actor.name,
        at=at,
        reason=reason,
        data=dict(data or {}),
    )


def record_all(
    *,
    things: Sequence[models.Model],
    verb: str,
    from_state: str | None,
    to_state: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the same history row for many things of one kind, in one statement."""
    StateChange.objects.bulk_create(
        StateChange(
            thing=thing._meta.model_name or "",
            thing_id=thing.pk,
            verb=verb,
            from_state=from_state or "",
            to_state=to_state,
            actor_kind=actor.kind,
            actor_id=actor.user_id,
            actor_name=actor.name,
            at=at,
        )
        for thing in things
    )


def of(thing: models.Model) -> "models.QuerySet[StateChange]":
    """The history of ``thing``, oldest first."""
    return StateChange.objects.filter(thing=thing._meta.model_name, thing_id=thing.pk).order_by("pk")
