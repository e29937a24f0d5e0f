"""The administration of booking: rows to look at, with their history, and nothing to change."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from booking.models import ClinicSession
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def test_the_history_says_who_did_what_and_why(
    client: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    client.force_login(cast.admin)
    page = client.get(reverse("admin:booking_appointment_history", args=[held.pk])).content.decode()
    assert "hold" in page
    assert "lin" in page
    assert "<td>held, to be paid</td>" in page
    assert reverse("admin:booking_appointment_change", args=[held.pk]) in page
    sealed = client.get(reverse("admin:booking_patient_change", args=[held.patient_id])).content.decode()
    assert "id_sealed" not in sealed
    assert factories.LIN_ID not in sealed
