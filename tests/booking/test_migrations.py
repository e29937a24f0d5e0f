"""Migrations on tables that have rows already."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from booking import services
from booking.models import ClinicSession, Payment
from hospital.common.actor import Actor
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

pytestmark = pytest.mark.django_db


def test_payments_that_were_there_before_order_numbers_are_known_by_their_own_codes(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    for name, slot in (("lin", slots(tomorrow)[0]), ("chen", slots(tomorrow)[1])):
        held = hold(slot, cast.patients[name], getattr(cast, name), now())
        services.payment_create(
            appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(getattr(cast, name)), now=now()
        )
    state = MigrationLoader(connection).project_state(("booking", "0002_links_and_triggers"))
    migration = import_module("booking.migrations.0003_payment_order_no").Migration("0003", "booking")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE booking_payment DROP COLUMN order_no")
    with connection.schema_editor() as editor:
        migration.apply(state, editor)
    payments = Payment.objects.all()
    assert [payment.order_no for payment in payments] == [payment.code for payment in payments]
    assert len({payment.order_no for payment in payments}) == 2
