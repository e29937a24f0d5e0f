"""People and slots for load tests: usable at once, added beside what exists, in the demo only."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from booking.models import Patient, Slot
from hospital.models import User

pytestmark = pytest.mark.django_db


def seed(file: Path, *, patients: int = 3, slots: int = 14, quota: int = 2) -> dict[str, list[object]]:
    arguments = ["--patients", patients, "--slots", slots, "--quota", quota, "--out", file]
    call_command("seed_load", *(str(argument) for argument in arguments), verbosity=0)
    made: dict[str, list[object]] = json.loads(file.read_text())
    return made


def book(client: Client, person: object, slot: object, key: str = "k") -> int:
    assert isinstance(person, dict)
    return client.post(
        "/api/v1/appointments/",
        {"slot": slot, "patient": person["patient"]},
        content_type="application/json",
        headers={"Authorization": f"Token {person['token']}", "Idempotency-Key": key},
    ).status_code


@pytest.mark.django_db(transaction=True)
def test_every_person_can_book_and_each_slot_sells_its_quota(tmp_path: Path, client: Client) -> None:
    made = seed(tmp_path / "load.json")
    assert (len(made["patients"]), len(set(map(str, made["slots"])))) == (3, 14)
    assert [book(client, person, made["slots"][0]) for person in made["patients"]] == [201, 201, 409]
    assert book(client, made["patients"][2], made["slots"][13], "again") == 201
    assert {*Slot.objects.filter(code__in=made["slots"]).values_list("quota", "bookable")} == {(2, True)}
    call_command("verify_invariants")


def test_running_it_again_adds_others(tmp_path: Path) -> None:
    first, second = seed(tmp_path / "a.json"), seed(tmp_path / "b.json", patients=1)
    assert not {*map(str, first["slots"])} & {*map(str, second["slots"])}
    assert User.objects.filter(username__startswith="load-").count() == Patient.objects.count() == 4


def test_only_the_owner_can_read_the_tokens(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    seed(file)
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_it_refuses_outside_the_demo(tmp_path: Path, settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        seed(tmp_path / "load.json")
    assert not (tmp_path / "load.json").exists()


@pytest.mark.parametrize("wrong", [{"patients": 0}, {"slots": -1}, {"quota": 40_000}])
def test_impossible_numbers_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="expected a number from 1 to"):
        seed(tmp_path / "load.json", **wrong)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        seed(tmp_path / "missing" / "load.json")
    assert not User.objects.exists()
