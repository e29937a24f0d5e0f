"""Every move of the state tables is allowed as listed, every other is refused: by the domain and by the database."""

from itertools import product

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from booking.domain import states
from booking.models import (
    Appeal,
    Appointment,
    ClinicSession,
    DataRequest,
    DrawRequest,
    Payment,
    ReturnedNumber,
    Stop,
    StopCase,
    WaitlistEntry,
    WalkIn,
)
from hospital.common.errors import IllegalTransition, Transitions, next_state
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

TABLES: list[tuple[type[Model], Transitions]] = [
    (ClinicSession, states.SESSION),
    (Appointment, states.APPOINTMENT),
    (Payment, states.PAYMENT),
    (WalkIn, states.WALK_IN),
    (WaitlistEntry, states.WAITLIST),
    (ReturnedNumber, states.RETURNED),
    (DrawRequest, states.DRAW_REQUEST),
    (Stop, states.STOP),
    (StopCase, states.STOP_CASE),
    (Appeal, states.APPEAL),
    (DataRequest, states.DATA_REQUEST),
]


def names(table: Transitions) -> list[str]:
    return sorted({state for state, _verb in table if state} | set(table.values()))


VERBS = [
    pytest.param(table, state, verb, id=f"{model.__name__}-{state}-{verb}")
    for model, table in TABLES
    for state, verb in product([None, *names(table)], sorted({verb for _state, verb in table}))
]


@pytest.mark.parametrize(("table", "state", "verb"), VERBS)
def test_the_domain_allows_exactly_the_listed_moves(table: Transitions, state: str | None, verb: str) -> None:
    if (state, verb) in table:
        assert next_state(table, state, verb) == table[state, verb]
    else:
        with pytest.raises(IllegalTransition):
            next_state(table, state, verb)


@pytest.fixture
def rows(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> dict[type[Model], Model]:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    payment = Payment.objects.create(appointment=held, provider="sandbox", amount_fen=1, created_at=now())
    walk_in = WalkIn.objects.create(
        session=tomorrow, patient=cast.patients["chen"], fee_fen=1, registered_at=now()
    )
    asked = {"session": tomorrow, "patient": cast.patients["lin"]}
    entry = WaitlistEntry.objects.create(**asked, joined_at=now(), accept_by=now())
    returned = ReturnedNumber.objects.create(slot=held.slot, returned_at=now(), public_at=now(), entry=entry)
    wish = DrawRequest.objects.create(**asked, slot=held.slot, asked_at=now())
    stop = Stop.objects.create(session=tomorrow, reason="ill", proposed_at=now())
    case = StopCase.objects.create(stop=stop, appointment=held)
    appeal = Appeal.objects.create(appointment=held, account=cast.lin, text="ill", asked_at=now())
    request = DataRequest.objects.create(kind="deletion", patient=cast.patients["lin"], asked_at=now())
    made = [tomorrow, held, payment, walk_in, entry, returned, wish, stop, case, appeal, request]
    return {type(row): row for row in made}


@pytest.mark.django_db
def test_the_database_allows_exactly_the_listed_moves(rows: dict[type[Model], Model]) -> None:
    """Raw SQL, so that whoever writes it meets the trigger; all pairs of all tables."""
    wrong = []
    for model, table in TABLES:
        allowed = {(start, end) for (start, _verb), end in table.items()}
        name, pk = model._meta.db_table, rows[model].pk
        for start, end in product(names(table), repeat=2):
            if start == end:
                continue
            with connection.cursor() as cursor:
                with pgtrigger.ignore():
                    cursor.execute(f"UPDATE {name} SET state = %s WHERE id = %s", [start, pk])
                try:
                    with transaction.atomic():
                        cursor.execute(f"UPDATE {name} SET state = %s WHERE id = %s", [end, pk])
                    moved = True
                except IntegrityError:
                    moved = False
            if moved != ((start, end) in allowed):
                wrong.append((model.__name__, start, end))
    assert wrong == []
