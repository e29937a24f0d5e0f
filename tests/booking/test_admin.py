"""The administration of booking: rows to look at, with their history, and nothing to change."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from booking.models import ClinicSession
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def test_every_list_opens_and_nothing_can_be_added(
    client: Client, cast: factories.Cast, tomorrow: ClinicSession
) -> None:
    client.force_login(cast.admin)
    models = [model for model in admin.site._registry if model._meta.app_label == "booking"]
    assert len(models) >= 20
    for model in models:
        name = f"admin:booking_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, name
        assert client.get(reverse(f"{name}_add")).status_code == 403, name


def test_the_history_says_who_did_what_and_why(
    client: Client, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    client.force_login(cast.admin)
    page = client.get(reverse("admin:booking_appointment_history", args=[held.pk])).content.decode()
    assert "hold" in page
    assert "lin" in page
    sealed = client.get(reverse("admin:booking_patient_change", args=[held.patient_id])).content.decode()
    assert "id_sealed" not in sealed
    assert factories.LIN_ID not in sealed
