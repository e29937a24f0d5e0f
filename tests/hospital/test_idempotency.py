"""The same request again gets the same answer, whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from hospital.common import idempotency
from hospital.common.errors import DomainError
from hospital.common.idempotency import Answer, IdempotencyKeyMissing, IdempotencyMismatch
from hospital.common.models import IdempotencyKey
from tests.clock import VirtualClock
from tests.figures import Figures
from tests.servers.conftest import until
from tests.threads import at_once, backend_pid, beside, waits_for_a_lock

BODY = {"slot": "S1", "patient": "P1"}


class Produce:
    """Counts how often it was asked to do the thing."""

    def __init__(self) -> None:
        self.calls = 0
        self.guard = threading.Lock()

    def __call__(self) -> Answer:
        with self.guard:
            self.calls += 1
            return 201, {"code": f"A{self.calls}"}


class Refused(DomainError):
    code = "refused"


def once(produce: Callable[[], Answer], now: VirtualClock, **changes: object) -> tuple[Answer, bool]:
    asked: dict[str, object] = {"account": "patient:1", "route": "/api/v1/x/", "key": "k", "body": BODY}
    return idempotency.once(**{**asked, **changes}, now=now(), produce=produce)  # type: ignore[arg-type]


@pytest.fixture
def produce() -> Produce:
    return Produce()


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer(produce: Produce, now: VirtualClock) -> None:
    assert once(produce, now) == ((201, {"code": "A1"}), False)
    assert once(produce, now) == ((201, {"code": "A1"}), True)
    assert produce.calls == 1


@pytest.mark.django_db
def test_the_order_of_fields_makes_no_other_request(produce: Produce, now: VirtualClock) -> None:
    once(produce, now)
    assert once(produce, now, body={"patient": "P1", "slot": "S1"})[1] is True


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused_and_does_nothing(
    produce: Produce, now: VirtualClock
) -> None:
    once(produce, now)
    with pytest.raises(IdempotencyMismatch) as refused:
        once(produce, now, body={"slot": "S2", "patient": "P1"})
    assert (refused.value.status, refused.value.code) == (422, "idempotency_mismatch")
    assert produce.calls == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"account": "patient:2"}, {"route": "/api/v1/y/"}, {"key": "other"}])
def test_a_key_counts_for_its_account_and_route_only(
    produce: Produce, now: VirtualClock, change: dict[str, str]
) -> None:
    once(produce, now)
    assert once(produce, now, **change) == ((201, {"code": "A2"}), False)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 121, "line\nbreak", "\0"])
def test_a_missing_or_impossible_key_is_refused_and_does_nothing(
    produce: Produce, now: VirtualClock, key: str
) -> None:
    with pytest.raises(IdempotencyKeyMissing) as refused:
        once(produce, now, key=key)
    assert (refused.value.status, refused.value.code) == (400, "idempotency_key_missing")
    assert (produce.calls, IdempotencyKey.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_an_error_leaves_no_key_so_the_request_can_be_made_again(produce: Produce, now: VirtualClock) -> None:
    def refusing() -> Answer:
        raise Refused

    with pytest.raises(Refused):
        once(refusing, now)
    assert IdempotencyKey.objects.count() == 0
    assert once(produce, now) == ((201, {"code": "A1"}), False)


@pytest.mark.django_db(transaction=True)
def test_a_twin_waits_for_the_first_and_gets_its_answer(produce: Produce, now: VirtualClock) -> None:
    begun, may_end = threading.Event(), threading.Event()
    twin: list[int] = []

    def slow() -> Answer:
        begun.set()
        assert may_end.wait(30)
        return produce()

    def repeat() -> tuple[Answer, bool]:
        twin.append(backend_pid())
        return once(produce, now)

    with beside(lambda: once(slow, now)) as first:
        assert begun.wait(30)
        with beside(repeat) as second:
            until(lambda: bool(twin) and waits_for_a_lock(twin[0]))
            may_end.set()
    assert first.result() == ((201, {"code": "A1"}), False)
    assert second.result() == ((201, {"code": "A1"}), True)
    assert produce.calls == 1


@pytest.mark.django_db(transaction=True)
def test_a_twin_of_a_request_that_fails_does_the_thing_itself(produce: Produce, now: VirtualClock) -> None:
    begun, may_end = threading.Event(), threading.Event()
    twin: list[int] = []

    def failing() -> Answer:
        begun.set()
        assert may_end.wait(30)
        raise Refused

    def repeat() -> tuple[Answer, bool]:
        twin.append(backend_pid())
        return once(produce, now)

    with beside(lambda: once(failing, now)) as first:
        assert begun.wait(30)
        with beside(repeat) as second:
            until(lambda: bool(twin) and waits_for_a_lock(twin[0]))
            may_end.set()
    assert isinstance(first.exception(), Refused)
    assert second.result() == ((201, {"code": "A1"}), False)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_twins_one_does_the_thing_and_all_get_its_answer(
    produce: Produce, now: VirtualClock, figures: Figures
) -> None:
    results = at_once(lambda _number: once(produce, now), 16)
    assert [answer for answer in results if isinstance(answer, Exception)] == []
    assert {str(answer[0]) for answer in results} == {str((201, {"code": "A1"}))}  # type: ignore[index]
    assert sorted(answer[1] for answer in results) == [False] + [True] * 15  # type: ignore[index]
    assert produce.calls == 1
    figures.shown("G5", "done once for 16 requests with one key at once")


@pytest.mark.django_db(transaction=True)
def test_control_look_for_the_key_then_do_it_does_it_sixteen_times(
    produce: Produce, now: VirtualClock, figures: Figures
) -> None:
    looked = threading.Barrier(16)

    def unguarded(_number: int) -> Answer:
        known = IdempotencyKey.objects.filter(key="k").exists()
        looked.wait(30)
        assert not known
        return produce()

    at_once(unguarded, 16)
    assert produce.calls == 16
    figures.control("G5", f"done {produce.calls} times for 16 requests: look for the key, then do it")
