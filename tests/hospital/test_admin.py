"""The administration: every table opens at the same cost whether it has one row or twenty, and shows no secret."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.clock import VirtualClock
from tests.hospital.rows import FIRST, OURS, SECRET, rows_of_every_table

pytestmark = pytest.mark.django_db
MANY = 4
# these have forms, whose rules tests/hospital/test_set_up.py shows
SET_UP = {"booking.Department", "booking.Room", "booking.Expert", "hospital.User", "hospital.ApiToken"}


def test_every_list_row_and_history_opens_at_a_constant_cost_and_shows_no_secret(
    client: Client, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_of_every_table(MANY)
    client.force_login(factories.user("admin", "administrator"))
    client.get("/admin/")
    wrong = []
    for model, shown in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        counts = []
        for number in (1, MANY):
            monkeypatch.setattr(shown, "list_per_page", number)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page = client.get(reverse(f"{name}_changelist"))
            counts.append(len(queries))
        pages = [page, *(client.get(reverse(f"{name}_{of}", args=[FIRST])) for of in ("change", "history"))]
        if counts[0] != counts[1]:
            wrong.append(f"{name}: {counts[0]} queries for one row, {counts[1]} for {MANY}")
        for page in pages:
            text = page.content.decode()
            if page.status_code != 200 or SECRET.decode() in text or SECRET.hex() in text:
                wrong.append(f"{name}: {page.status_code} {page.request['PATH_INFO']}")
    assert wrong == []


def test_everything_of_ours_is_registered_and_nothing_but_the_set_up_can_be_added_or_changed(
    client: Client,
) -> None:
    client.force_login(factories.user("admin", "administrator"))
    registered = {model._meta.label for model in admin.site._registry}
    assert {label.split(".")[0] for label in registered} <= OURS
    assert {
        "booking.Draw",
        "booking.SymptomWord",
        "booking.RiskSignal",
        "booking.SpentChallenge",
    } <= registered
    assert registered >= SET_UP
    for model in admin.site._registry:
        if model._meta.label in SET_UP:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_add")).status_code == 403, name
        assert client.post(reverse(f"{name}_change", args=[1]), {}).status_code in {302, 403}, name


def test_a_sealed_draw_shows_its_commitment_and_never_its_seed(client: Client, now: VirtualClock) -> None:
    rows_of_every_table(1)
    client.force_login(factories.user("admin", "administrator"))
    page = client.get(reverse("admin:booking_draw_change", args=[FIRST])).content.decode()
    assert "commitment" in page
    assert "seed_sealed" not in page
