"""The history of every state change: written once, never changed, whoever tries."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from booking.models import ClinicSession
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.models import PolicyVersion, StateChange
from tests.clock import VirtualClock
from tests.factories import Cast, cast

pytestmark = pytest.mark.django_db

__all__ = ["cast"]


@pytest.fixture
def people(now: VirtualClock) -> Cast:
    return cast(now())


@pytest.fixture
def row(people: Cast, now: VirtualClock) -> StateChange:
    return history.record(
        thing=people.lin,
        verb="open",
        from_state=None,
        to_state="open",
        actor=Actor.of(people.desk),
        at=now(),
        reason="asked at the desk",
        data={"by": "phone"},
    )


def test_a_row_says_who_moved_what_from_where_to_where_when_and_why(
    row: StateChange, people: Cast, now: VirtualClock
) -> None:
    kept = StateChange.objects.get(pk=row.pk)
    assert (kept.thing, kept.thing_id, kept.verb) == ("user", people.lin.pk, "open")
    assert (kept.from_state, kept.to_state, kept.at) == ("", "open", now())
    assert (kept.actor_kind, kept.actor_id, kept.actor_name) == ("desk", people.desk.pk, "desk")
    assert (kept.reason, kept.data) == ("asked at the desk", {"by": "phone"})


def test_the_history_of_a_thing_is_its_own_and_in_order(
    row: StateChange, people: Cast, now: VirtualClock
) -> None:
    again = history.record(
        thing=people.lin, verb="close", from_state="open", to_state="closed", actor=Actor.job("x"), at=now()
    )
    history.record(
        thing=people.chen, verb="open", from_state=None, to_state="open", actor=Actor.job("x"), at=now()
    )
    assert list(history.of(people.lin)) == [row, again]
    assert not history.of(ClinicSession(pk=people.lin.pk)).exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE hospital_statechange SET to_state = 'closed'",
        "UPDATE hospital_statechange SET at = at",
        "DELETE FROM hospital_statechange",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_row(row: StateChange, sql: str) -> None:
    refused = pytest.raises(DatabaseError, match="Cannot update or delete")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert StateChange.objects.get(pk=row.pk).to_state == "open"


def test_neither_can_the_orm(row: StateChange) -> None:
    row.to_state = "closed"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    assert StateChange.objects.get(pk=row.pk).to_state == "open"


def test_versions_of_the_policy_are_kept_as_they_were(now: VirtualClock) -> None:
    PolicyVersion.objects.create(number=1, values={}, actor_name="manager", at=now())
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.update(values={"hold_min": 1})
