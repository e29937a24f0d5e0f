"""The append-only history of every state change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from hospital.common.actor import Actor
from hospital.common.errors import Transitions, next_state
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


def begin(
    thing: Any,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    state: str | None = None,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Write the first row of a thing just made; ``state`` is said where the thing has no column of it."""
    to_state = thing.state if state is None else state
    record(
        thing=thing,
        verb=verb,
        from_state=None,
        to_state=to_state,
        actor=actor,
        at=at,
        reason=reason,
        data=data,
    )


def note(
    thing: Any,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    state: str | None = None,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Write a row about what leaves the thing's state as it is; ``state`` as for :func:`begin`."""
    kept = thing.state if state is None else state
    record(
        thing=thing, verb=verb, from_state=kept, to_state=kept, actor=actor, at=at, reason=reason, data=data
    )


def move(
    thing: Any,
    table: Transitions,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    data: Mapping[str, object] | None = None,
    columns: Mapping[str, object] | None = None,
) -> None:
    """Move a locked thing along its table of states and write ``columns`` with it, with its history row.

    Raises
    ------
    IllegalTransition
        When the table has no such move; nothing is written.
    """
    before, thing.state = thing.state, next_state(table, thing.state, verb)
    written = columns or {}
    for name, value in written.items():
        setattr(thing, name, value)
    thing.save(update_fields=["state", *written])
    record(
        thing=thing,
        verb=verb,
        from_state=before,
        to_state=thing.state,
        actor=actor,
        at=at,
        reason=reason,
        data=data,
    )


def record_all(
    *,
    things: Sequence[models.Model],
    verb: str,
    to_state: str,
    actor: Actor,
    at: datetime,
    from_state: str = "",
    data: Sequence[Mapping[str, object]] = (),
) -> None:
    """Write the same history row for many things of one kind, in one statement; ``data`` may tell them apart."""
    StateChange.objects.bulk_create(
        StateChange(
            thing=thing._meta.model_name or "",
            thing_id=thing.pk,
            verb=verb,
            from_state=from_state,
            to_state=to_state,
            actor_kind=actor.kind,
            actor_id=actor.user_id,
            actor_name=actor.name,
            at=at,
            data=dict(more),
        )
        for thing, more in zip(things, data or [{}] * len(things), strict=True)
    )


def of(thing: models.Model) -> "models.QuerySet[StateChange]":
    """The history of ``thing``, oldest first."""
    return StateChange.objects.filter(thing=thing._meta.model_name, thing_id=thing.pk).order_by("pk")
