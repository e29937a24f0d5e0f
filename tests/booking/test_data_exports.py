"""The copy of one's own data."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from booking.models import (
    AccountPatient,
    Appeal,
    ClinicSession,
    DrawRequest,
    FeeDifference,
    Patient,
    RiskSignal,
)
from hospital.common import history
from hospital.common.crypto import seal
from hospital.models import User
from tests.booking.data_requests import asked, client, over_ban
from tests.booking.no_shows import lin
from tests.clock import VirtualClock
from tests.factories import LIN_ID, Cast, hold, join, person, slots, sold_out

__all__ = ["lin"]

pytestmark = pytest.mark.django_db


def exported(user: User) -> dict[str, Any]:
    answer = client(user).post("/my-data/export/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return json.loads(archive.read("my-data.json"))


def test_the_copy_holds_the_own_family_and_nobody_else(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    child = person(5, now(), cast.lin)
    mine = hold(slots(tomorrow)[0], lin, cast.lin, now())
    FeeDifference.objects.create(appointment=mine, amount_fen=-2000, settled_at=now())
    hold(slots(tomorrow)[3], cast.patients["chen"], cast.chen, now())
    copy = exported(cast.lin)
    assert [(one["name"], one["id_number"]) for one in copy["patients"]] == [
        ("林小雨", LIN_ID),
        (child.name, child.id_number),
    ]
    [appointment] = copy["patients"][0]["appointments"]
    assert (appointment["code"], appointment["state"], appointment["fee_fen"]) == (mine.code, "held", 5000)
    assert [one["amount_fen"] for one in appointment["fee_differences"]] == [-2000]
    text = json.dumps(copy, ensure_ascii=False)
    stranger = cast.patients["chen"]
    for secret in (stranger.name, stranger.id_number, stranger.phone, stranger.code):
        assert secret not in text
    taken = history.of(lin).last()
    assert taken is not None
    assert (taken.verb, taken.actor_id) == ("export", cast.lin.pk)


def test_the_copy_holds_of_family_only_what_this_account_booked(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    AccountPatient.objects.create(account=cast.chen, patient=lin, relation="partner")
    hold(slots(tomorrow)[0], lin, cast.lin, now())
    [mine] = [one for one in exported(cast.lin)["patients"] if one["name"] == lin.name]
    [theirs] = [one for one in exported(cast.chen)["patients"] if one["name"] == lin.name]
    assert (len(mine["appointments"]), len(theirs["appointments"])) == (1, 0)


def test_the_copy_holds_what_was_waited_for_wished_for_said_and_noticed(
    cast: Cast, lin: Patient, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    sold_out(tomorrow, now())
    entry = join(tomorrow, lin, cast.lin, now())
    wish = DrawRequest.objects.create(
        session=tomorrow, slot=slots(tomorrow)[0], patient=lin, account=cast.lin, asked_at=now(), state="lost"
    )
    banned = over_ban(lin, now)
    Appeal.objects.create(ban=banned, account=cast.lin, text="The bus broke down", asked_at=now())
    asked(cast, lin, now, kind="correction", text="My name is 林晓雨")
    RiskSignal.objects.create(account=cast.lin, kind="payer", weight=3, at=now())
    cast.lin.email_sealed = seal("lin@example.org")
    cast.lin.save()
    copy = exported(cast.lin)
    [mine] = copy["patients"]
    assert copy["account"]["email"] == "lin@example.org"
    assert ([one["code"] for one in mine["waitlist"]], mine["draw_requests"][0]["state"]) == (
        [entry.code],
        "lost",
    )
    assert mine["draw_requests"][0]["code"] == wish.code
    assert copy["appeals"][0]["text"] == "The bus broke down"
    assert copy["data_requests"][0]["text"] == "My name is 林晓雨"
    assert copy["signals"][0]["kind"] == "payer"
    assert not exported(cast.chen)["signals"]
