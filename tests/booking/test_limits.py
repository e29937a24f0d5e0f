"""Every limit holds for every way in which a patient takes a number: the table of docs/howto/booking.md, as tests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from booking import services
from booking.domain import errors
from booking.domain.risk import Signal
from booking.models import Appointment, ClinicSession, DrawRequest, WaitlistEntry
from booking.services import risk
from booking.services.hold_statement import Request
from hospital.accounts.digests import token_digest
from hospital.accounts.services import token_issue
from hospital.common import cache, clock, history, policy
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index
from hospital.common.devices import COOKIE
from hospital.common.errors import DomainError
from hospital.common.policy import policy_change
from tests import factories
from tests.booking.conftest import check_invariants
from tests.booking.test_risk import proof_of
from tests.clock import VirtualClock
from tests.factories import Cast, expert, person, slots

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")
DEVICE = b"d" * 32


def held(cast: Cast, made: ClinicSession, now: VirtualClock, **who: object) -> Appointment:
    """Lin holds the last slot's number for herself from her phone."""
    given = {"patient_id": cast.patients["lin"].pk, "account_id": cast.lin.pk, "device_index": DEVICE, **who}
    made_by = given.pop("actor", Actor.of(cast.lin))
    return services.appointment_hold(slot_code=slots(made)[3].code, actor=made_by, now=now(), **given)


class Hold:
    """On a page or by the API: the same service."""

    name = "hold"
    refuses = {"banned", "department", "departments", "account", "unpaid", "device", "payer"}

    def __init__(self, cast: Cast, now: VirtualClock) -> None:
        self.cast, self.now = cast, now
        self.made = self.session()
        self.prepare()

    def session(self, **given: object) -> ClinicSession:
        day = clock.local(self.now()).date() + timedelta(days=5)
        return factories.session(day, now=self.now(), **{"quotas": [2, 1, 0, 3], **given})

    def prepare(self) -> None:
        """What comes before the limit is reached."""

    def take(self) -> str | None:
        """Take the number: the code of the refusal, if there is one."""
        held(self.cast, self.made, self.now)
        return None


class Script(Hold):
    """By a token, in one statement; scripts have no device."""

    name = "script"
    refuses = Hold.refuses - {"device"}

    def take(self) -> str | None:
        token = token_issue(name="script", actor=Actor.of(self.cast.lin), now=self.now(), user=self.cast.lin)
        code = self.cast.patients["lin"].code
        services.appointment_hold_once(
            slot_code=slots(self.made)[3].code,
            request=Request(token_digest(token), code, "/", "key", b"body"),
            now=self.now(),
        )
        return None


class Desk(Hold):
    """By a person of the hospital: the patient's own limits only."""

    name = "desk"
    refuses = {"banned", "department", "departments"}

    def take(self) -> str | None:
        held(self.cast, self.made, self.now, account_id=None, actor=Actor.of(self.cast.desk))
        assert Appointment.objects.latest("pk").device_index is None
        return None


class Offer(Hold):
    """An offer of the waitlist, taken from her phone."""

    name = "offer"

    def prepare(self) -> None:
        [first, *_] = factories.sold_out(self.made, self.now())
        self.entry = factories.join(self.made, self.cast.patients["lin"], self.cast.lin, self.now())
        services.appointment_cancel(appointment_id=first.pk, actor=JOB, now=self.now())

    def take(self) -> str | None:
        services.waitlist_accept(
            entry_id=self.entry.pk, actor=Actor.of(self.cast.lin), now=self.now(), device_index=DEVICE
        )
        assert WaitlistEntry.objects.get().state == "accepted"
        return None


class DrawEntry(Hold):
    """A request for a draw."""

    name = "draw request"

    def session(self, **given: object) -> ClinicSession:
        policy_change(actor=JOB, now=self.now(), reason="fair", draw_s=60)
        made = super().session(**given)
        policy_change(actor=JOB, now=self.now(), reason="others are not drawn", draw_s=0)
        return made

    def take(self) -> str | None:
        services.draw_request_ask(
            slot_code=slots(self.made)[3].code,
            patient_id=self.cast.patients["lin"].pk,
            account_id=self.cast.lin.pk,
            actor=Actor.of(self.cast.lin),
            now=self.now(),
            device_index=DEVICE,
        )
        return None


class DrawWin(DrawEntry):
    """A number won: what came about since the request was made counts."""

    name = "draw win"

    def prepare(self) -> None:
        DrawEntry.take(self)

    def take(self) -> str | None:
        self.now.advance(seconds=60)
        services.draw_hold(session_id=self.made.pk, now=self.now())
        request = DrawRequest.objects.get()
        return None if request.state == "won" else history.of(request).last().reason


class Move(Hold):
    """A change of time takes no more numbers than before: the patient's own limits only."""

    name = "move"
    refuses = {"banned", "department", "departments"}

    def prepare(self) -> None:
        before = self.session(doctor=expert("wang"), quotas=[1, 0, 0, 0])
        self.made = factories.session(before.date + timedelta(days=1), now=self.now(), doctor=expert("wang"))
        self.booked = factories.book(slots(before)[0], self.cast.patients["lin"], self.cast.lin, self.now())

    def take(self) -> str | None:
        slot = slots(self.made)[3].code
        services.appointment_move(
            appointment_id=self.booked.pk, slot_code=slot, actor=Actor.of(self.cast.lin), now=self.now()
        )
        return None


def full(way: Hold, limit: str) -> None:
    """Bring about that the limit is reached."""
    cast, now = way.cast, way.now
    lin, others = cast.patients["lin"], person(900, now(), cast.lin)
    same = factories.session(way.made.date, now=now(), doctor=expert("sun"), quotas=[9, 0, 0, 0])
    doctor = expert("li", department="skin")
    other = factories.session(way.made.date, now=now(), doctor=doctor, quotas=[9, 0, 0, 9])
    slot = slots(other)[0]
    match limit:
        case "banned":
            services.ban_add(patient_id=lin.pk, days=30, reason="x", actor=Actor.of(cast.manager), now=now())
        case "department":
            factories.hold(slots(same)[0], lin, None, now())
        case "departments":
            factories.hold(slot, lin, None, now())
        case "account" | "payer":
            factories.book(slot, others, cast.lin, now(), payer="openid" if limit == "payer" else "")
        case "unpaid":
            factories.hold(slot, others, cast.lin, now())
        case "device":
            chen = {"patient_id": cast.patients["chen"].pk, "account_id": cast.chen.pk}
            held(cast, other, now, **chen, actor=Actor.of(cast.chen))
    if limit in LIMITS:
        policy_change(actor=JOB, now=now(), reason="few", **{LIMITS[limit]: 1})


LIMITS = {
    "departments": "departments_per_day",
    "account": "holds_per_account_day",
    "unpaid": "unpaid_holds_per_account_day",
    "device": "holds_per_device_day",
    "payer": "patients_per_payer_30_days",
}
CODES = {"banned": "banned", "department": "already_booked"}


@pytest.mark.parametrize(
    "way", [Hold, Script, Desk, Offer, DrawEntry, DrawWin, Move], ids=lambda way: way.name
)
def test_every_limit_holds_for_the_way(way: type[Hold], cast: Cast, now: VirtualClock) -> None:
    taken, refused, begun = way(cast, now), set(), now()
    for limit in ["none", "banned", "department", *LIMITS]:
        with transaction.atomic():
            full(taken, limit)
            before = Appointment.objects.count()
            try:
                code = taken.take()
            except DomainError as error:
                code = error.code
            if code is not None:
                assert code == CODES.get(limit, "limit_reached"), limit
                assert Appointment.objects.count() == before
                refused.add(limit)
            check_invariants()
            transaction.set_rollback(True)
        now.set(begun)
        policy.forget()
    assert refused == way.refuses


def away(*_args: object, **_more: object) -> None:
    raise ConnectionError


@pytest.mark.parametrize("way", [Hold, Offer, DrawEntry], ids=lambda way: way.name)
def test_limits_hold_with_valkey_away(
    way: type[Hold], cast: Cast, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache.SharedCache, "_either", away)
    taken = way(cast, now)
    full(taken, "payer")
    with pytest.raises(errors.PayerLimit):
        taken.take()


@pytest.mark.parametrize("whose", ["account", "device"])
def test_a_robot_with_many_requests_gets_no_more_of_them_than_numbers(
    whose: str, cast: Cast, now: VirtualClock
) -> None:
    """Two hundred sessions and people: from one account, or from 200 accounts on one device."""
    policy_change(actor=JOB, now=now(), reason="fair", draw_s=60, patients_per_account=9)
    day = clock.local(now()).date() + timedelta(days=5)
    drawn = factories.session(day, now=now(), quotas=[9, 9, 9, 9])
    taken, refused = 0, 0
    for number in range(12):
        account = cast.lin if whose == "account" else factories.user(f"robot{number}", "patient")
        ask = {
            "slot_code": slots(drawn)[0].code,
            "patient_id": person(600 + number, now()).pk,
            "account_id": account.pk,
            "actor": Actor.of(account),
            "device_index": None if whose == "account" else DEVICE,
        }
        try:
            services.draw_request_ask(**ask, now=now())
            taken += 1
        except errors.LimitReached:
            refused += 1
    allowed = {"account": 3, "device": 10}[whose]
    assert (taken, refused) == (allowed, 12 - allowed)
    now.advance(seconds=60)
    services.draw_hold(session_id=drawn.pk, now=now())
    assert DrawRequest.objects.filter(state="won").count() == allowed
    check_invariants()


def test_an_account_that_looks_like_a_robots_proves_it_for_draws_and_waitlists_too(
    cast: Cast, now: VirtualClock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(risk, "WORK", 300)
    services.signals_note(account_id=cast.lin.pk, found=[Signal("unpaid", 60, 7)], now=now())
    client.force_login(cast.lin)
    full_one = Hold(cast, now).made
    factories.sold_out(full_one, now())
    policy_change(actor=JOB, now=now(), reason="fair", draw_s=60)
    drawn = factories.session(full_one.date, now=now(), doctor=expert("li", department="skin"))
    patient = cast.patients["lin"].code
    for path, asked in (
        (f"/sessions/{full_one.code}/waitlist/", {"patient": patient}),
        (f"/sessions/{drawn.code}/draw/enter/", {"patient": patient, "slot": slots(drawn)[0].code}),
    ):
        assert "data-challenge=" in client.get(path).content.decode()
        assert client.post(path, {**asked, "key": "a"}).status_code == 403
        proof = proof_of(services.challenge_wanted(user=cast.lin, now=now()) or {})
        assert client.post(path, {**asked, "key": "b", "proof": proof}).status_code == 302
    for path, asked in (
        ("/api/v1/waitlist/", {"patient": patient, "session": full_one.code}),
        ("/api/v1/draw-requests/", {"patient": patient, "slot": slots(drawn)[0].code}),
    ):
        answer = client.post(path, asked, "application/json", headers={"Idempotency-Key": path})
        assert (answer.status_code, answer.json()["code"]) == (403, "challenge_required")


def test_every_page_and_call_that_takes_a_number_knows_the_device(
    cast: Cast, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.lin)
    offer = Offer(cast, now)
    client.post(f"/waitlist/{offer.entry.code}/accept/", {"key": "a"})
    index = blind_index("device", client.cookies[COOKIE].value.split(":")[0])
    policy_change(actor=JOB, now=now(), reason="fair", draw_s=60)
    doctors = [expert(code, department=code) for code in ("li", "wu")]
    drawn = [factories.session(offer.made.date, now=now(), doctor=one) for one in doctors]
    body = {"slot": slots(drawn[0])[0].code, "patient": cast.patients["lin"].code, "key": "b"}
    client.post(f"/sessions/{drawn[0].code}/draw/enter/", body)
    body = {"slot": slots(drawn[1])[0].code, "patient": cast.patients["lin"].code}
    client.post("/api/v1/draw-requests/", body, "application/json", headers={"Idempotency-Key": "c"})
    assert [bytes(one.device_index) for one in DrawRequest.objects.all()] == [index, index]
    assert bytes(Appointment.objects.latest("pk").device_index) == index
    now.advance(seconds=60)
    services.draw_hold(session_id=drawn[0].pk, now=now())
    assert Appointment.objects.filter(device_index=index).count() == 2


def test_the_desk_s_own_device_counts_for_nobody(cast: Cast, now: VirtualClock, client: Client) -> None:
    day = Offer(cast, now).made.date
    policy_change(actor=JOB, now=now(), reason="few", holds_per_device_day=1, draw_s=60)
    [slot, *_] = slots(factories.session(day, now=now(), doctor=expert("li", department="li")))
    client.force_login(cast.desk)
    for serial in (301, 302):
        body = {"slot": slot.code, "patient": factories.person(serial, now()).code}
        headers = {"Idempotency-Key": f"desk-{serial}"}
        made = client.post("/api/v1/draw-requests/", body, "application/json", headers=headers)
        assert made.status_code == 201
    assert {one.device_index for one in DrawRequest.objects.all()} == {None}


def test_when_nothing_is_left_only_the_patients_own_reasons_come_before_that(
    cast: Cast, now: VirtualClock
) -> None:
    policy_change(actor=JOB, now=now(), reason="one each", holds_per_account_day=1, holds_per_device_day=1)
    made = Hold(cast, now).made
    held(cast, made, now)
    factories.sold_out(made, now())
    with pytest.raises(errors.AlreadyBooked):
        held(cast, made, now)
    with pytest.raises(errors.SoldOut):
        held(cast, made, now, patient_id=person(30, now(), cast.lin).pk)
    check_invariants()
