"""Against scalpers: what is noticed, who has to prove what, and that it all stands in the database."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from altcha import ChallengeV1, solve_challenge_v1
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

from booking import selectors, services
from booking.domain import errors
from booking.domain.risk import Signal
from booking.models import Appointment, Ban, ClinicSession, RiskSignal, SpentChallenge
from booking.selectors import risk as risk_selectors
from booking.services import risk
from hospital.accounts.services import token_issue
from hospital.common import cache, clock
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index
from hospital.common.policy import policy_change
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.factories import Cast, book, expert, hold, person, session, slots, user

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")


@pytest.fixture(autouse=True)
def _easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little work, and suspects read anew in every test."""
    monkeypatch.setattr(risk, "WORK", 300)
    monkeypatch.setattr(risk_selectors, "_suspects", (-1e9, frozenset()))


def suspect(cast: Cast, now: VirtualClock, *, weight: int = 60, kind: str = "unpaid") -> None:
    services.signals_note(account_id=cast.lin.pk, found=[Signal(kind, weight, 7)], now=now())


def proof_of(challenge: dict, **changes: object) -> str:
    asked = ChallengeV1(
        challenge["algorithm"],
        challenge["challenge"],
        challenge["maxNumber"],
        challenge["salt"],
        challenge["signature"],
    )
    solved = solve_challenge_v1(asked)
    assert solved
    names = ("algorithm", "challenge", "salt", "signature")
    payload = {name: challenge[name] for name in names} | {"number": solved.number} | changes
    return base64.b64encode(json.dumps(payload).encode()).decode()


def wanted(cast: Cast, made: ClinicSession, *, slot: int = 0) -> dict[str, str]:
    return {"slot": slots(made)[slot].code, "patient": cast.patients["lin"].code}


def post(client: Client, body: dict[str, str], key: str = "k") -> tuple[int, dict]:
    answer = client.post("/api/v1/appointments/", body, "application/json", headers={"Idempotency-Key": key})
    return answer.status_code, answer.json()


def test_an_account_without_signals_books_as_ever(
    cast: Cast, tomorrow: ClinicSession, client: Client
) -> None:
    client.force_login(cast.lin)
    assert post(client, wanted(cast, tomorrow))[0] == 201
    assert not SpentChallenge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_high_score_asks_for_a_proof_and_a_proof_buys_one_number(
    cast: Cast, tomorrow: ClinicSession, client: Client, now: VirtualClock
) -> None:
    suspect(cast, now)
    client.force_login(cast.lin)
    status, refused = post(client, wanted(cast, tomorrow))
    assert (status, refused["code"]) == (403, "challenge_required")
    assert not Appointment.objects.exists()
    proof = proof_of(refused["challenge"])
    status, held = post(client, wanted(cast, tomorrow) | {"proof": proof})
    assert (status, held["state"]) == (201, "held")
    other = session(tomorrow.date, now=now(), doctor=expert("li", department="skin"), quotas=[1, 0, 0, 0])
    status, again = post(client, wanted(cast, other) | {"proof": proof}, key="k2")
    assert (status, again["code"]) == (403, "challenge_required")
    assert SpentChallenge.objects.count() == 1
    check_invariants()


def test_the_same_request_again_gets_its_answer_without_another_proof(
    cast: Cast, tomorrow: ClinicSession, client: Client, now: VirtualClock
) -> None:
    suspect(cast, now)
    client.force_login(cast.lin)
    proof = proof_of(services.challenge_wanted(user=cast.lin, now=now()) or {})
    first = post(client, wanted(cast, tomorrow) | {"proof": proof})
    assert post(client, wanted(cast, tomorrow) | {"proof": proof}) == first


@pytest.mark.parametrize(
    "spoil",
    [
        lambda challenge: "",
        lambda challenge: "nonsense",
        lambda challenge: base64.b64encode(b"[]").decode(),
        lambda challenge: base64.b64encode(b'{"algorithm": "SHA-256"}').decode(),
        lambda challenge: proof_of(challenge, number=-1),
        lambda challenge: proof_of(challenge, signature="0" * 64),
        lambda challenge: proof_of(challenge, salt=challenge["salt"] + "x"),
    ],
)
def test_a_wrong_proof_buys_nothing(cast: Cast, now: VirtualClock, spoil) -> None:
    suspect(cast, now)
    challenge = services.challenge_wanted(user=cast.lin, now=now())
    with pytest.raises(errors.ChallengeRequired):
        services.risk_check(user=cast.lin, proof=spoil(challenge), now=now())
    assert not SpentChallenge.objects.exists()


def test_a_proof_lasts_five_minutes_and_is_its_own_accounts(cast: Cast, now: VirtualClock) -> None:
    suspect(cast, now)
    services.signals_note(account_id=cast.chen.pk, found=[Signal("unpaid", 60, 7)], now=now())
    proof = proof_of(services.challenge_wanted(user=cast.lin, now=now()) or {})
    with pytest.raises(errors.ChallengeRequired):
        services.risk_check(user=cast.chen, proof=proof, now=now())
    now.advance(minutes=5)
    with pytest.raises(errors.ChallengeRequired):
        services.risk_check(user=cast.lin, proof=proof, now=now())
    services.risk_check(user=cast.lin, proof=proof, now=now.advance(seconds=-1))


def test_signals_fade_after_a_week(cast: Cast, now: VirtualClock) -> None:
    suspect(cast, now)
    now.advance(days=7)
    assert services.challenge_wanted(user=cast.lin, now=now()) is None
    services.risk_check(user=cast.lin, proof="", now=now())


def test_a_script_with_a_token_is_asked_too(
    cast: Cast, tomorrow: ClinicSession, client: Client, now: VirtualClock
) -> None:
    suspect(cast, now)
    token = token_issue(name="script", actor=Actor.of(cast.lin), now=now(), user=cast.lin)
    answer = client.post(
        "/api/v1/appointments/",
        wanted(cast, tomorrow),
        "application/json",
        headers={"Idempotency-Key": "k", "Authorization": f"Token {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "challenge_required")


def test_a_payer_of_too_many_people_is_noted_with_the_payment_and_books_no_more(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    policy_change(actor=JOB, now=now(), reason="few", patients_per_payer_30_days=2)
    someone, other = person(800, now(), cast.lin), person(801, now(), cast.chen)
    book(slots(far)[0], someone, cast.lin, now(), payer="openid")
    book(slots(far)[0], other, cast.chen, now(), payer="openid")
    noted = RiskSignal.objects.get()
    assert (noted.account, noted.kind, noted.data) == (cast.chen, "payer", {"count": 2})
    with pytest.raises(errors.PayerLimit):
        hold(slots(far)[3], cast.patients["lin"], cast.lin, now())
    assert slots(far)[3].booked == 0
    now.advance(days=29)
    later = session(clock.local(now()).date() + timedelta(days=5), now=now(), quotas=[0, 0, 0, 3])
    with pytest.raises(errors.PayerLimit):
        hold(slots(later)[3], cast.patients["lin"], cast.lin, now())
    hold(slots(later)[3], someone, cast.lin, now())  # one of those whom this payer paid for
    now.advance(days=1)
    hold(slots(later)[3], cast.patients["lin"], cast.lin, now())


def test_the_first_payment_of_a_new_account_by_a_payer_of_too_many_is_a_persons(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    policy_change(actor=JOB, now=now(), reason="few", patients_per_payer_30_days=2)
    accounts = [user(f"new{n}", "patient") for n in range(3)]
    people = [person(810 + n, now(), account) for n, account in enumerate(accounts)]
    first, second, third = (
        book(slots(far)[place], who, account, now(), payer="openid")
        for place, who, account in zip((0, 0, 3), people, accounts, strict=True)
    )
    assert (first.state, second.state, third.state) == ("booked", "booked", "held")
    kept = third.payments.get()
    assert (kept.state, kept.review_note) == (
        "held_for_review",
        "this payer paid for 2 other people in 30 days, at most 2",
    )
    assert RiskSignal.objects.filter(account=accounts[2], kind="payer", data={"count": 3}).exists()
    review = {"code": kept.code, "reason": "a ward's nurse", "actor": Actor.of(cast.manager), "now": now()}
    assert services.payment_review(decision="accept", **review) == "booked"  # type: ignore[arg-type]
    given = book(slots(far)[3], person(820, now()), None, now(), payer="openid")
    assert given.state == "booked", "what the desk gives is not limited"


def test_the_look_notes_what_accounts_did(cast: Cast, far: ClinicSession, now: VirtualClock) -> None:
    policy_change(actor=JOB, now=now(), reason="free", unpaid_holds_per_account_day=20)
    device = b"d" * 32
    for account, first in ((cast.lin, 810), (cast.chen, 820)):
        for number in range(3):
            held = services.appointment_hold(
                slot_code=slots(far)[3].code,
                patient_id=person(first + number, now()).pk,
                account_id=account.pk,
                actor=Actor.of(account),
                now=now(),
                device_index=device,
            )
            services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(account), now=now())
        now.advance(hours=3)
        services.numbers_publish_due(now())
    now.advance(minutes=-150)
    services.risk_look(now())
    kinds = dict(RiskSignal.objects.filter(account=cast.chen).values_list("kind", "weight"))
    assert kinds["unpaid"] == 18
    assert kinds["shared_device"] == 15
    services.risk_look(now())
    assert RiskSignal.objects.filter(account=cast.chen, kind="unpaid").count() == 1


def test_limits_hold_with_valkey_away(
    cast: Cast, far: ClinicSession, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache.SharedCache, "_either", away)
    policy_change(actor=JOB, now=now(), reason="few", holds_per_device_day=1)
    device = b"d" * 32
    for number, expected in ((0, None), (1, errors.TooManyToday)):
        take = {
            "slot_code": slots(far)[3].code,
            "patient_id": person(830 + number, now()).pk,
            "account_id": (cast.lin, cast.chen)[number].pk,
            "actor": Actor.of((cast.lin, cast.chen)[number]),
            "now": now(),
            "device_index": device,
        }
        if expected is None:
            services.appointment_hold(**take)
        else:
            with pytest.raises(expected):
                services.appointment_hold(**take)
    suspect(cast, now)
    with pytest.raises(errors.ChallengeRequired):
        services.risk_check(user=cast.lin, proof="", now=now())


def test_the_device_keeps_its_name_in_a_signed_cookie_and_rows_its_blind_index_only(
    cast: Cast, far: ClinicSession, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.lin)
    client.post("/experts/zhao/hold/", wanted(cast, far) | {"key": "a"})
    cookie = client.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 86_400)
    held = Appointment.objects.get()
    name = cookie.value.split(":")[0]
    assert bytes(held.device_index) == blind_index("device", name)
    client.cookies["device"] = "forged:1:signature"
    other = session(far.date, now=now(), doctor=expert("li", department="skin"), quotas=[1, 0, 0, 0])
    client.post("/experts/li/hold/", wanted(cast, other) | {"key": "b"})
    assert bytes(Appointment.objects.latest("pk").device_index) != bytes(held.device_index)


def test_the_page_brings_the_challenge_with_it(
    cast: Cast, far: ClinicSession, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.lin)
    assert "data-challenge" not in client.get("/experts/zhao/").content.decode()
    suspect(cast, now)
    assert "data-challenge=" in client.get("/experts/zhao/").content.decode()
    refused = client.post("/experts/zhao/hold/", wanted(cast, far) | {"key": "a"})
    assert refused.status_code == 403
    assert "data-challenge=" in refused.content.decode()


def test_a_manager_sees_the_reasons_and_closes_online_booking(
    cast: Cast, far: ClinicSession, now: VirtualClock, client: Client
) -> None:
    suspect(cast, now)
    suspect(cast, now, kind="shared_device", weight=30)
    client.force_login(cast.manager)
    client.cookies["django_language"] = "en"
    page = client.get("/manage/suspicious/").content.decode()
    assert "7 numbers held and not paid" in page
    assert "7 accounts on one device" in page
    assert cast.patients["lin"].id_number not in page
    address = f"/manage/suspicious/{cast.lin.pk}/ban/"
    assert client.post(address, {"days": "30", "reason": ""}).status_code == 400
    assert not Ban.objects.exists()
    client.post(address, {"days": "30", "reason": "sells numbers"})
    assert Ban.objects.get().patient == cast.patients["lin"]
    with pytest.raises(errors.Banned):
        hold(slots(far)[0], cast.patients["lin"], cast.lin, now())
    assert [one.score for one in selectors.suspects(now=now())] == [90]


def test_many_tries_from_one_address_are_a_weak_signal_and_no_reason_to_refuse(
    cast: Cast, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(risk, "cache", LocMemCache("address", {}))
    for _try in range(99):
        services.address_tried(account_id=cast.lin.pk, address="192.0.2.7", now=now())
    assert not RiskSignal.objects.exists()
    services.address_tried(account_id=cast.lin.pk, address="192.0.2.7", now=now())
    assert RiskSignal.objects.get().weight == 10
    services.risk_check(user=cast.lin, proof="", now=now())
    assert selectors.suspects(now=now()) == []


def test_old_proofs_are_forgotten(now: VirtualClock) -> None:
    SpentChallenge.objects.create(salt="old", spent_at=clock.now() - timedelta(days=2))
    services.risk_look(now())
    assert not SpentChallenge.objects.exists()
