"""Known documents and phones go through API and pages; afterwards nothing that is kept or written shows one."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import ZipFile

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from booking.models import ClinicSession, Patient
from booking.services import patient_register
from hospital.accounts.services import token_issue
from hospital.common import jobs
from hospital.common.actor import Actor
from tests import factories
from tests.clock import VirtualClock
from tests.figures import Figures
from tests.security.doors import Doors
from tests.security.routes import listed
from tests.security.world import World, hospital

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
CANARIES = int(os.environ.get("CANARIES", "30"))
"""500 under `make chaos`."""
IN_LISTS = 9
"""More who stand in every list that staff may read."""

TELEPHONE = {"demo/outbox/"}
"""Messages as they reach the telephones of the demo, which has no others; nowhere else is there such an address."""


class Canary:
    """A person whose document and phone nobody else has."""

    def __init__(self, number: int) -> None:
        self.id_number = factories.resident_id(
            number % 1000, born=f"19{70 + number // 1000:02d}0417", county="330106"
        )
        self.phone = f"1397{number:07d}"

    @property
    def secrets(self) -> tuple[str, str]:
        return self.id_number, self.phone


def _body(canary: Canary) -> dict[str, str]:
    return {
        "name": "金丝雀",
        "id_type": "resident",
        "id_number": canary.id_number,
        "phone": canary.phone,
        "relation": "other",
    }


def walk(
    canaries: list[Canary], cast: factories.Cast, session: ClinicSession, now: VirtualClock
) -> list[str]:
    """Every way that a document or phone comes in: API, the account's page, the desk; also wrongly."""
    answers: list[str] = []
    desk, browser = Client(), Client()
    desk.force_login(cast.desk)
    for number, canary in enumerate(canaries):
        account = factories.user(f"canary{number}", "patient")
        token = token_issue(name="canary", actor=Actor.of(account), now=now(), user=account)
        script = {"Authorization": f"Token {token}"}
        way = number % 3
        if way == 0:
            made = browser.post("/api/v1/patients/", _body(canary), "application/json", headers=script)
            answers.append(made.content.decode())
            booked = browser.post(
                "/api/v1/appointments/",
                {"slot": factories.slots(session)[number % 4].code, "patient": made.json().get("code", "")},
                "application/json",
                headers={**script, "Idempotency-Key": f"k{number}"},
            )
            answers.append(booked.content.decode())
            answers.append(browser.get("/api/v1/patients/", headers=script).content.decode())
        elif way == 1:
            browser.force_login(account)
            browser.post(reverse("booking:patients"), _body(canary))
            answers.append(browser.get(reverse("booking:patients")).content.decode())
        else:
            desk.post(reverse("booking:counter-register"), _body(canary))
            desk.post(reverse("queueing:desk-find"), {"q": canary.phone})
            page = desk.post(reverse("booking:add-on", args=[session.code]), {"q": canary.id_number})
            typed = f'value="{canary.id_number}"'  # what was typed stays in its field
            answers.append(page.content.decode().replace(typed, ""))
            asked = {"q": canary.phone}
            listed_by_script = desk.post("/api/v1/desk/patients/find/", asked, "application/json")
            assert listed_by_script.status_code == 200
            answers.append(listed_by_script.content.decode())
        wrong = {**_body(canary), "id_number": canary.id_number + "9", "name": "\u202e"}
        answers.append(
            browser.post("/api/v1/patients/", wrong, "application/json", headers=script).content.decode()
        )
        browser.get("/api/v1/experts/", {"q": "头痛"})
    return answers


def dump() -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as a dump writes it: binary columns in hex and decoded, sessions unpacked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copied:
                yield table, b"".join(bytes(part) for part in copied)
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'bytea'",
                [table],
            )
            for (column,) in cursor.fetchall():
                cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
                yield f"{table}.{column}", b"\n".join(bytes(value) for (value,) in cursor.fetchall())
    for session in Session.objects.all():
        yield "sessions, decoded", json.dumps(session.get_decoded(), default=str).encode()


def valkey() -> Iterator[tuple[str, bytes]]:
    """Every key and value."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("*"):
        kind = client.type(key)
        read = {
            b"string": client.get,
            b"list": lambda name: client.lrange(name, 0, -1),
            b"hash": client.hgetall,
            b"set": client.smembers,
            b"zset": lambda name: client.zrange(name, 0, -1, withscores=True),
            b"stream": client.xrange,
        }[kind]
        yield f"valkey {key!r}", key + repr(read(key)).encode()


@contextmanager
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at every level."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def exports(doors: Doors, world: World) -> Iterator[tuple[str, bytes]]:
    """Whatever can be read or taken away, by whoever may: every address that is listed, files unpacked."""
    for route in listed():
        if route.pattern in TELEPHONE or (route.method != "GET" and "export" not in route.pattern):
            continue
        roles = {"anonymous"} if "anonymous" in route.roles else route.roles - {"administrator"}
        for role in sorted(roles):
            answer = doors.knock(role, route.method, world.path(route)).content
            yield f"{role}: {route}", answer
            if answer.startswith(b"PK"):
                with ZipFile(io.BytesIO(answer)) as packed:
                    for name in packed.namelist():
                        yield f"{role}: {route} {name}", packed.read(name)


def found(canaries: list[Canary], places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Where a canary's document or phone can be read."""
    secrets = {secret.encode() for canary in canaries for secret in canary.secrets}
    return [
        f"{place}: {secret.decode()}" for place, content in places for secret in secrets if secret in content
    ]


def registered(canary: Canary, now: VirtualClock) -> Patient:
    """By the desk: the phone is for messages."""
    given = {**_body(canary), "actor": Actor.job("test"), "now": now()}
    del given["relation"]
    return patient_register(**given)  # type: ignore[arg-type]


def test_no_document_and_no_phone_can_be_read_anywhere(
    doors: Doors, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, figures: Figures
) -> None:
    canaries = [Canary(number) for number in range(CANARIES + IN_LISTS)]
    of_lists = canaries[CANARIES - 1 :]
    with log() as written:
        answers = walk(canaries[:CANARIES], cast, tomorrow, now)
        jobs.run_due(now())
        world = hospital(cast, now, person=lambda number: registered(of_lists[number], now))
        read = list(exports(doors, world))
    assert Patient.objects.filter(name="金丝雀").count() == len(canaries), (
        "not all came in: the test shows nothing"
    )
    places = [*dump(), *valkey(), ("log", written.getvalue().encode()), *read]
    places += [("an answer", answer.encode()) for answer in answers]
    in_lists = {place for place, content in read if "金丝雀".encode() in content}
    assert len(in_lists) > 10, "hardly a page shows the people: that none shows more of them says little"
    size = sum(len(content) for _place, content in places)
    leaks = found(canaries, iter(places))
    assert leaks == []
    figures.shown("canaries", f"0 of {len(canaries)} in dump, logs, Valkey, {len(read)} pages and files "
                  f"({len(in_lists)} name them), {len(answers)} answers: {size / 1e6:.1f} MB")  # fmt: skip


def test_control_the_search_finds_a_canary_wherever_one_is_kept_in_the_clear(
    cast: factories.Cast, now: VirtualClock, figures: Figures
) -> None:
    canary = Canary(7)
    patient = cast.patients["lin"]
    patient.name = f"林{canary.phone}"
    patient.id_sealed = canary.id_number.encode()
    patient.save(update_fields=["name", "id_sealed"])
    browser = Client()
    browser.force_login(cast.lin)
    session = browser.session
    session["typed"] = canary.id_number
    session.save()
    leaks = found([canary], iter([*dump(), ("a page", browser.get("/patients/").content)]))
    assert {leak.rpartition(":")[0] for leak in leaks} == {
        "a page",
        "booking_patient",
        "booking_patient.id_sealed",
        "sessions, decoded",
    }
    figures.control("canaries", f"1 kept in the clear is found in {len(leaks)} places")
