"""Admission: a few at a time, a short line, and "later" for the others, in words and without a query."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from hospital.common import admission
from hospital.common.admission import Gate, admitted
from tests.threads import LIMIT_S, at_once, beside

BOOKING = "/api/v1/appointments/"


class Booking:
    """An application whose bookings last until they may end."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.begun = threading.Semaphore(0)
        self.most = self.now = 0
        self.guard = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self.guard:
            self.now += 1
            self.most = max(self.most, self.now)
        self.begun.release()
        assert self.may_end.wait(LIMIT_S)
        with self.guard:
            self.now -= 1
        start_response("201 Created", [])
        return [b"{}"]


def ask(
    application: Any, path: str = BOOKING, method: str = "POST", **more: str
) -> tuple[int, dict[str, str], bytes]:
    seen: list[Any] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, **more}
    body = b"".join(application(environ, lambda status, headers: seen.append((status, dict(headers)))))
    [(status, headers)] = seen
    return int(status[:3]), headers, body


def test_no_more_than_may_are_inside_and_the_line_is_served() -> None:
    booking = Booking()
    booking.may_end.set()
    application = admitted(booking, Gate(2, 30))
    assert [answer[0] for answer in at_once(lambda _n: ask(application), 24)] == [201] * 24  # type: ignore[index]
    assert booking.most <= 2


def test_whoever_is_beyond_the_line_is_told_at_once_to_come_back_later() -> None:
    booking = Booking()
    application = admitted(booking, Gate(1, 0))
    with beside(lambda: ask(application)) as first:
        assert booking.begun.acquire(timeout=LIMIT_S)
        status, headers, body = ask(application, HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
        pages = ask(application, "/experts/zhao/hold/", HTTP_ACCEPT_LANGUAGE="en-GB", HTTP_HOST="x")
        booking.may_end.set()
    assert first.result()[0] == 201
    assert (status, headers["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(headers["Retry-After"]) <= 6
    problem = json.loads(body)
    assert (problem["code"], problem["status"]) == ("overloaded", 429)
    assert "现在" in problem["detail"]
    assert (pages[0], pages[1]["X-Frame-Options"]) == (429, "DENY")
    assert "default-src 'none'" in pages[1]["Content-Security-Policy"]
    assert "Very many people are booking" in pages[2].decode()
    assert 'href="/experts/zhao/"' in pages[2].decode()


@pytest.mark.parametrize(
    "path",
    [
        BOOKING,
        "/api/v1/waitlist/",
        "/api/v1/draw-requests/",
        "/experts/zhao/hold/",
        "/sessions/S/waitlist/",
        "/sessions/S/draw/enter/",
    ],
)
def test_whatever_a_rush_may_press_is_behind_the_gate(path: str) -> None:
    full = Gate(0, 0)
    passes: Any = lambda _environ, start: start("200 OK", []) or [b""]  # noqa: E731
    assert ask(admitted(passes, full), path)[0] == 429
    assert ask(admitted(passes, full), path, "GET")[0] == 200


def in_line(gate: Gate, people: int) -> None:
    """Wait until so many wait at the gate."""
    for _turn in range(LIMIT_S * 200):
        if len(gate._line) == people:
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"{len(gate._line)} wait, not {people}")


def test_a_place_goes_to_whoever_waited_longest_not_to_whoever_comes_just_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "PATIENCE_S", LIMIT_S)
    gate = Gate(1, 2)
    assert gate.enter()
    with beside(gate.enter) as first:
        in_line(gate, 1)
        with beside(gate.enter) as second:
            in_line(gate, 2)
            assert not gate.enter(), "the line is full"
            gate.leave()
            assert first.result(LIMIT_S)
            assert not second.done()
            gate.leave()
            assert second.result(LIMIT_S)


def test_waiting_ends_with_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "PATIENCE_S", 0.01)
    booking = Booking()
    application = admitted(booking, Gate(1, 5))
    with beside(lambda: ask(application)):
        assert booking.begun.acquire(timeout=LIMIT_S)
        assert ask(application)[0] == 429
        booking.may_end.set()
    assert ask(application)[0] == 201, "nobody holds a place any more"


def test_those_who_fail_make_room_too() -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError

    application = admitted(broken, Gate(1, 0))
    for _turn in range(3):
        with pytest.raises(RuntimeError):
            ask(application)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", BOOKING), ("POST", "/api/v1/appointments/X/cancel/"), ("GET", "/"), ("POST", "/desk/")],
)
def test_only_what_takes_numbers_waits(method: str, path: str) -> None:
    booking = Booking()
    booking.may_end.set()
    assert ask(admitted(booking, Gate(0, 0)), path, method)[0] == 201
