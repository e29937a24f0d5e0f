"""The draw: whose request counts, who gets which number, and that anybody can check it."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from booking import selectors, services, tasks
from booking.domain import errors
from booking.domain.draws import draw_faults, draw_order
from booking.models import Appointment, Ban, ClinicSession, Draw, DrawRequest, Patient
from booking.selectors.stop_previews import stop_preview
from booking.services import draw_steps, draws
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.crypto import unseal
from hospital.common.errors import IllegalTransition
from hospital.common.models import Job, Message
from hospital.common.policy import policy_change
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.factories import Cast, expert, hold, person, session, slots

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")
SEED = "5eed" * 16


@pytest.fixture
def drawn(cast: Cast, now: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> ClinicSession:
    """Dr Zhao's session in five days with quotas 2, 1, 0, 3, released just now with a minute of draw."""
    monkeypatch.setattr(draws, "SEED", lambda: SEED)
    policy_change(actor=JOB, now=now(), reason="fair", draw_s=60)
    return session(clock.local(now()).date() + timedelta(days=5), now=now(), quotas=[2, 1, 0, 3])


def ask(made: ClinicSession, patient: Patient, now: VirtualClock, *, slot: int = 0) -> DrawRequest:
    return services.draw_request_ask(
        slot_code=slots(made)[slot].code, patient_id=patient.pk, account_id=None, actor=JOB, now=now()
    )


def told_of_the_end(request: DrawRequest, now: VirtualClock) -> str:
    """What the job tells, which may run twice."""
    job = Job.objects.get(kind="draw.tell_end")
    for _turn in range(2):
        tasks.tell_end_of_draw(job.payload, now())
    return unseal(Message.objects.get(kind="draw_lost", key=request.code, channel="in_app").body_sealed)


def crowd(made: ClinicSession, number: int, now: VirtualClock, *, slot: int = 0) -> list[DrawRequest]:
    return [ask(made, person(400 + each, now()), now, slot=slot) for each in range(number)]


def outcome(made: ClinicSession) -> dict[str, tuple[str, int | None, int | None]]:
    """State, place and slot of every request."""
    return {
        one.code: (one.state, one.place, one.appointment.slot.index if one.appointment else None)
        for one in DrawRequest.objects.filter(session=made).select_related("appointment__slot")
    }


def test_a_released_session_with_a_draw_gives_no_number_yet_and_says_when(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    assert drawn.draws_at == now() + timedelta(seconds=60)
    with pytest.raises(errors.DrawOpen) as refused:
        hold(slots(drawn)[0], cast.patients["lin"], cast.lin, now())
    assert refused.value.params["draws_at"] == drawn.draws_at
    assert not Appointment.objects.exists()
    assert Draw.objects.get(session=drawn).commitment not in {SEED, ""}
    check_invariants()


def test_without_a_draw_in_the_policy_numbers_go_on_sale_at_once(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    assert not Draw.objects.exists()
    hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())


def test_numbers_go_by_lot_whoever_came_first(drawn: ClinicSession, now: VirtualClock) -> None:
    requests = crowd(drawn, 9, now)
    now.advance(seconds=60)
    assert services.draws_hold_due(now()) == 1
    order = draw_order(SEED, [one.code for one in requests])
    found = outcome(drawn)
    assert [found[code][0] for code in order] == ["won"] * 6 + ["lost"] * 3
    assert [found[code][2] for code in order[:6]] == [1, 1, 2, 4, 4, 4]
    assert [found[code][1] for code in order] == list(range(1, 10))
    won = Appointment.objects.filter(session=drawn)
    assert {(one.state, one.pay_by) for one in won} == {("held", now() + timedelta(minutes=15))}
    check_invariants()


def test_who_asked_a_hundred_times_has_one_request(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    first = ask(drawn, cast.patients["lin"], now)
    for _try in range(3):
        with pytest.raises(errors.AlreadyRequested):
            ask(drawn, cast.patients["lin"], now, slot=1)
    services.draw_request_withdraw(request_id=first.pk, actor=JOB, now=now())
    with pytest.raises(errors.AlreadyRequested):
        ask(drawn, cast.patients["lin"], now)
    assert DrawRequest.objects.count() == 1


def test_a_withdrawn_request_takes_no_place_and_only_before_the_draw(
    drawn: ClinicSession, now: VirtualClock
) -> None:
    gone, stays = crowd(drawn, 2, now)
    services.draw_request_withdraw(request_id=gone.pk, actor=JOB, now=now())
    with pytest.raises(IllegalTransition):
        services.draw_request_withdraw(request_id=gone.pk, actor=JOB, now=now())
    now.advance(seconds=60)
    with pytest.raises(errors.DrawOver):
        services.draw_request_withdraw(request_id=stays.pk, actor=JOB, now=now())
    services.draws_hold_due(now())
    assert outcome(drawn) == {gone.code: ("withdrawn", None, None), stays.code: ("won", 1, 1)}


def test_requests_are_taken_until_the_end_to_the_second(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    now.advance(seconds=59)
    ask(drawn, cast.patients["lin"], now)
    now.advance(seconds=1)
    with pytest.raises(errors.DrawOver):
        ask(drawn, cast.patients["chen"], now)
    assert DrawRequest.objects.count() == 1


def test_a_request_of_the_last_moment_that_comes_to_the_lock_after_the_lots_were_drawn_is_too_late(
    drawn: ClinicSession, now: VirtualClock
) -> None:
    """Its clock was read before the end; a place behind all lots would be none that anybody could check."""
    requests = crowd(drawn, 4, now)
    began = now.advance(seconds=59.999)
    end = now.advance(seconds=0.001)
    draw_steps.draw_places_set(session_id=drawn.pk, now=end)
    first = min(DrawRequest.objects.all(), key=lambda one: one.place or 0)
    draw_steps.draw_request_settle(request_id=first.pk, now=end)
    now.set(began)
    with pytest.raises(errors.DrawOver):
        ask(drawn, person(480, now()), now)
    assert services.draw_hold(session_id=drawn.pk, now=end)
    assert {one.place for one in DrawRequest.objects.all()} == set(range(1, len(requests) + 1))
    assert selectors.draw_of_session(code=drawn.code).faults == ()
    check_invariants()


def test_a_banned_patient_cannot_ask_and_one_banned_since_loses_to_the_next(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    requests = crowd(drawn, 7, now)
    first, *_others, last = draw_order(SEED, [one.code for one in requests])
    banned = next(one for one in requests if one.code == first)
    Ban.objects.create(
        patient_id=banned.patient_id, reason="manual", starts_at=now(), ends_at=now() + timedelta(days=1)
    )
    now.advance(seconds=30)
    with pytest.raises(errors.Banned):
        ask(drawn, banned.patient, now)
    now.advance(seconds=30)
    services.draws_hold_due(now())
    assert outcome(drawn)[first] == ("lost", 1, None)
    assert outcome(drawn)[last][0] == "won"
    assert history.of(banned).last().reason == "banned"


def test_limits_are_asked_again_at_the_draw(drawn: ClinicSession, cast: Cast, now: VirtualClock) -> None:
    other = session(drawn.date, now=now(), doctor=expert("qian"), quotas=[1, 0, 0, 0])
    for made in (drawn, other):
        ask(made, cast.patients["lin"], now)
    now.advance(seconds=60)
    services.draws_hold_due(now())
    states = DrawRequest.objects.order_by("session_id").values_list("state", flat=True)
    assert sorted(states) == ["lost", "won"]
    check_invariants()


def test_what_is_left_can_be_booked_by_everybody_after_the_draw(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    crowd(drawn, 2, now)
    now.advance(seconds=60)
    services.draws_hold_due(now())
    drawn.refresh_from_db()
    assert (drawn.draws_at, drawn.drawn_at) == (None, now())
    hold(slots(drawn)[1], cast.patients["lin"], cast.lin, now())
    assert services.draws_hold_due(now()) == 0
    check_invariants()


def test_winners_and_losers_are_told_once(drawn: ClinicSession, cast: Cast, now: VirtualClock) -> None:
    services.session_set_quotas(session_id=drawn.pk, quotas=[1, 0, 0, 0], source="test", actor=JOB, now=now())
    ask(drawn, cast.patients["lin"], now)
    ask(drawn, cast.patients["chen"], now)
    now.advance(seconds=60)
    services.draws_hold_due(now())
    services.draws_hold_due(now())
    texts = Message.objects.filter(channel="sms").values_list("kind", flat=True)
    assert sorted(texts) == ["draw_lost", "draw_won"]


@pytest.mark.parametrize("killed_at", range(8))
def test_a_draw_killed_at_any_step_goes_on_to_the_same_result(
    drawn: ClinicSession, now: VirtualClock, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    requests = crowd(drawn, 8, now)
    order = draw_order(SEED, [one.code for one in requests])
    now.advance(seconds=60)
    settled = 0
    real = draw_steps.draw_request_settle

    def dies(*, request_id: int, now) -> None:
        nonlocal settled
        if settled == killed_at:
            raise SystemExit
        settled += 1
        real(request_id=request_id, now=now)

    monkeypatch.setattr(draw_steps, "draw_request_settle", dies)
    if killed_at < 6:
        with pytest.raises(SystemExit):
            services.draw_hold(session_id=drawn.pk, now=now())
        drawn.refresh_from_db()
        assert drawn.draws_at is not None
        check_invariants()
    monkeypatch.setattr(draw_steps, "draw_request_settle", real)
    assert services.draw_hold(session_id=drawn.pk, now=now.advance(seconds=30))
    found = outcome(drawn)
    assert [found[code][::2] for code in order] == [
        *(("won", slot) for slot in (1, 1, 2, 4, 4, 4)),
        *[("lost", None)] * 2,
    ]
    check_invariants()


def test_a_stopped_or_opened_session_leaves_no_request_waiting(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    request = ask(drawn, cast.patients["lin"], now)
    services.session_stop(session_id=drawn.pk, reason="ill", actor=JOB, now=now())
    request.refresh_from_db()
    assert request.state == "lost"
    assert "not drawn" in told_of_the_end(request, now)
    now.advance(seconds=60)
    assert services.draws_hold_due(now()) == 0
    check_invariants()


def test_requests_still_open_when_walk_in_registration_begins_are_told_where_numbers_are(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    request = ask(drawn, cast.patients["lin"], now)
    assert stop_preview(session=drawn, now=now()).draw_requests == 1
    now.set(drawn.walk_in_opens_at)
    services.session_open_if_due(session_id=drawn.pk, now=now())
    assert "Walk-in numbers" in told_of_the_end(request, now)


def test_the_seed_shows_that_the_draw_was_held_as_promised(drawn: ClinicSession, now: VirtualClock) -> None:
    crowd(drawn, 5, now)
    now.advance(seconds=60)
    services.draws_hold_due(now())
    draw = Draw.objects.get(session=drawn)
    places = [(one.place, one.code) for one in DrawRequest.objects.filter(session=drawn)]
    seed = unseal(draw.seed_sealed)
    assert draw_faults(seed=seed, published=draw.commitment, places=places) == []
    (first, code), (second, other), *rest = sorted(places)
    swapped = [(first, other), (second, code), *rest]
    assert draw_faults(seed=seed, published=draw.commitment, places=swapped) != []


def test_nobody_joins_the_waitlist_of_a_session_that_is_still_to_be_drawn(
    drawn: ClinicSession, cast: Cast, now: VirtualClock
) -> None:
    with pytest.raises(errors.DrawOpen):
        services.waitlist_join(
            session_id=drawn.pk,
            patient_id=cast.patients["lin"].pk,
            account_id=cast.lin.pk,
            actor=JOB,
            now=now(),
        )


@pytest.mark.django_db(transaction=True)
def test_a_draw_that_is_due_is_held_for_whoever_asks_before_the_worker_does(
    drawn: ClinicSession, cast: Cast, now: VirtualClock, client: Client
) -> None:
    crowd(drawn, 2, now)
    now.advance(seconds=61)
    client.force_login(cast.lin)
    wanted = {"slot": slots(drawn)[3].code, "patient": cast.patients["lin"].code}
    answer = client.post(
        "/api/v1/appointments/", wanted, "application/json", headers={"Idempotency-Key": "a"}
    )
    assert (answer.status_code, answer.json()["state"]) == (201, "held")
    assert set(DrawRequest.objects.values_list("state", flat=True)) == {"won"}
    check_invariants()


def test_the_api_takes_a_request_shows_it_and_takes_it_back(
    drawn: ClinicSession, cast: Cast, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.lin)
    wanted = {"slot": slots(drawn)[0].code, "patient": cast.patients["lin"].code}
    key = {"Idempotency-Key": "one"}
    refused = client.post("/api/v1/appointments/", wanted, "application/json", headers=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "draw_open")
    assert refused.json()["draws_at"] == clock.stated(now() + timedelta(seconds=60))
    first = client.post("/api/v1/draw-requests/", wanted, "application/json", headers=key)
    again = client.post("/api/v1/draw-requests/", wanted, "application/json", headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    code = first.json()["code"]
    assert [one["code"] for one in client.get("/api/v1/draw-requests/").json()["results"]] == [code]
    assert client.post(f"/api/v1/draw-requests/{code}/withdraw/").json()["state"] == "withdrawn"
    client.force_login(cast.chen)
    assert client.get(f"/api/v1/draw-requests/{code}/").status_code == 404


def test_before_the_draw_the_public_page_shows_the_promise_only(
    drawn: ClinicSession, now: VirtualClock, client: Client
) -> None:
    requests = crowd(drawn, 2, now)
    address = f"/api/v1/sessions/{drawn.code}/draw/"
    before = client.get(address).json()
    assert (before["seed"], before["places"], before["requests"]) == (None, [], 2)
    assert requests[0].code not in client.get(f"/sessions/{drawn.code}/draw/").content.decode()
    now.advance(seconds=60)
    services.draws_hold_due(now())
    after = client.get(address).json()
    assert after["commitment"] == before["commitment"]
    assert [one["code"] for one in after["places"]] == draw_order(after["seed"], [r.code for r in requests])


def test_anybody_can_check_the_published_file(
    drawn: ClinicSession, now: VirtualClock, client: Client, tmp_path: Path
) -> None:
    crowd(drawn, 3, now)
    now.advance(seconds=60)
    services.draws_hold_due(now())
    published = client.get(f"/api/v1/sessions/{drawn.code}/draw/").json()
    file, said = tmp_path / "draw.json", StringIO()
    file.write_text(json.dumps(published), encoding="utf-8")
    call_command("verify_draw", str(file), stdout=said)
    assert "as promised: 3 requests" in said.getvalue()
    published["places"][0]["code"], published["places"][1]["code"] = (
        published["places"][1]["code"],
        published["places"][0]["code"],
    )
    file.write_text(json.dumps(published), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("verify_draw", str(file))


def test_the_pages_lead_a_patient_through_the_draw(
    drawn: ClinicSession, cast: Cast, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.lin)
    assert f"/sessions/{drawn.code}/draw/enter/" in client.get("/experts/zhao/").content.decode()
    wanted = {"slot": slots(drawn)[0].code, "patient": cast.patients["lin"].code, "key": "k"}
    entered = client.post(f"/sessions/{drawn.code}/draw/enter/", wanted)
    request = DrawRequest.objects.get()
    assert entered.headers["Location"] == f"/draw-requests/{request.code}/"
    assert f"/draw-requests/{request.code}/" in client.get("/appointments/").content.decode()
    now.advance(seconds=60)
    services.draws_hold_due(now())
    request.refresh_from_db()
    page = client.get(f"/draw-requests/{request.code}/").content.decode()
    assert f"/appointments/{request.appointment.code}/pay/" in page
    request.slot = slots(drawn)[3]  # as if another time had been wished for
    request.save(update_fields=["slot"])
    page = client.get(f"/draw-requests/{request.code}/").content.decode()
    assert '<span class="nowrap">08:00–09:00</span>' in page, "the card shows the number's time"
    assert "Not at 11:00–12:00, as you wished" in page
    services.appointment_expire(appointment_id=request.appointment.pk, now=now.advance(minutes=16))
    page = client.get(f"/draw-requests/{request.code}/").content.decode()
    assert "You have a number" not in page
    assert "Time is up. Number released" in page
