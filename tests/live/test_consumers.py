"""The WebSockets: who may watch, what the first frame is, how fast a call arrives, what is never sent."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client

from hospital.accounts.middleware import PASSED as SECOND_FACTOR_PASSED
from hospital.common import hub as hub_module
from hospital.common import live
from hospital.models import User
from queueing import consumers, services
from queueing.consumers import staff
from queueing.models import Screen
from tests import factories
from tests.live.communicator import WebsocketCommunicator
from tests.live.conftest import Clinic, in_thread
from tests.live.valkey import Valkey

Sockets = Callable[..., WebsocketCommunicator]


@pytest.fixture(autouse=True)
def _second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True


async def opened(socket: WebsocketCommunicator) -> None:
    accepted, _ = await socket.connect(seconds=5)
    assert accepted


async def next_frame(socket: WebsocketCommunicator, *, seconds: float = 5.0) -> dict[str, Any]:
    """The next frame that is no ping."""
    until = time.monotonic() + seconds
    while True:
        frame: dict[str, Any] = json.loads(
            await socket.receive_from(seconds=max(0.01, until - time.monotonic()))
        )
        if frame["kind"] != "ping":
            return frame


async def frame_with(socket: WebsocketCommunicator, text: str, *, seconds: float = 5.0) -> dict[str, Any]:
    """The first frame whose content holds ``text``."""
    until = time.monotonic() + seconds
    while True:
        frame = await next_frame(socket, seconds=until - time.monotonic())
        if text in json.dumps(frame, ensure_ascii=False):
            return frame


async def closed_with(socket: WebsocketCommunicator) -> int:
    """The code of the closing frame, which must be the very next thing sent."""
    message = await socket.receive_output(timeout=5)
    assert message["type"] == "websocket.close", message
    return int(message["code"])


async def hub_listens() -> None:
    until = time.monotonic() + 8
    while not consumers.live_hub().listening:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


def cookie(user: User, *, second_factor: bool = True) -> str:
    client = Client()
    client.force_login(user)
    session = client.session
    if second_factor:
        session[SECOND_FACTOR_PASSED] = user.pk
    session.save()
    return f"sessionid={session.session_key}"


# -- who may watch -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/ws/screens/nonsense/", "/ws/tickets/NONSENSE/", "/ws/boards/NONSENSE/"])
async def test_an_unknown_address_is_accepted_only_to_be_closed_with_4404(
    clinic: Clinic, sockets: Sockets, path: str
) -> None:
    socket = sockets(path)
    await opened(socket)
    assert await closed_with(socket) == 4404


async def test_a_revoked_screen_is_closed_with_4401(clinic: Clinic, sockets: Sockets) -> None:
    await in_thread(
        services.screen_revoke, screen_code=clinic.screen.code, actor=clinic.desk, now=clinic.now()
    )
    socket = sockets(clinic.screen_path)
    await opened(socket)
    assert await closed_with(socket) == 4401


async def test_revoking_closes_the_open_screen(clinic: Clinic, sockets: Sockets) -> None:
    socket = sockets(clinic.screen_path)
    await opened(socket)
    await next_frame(socket)
    await hub_listens()
    await in_thread(
        services.screen_revoke, screen_code=clinic.screen.code, actor=clinic.desk, now=clinic.now()
    )
    message = await socket.receive_output(timeout=5)
    while message["type"] == "websocket.send":
        message = await socket.receive_output(timeout=5)
    assert message["code"] == 4401


async def test_a_foreign_page_is_refused_before_anything_is_sent(clinic: Clinic, sockets: Sockets) -> None:
    for origin in [
        "https://evil.example",
        "http://testserver:9",
        "null",
        "http://testserver.evil",
        "http://[",
    ]:
        for path in (clinic.screen_path, f"/ws/sessions/{clinic.session.code}/"):
            accepted, _ = await sockets(path, origin=origin).connect(seconds=5)
            assert not accepted, origin


async def test_the_hospitals_own_page_is_let_in(clinic: Clinic, sockets: Sockets) -> None:
    socket = sockets(clinic.screen_path, origin="http://testserver")
    await opened(socket)
    assert (await next_frame(socket))["kind"] == "snapshot"


@pytest.mark.parametrize(
    ("who", "code"), [("nobody", 4401), ("lin", 4401), ("other_expert", 4401), ("half_signed_in", 4401)]
)
async def test_a_session_is_closed_to_those_it_does_not_concern(
    clinic: Clinic, sockets: Sockets, who: str, code: int
) -> None:
    headers = {}
    if who == "lin":
        headers = {"cookie": await in_thread(cookie, clinic.cast.lin)}
    elif who == "other_expert":
        headers = {"cookie": await in_thread(lambda: cookie(factories.user("dr_qian", "expert")))}
    elif who == "half_signed_in":
        headers = {"cookie": await in_thread(cookie, clinic.cast.desk, second_factor=False)}
    socket = sockets(f"/ws/sessions/{clinic.session.code}/", **headers)
    await opened(socket)
    assert await closed_with(socket) == code


@pytest.mark.parametrize("who", ["dr_zhao", "desk", "manager"])
async def test_staff_watch_a_session_and_hear_that_it_changed(
    clinic: Clinic, sockets: Sockets, who: str
) -> None:
    socket = sockets(
        f"/ws/sessions/{clinic.session.code}/", cookie=await in_thread(cookie, getattr(clinic.cast, who))
    )
    await opened(socket)
    first = await next_frame(socket)
    assert first["kind"] == "snapshot"
    assert set(first["data"]) == {"at"}
    await in_thread(clinic.walk_in)
    assert (await next_frame(socket))["revision"] > first["revision"]


@pytest.mark.parametrize("lost", ["signed_out", "deactivated", "another_role"])
async def test_whoever_may_watch_no_longer_is_let_go_at_a_sign_of_life(
    clinic: Clinic, sockets: Sockets, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(staff, "LOOK_AGAIN_S", 0.0)
    desk = clinic.cast.desk
    socket = sockets(f"/ws/sessions/{clinic.session.code}/", cookie=await in_thread(cookie, desk))
    await opened(socket)
    await next_frame(socket)
    await socket.send_to('{"kind": "pong"}')
    await in_thread(clinic.walk_in)
    assert (await next_frame(socket))["kind"] == "changed", "who may still watch watches on"

    if lost == "signed_out":
        await in_thread(Session.objects.all().delete)
    else:
        changed = {"is_active": False} if lost == "deactivated" else {"role": "patient"}
        await in_thread(User.objects.filter(pk=desk.pk).update, **changed)
    await socket.send_to('{"kind": "pong"}')
    assert await closed_with(socket) == 4401


async def test_an_unknown_session_is_closed_with_4404_for_staff(clinic: Clinic, sockets: Sockets) -> None:
    socket = sockets("/ws/sessions/NONSENSE/", cookie=await in_thread(cookie, clinic.cast.desk))
    await opened(socket)
    assert await closed_with(socket) == 4404


# -- what is sent --------------------------------------------------------------------------------------------------


async def test_a_call_is_on_the_screen_and_on_the_phone_by_its_announcement(
    clinic: Clinic, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "POLL_S", 1e6)
    ticket = await in_thread(clinic.walk_in)
    screen, phone = sockets(clinic.screen_path), sockets(f"/ws/tickets/{ticket.code}/?lang=en")
    await asyncio.gather(opened(screen), opened(phone))
    first = await next_frame(screen)
    assert first["kind"] == "snapshot"
    assert ticket.display in first["data"]["html"]
    assert (await next_frame(phone))["kind"] == "snapshot"
    await hub_listens()
    await in_thread(clinic.call, "08:00")
    on_screen, on_phone = await asyncio.gather(
        frame_with(screen, "data-call="), frame_with(phone, "It is your turn")
    )
    assert on_screen["kind"] == on_phone["kind"] == "changed"
    assert on_screen["revision"] > first["revision"]


async def test_no_frame_names_a_patient(clinic: Clinic, sockets: Sockets) -> None:
    patient = clinic.cast.patients["lin"]  # 林小雨
    ticket = await in_thread(
        services.walk_in_register_and_ticket,
        session_code=clinic.session.code,
        patient_id=patient.pk,
        payment="cash",
        actor=clinic.desk,
        now=clinic.now(),
    )
    screen, phone = sockets(clinic.screen_path), sockets(f"/ws/tickets/{ticket.code}/")
    board = sockets(f"/ws/boards/{clinic.session.code}/?lang=en")
    await asyncio.gather(opened(screen), opened(phone), opened(board))
    texts = [await screen.receive_from(seconds=5), await phone.receive_from(seconds=5)]
    assert "People waiting" in (on_board := await board.receive_from(seconds=5))
    await in_thread(clinic.call, "08:00")
    texts.append(json.dumps(await frame_with(screen, "data-call="), ensure_ascii=False))
    texts.append(await phone.receive_from(seconds=5))
    for text in texts:
        assert "林小雨" not in text
        assert factories.LIN_ID not in text
        assert "13800138000" not in text
    assert "林*雨" in texts[0]
    assert "林" not in texts[1] + texts[3] + on_board


async def test_a_sensitive_department_shows_numbers_only(clinic: Clinic, sockets: Sockets) -> None:
    ticket = await in_thread(clinic.walk_in)

    def hide() -> None:
        type(clinic.session.expert.department).objects.update(sensitive=True)

    await in_thread(hide)
    screen = sockets(clinic.screen_path)
    await opened(screen)
    html = (await next_frame(screen))["data"]["html"]
    assert ticket.display in html
    assert "客" not in html


async def test_announcements_carry_ids_only(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(live, "publish", sent.append)
    ticket = await in_thread(clinic.walk_in)
    await in_thread(clinic.call, "08:00")
    assert sent
    for text in sent:
        message = json.loads(text)
        assert {"topic", "event"} <= set(message)
        assert set(message) <= {"topic", "event", "revision", "session", "ticket", "screen"}
        assert "客" not in text
    assert any(json.loads(text)["topic"] == f"ticket.{ticket.code}" for text in sent)


# -- staying alive -------------------------------------------------------------------------------------------------


async def test_valkey_restarts_and_screen_and_phone_converge(
    clinic: Clinic, sockets: Sockets, valkey: Valkey
) -> None:
    ticket = await in_thread(clinic.walk_in)
    screen, phone = sockets(clinic.screen_path), sockets(f"/ws/tickets/{ticket.code}/?lang=en")
    await asyncio.gather(opened(screen), opened(phone))
    await asyncio.gather(next_frame(screen), next_frame(phone))
    await hub_listens()
    valkey.kill()
    await in_thread(clinic.call, "08:00")
    await asyncio.gather(
        frame_with(screen, "data-call=", seconds=20), frame_with(phone, "It is your turn", seconds=20)
    )
    valkey.start()
    live.forget()
    await hub_listens()
    await in_thread(clinic.do, "finish", ticket, "08:05")
    await asyncio.gather(frame_with(phone, "Consultation finished", seconds=8))


async def test_a_page_that_noticed_a_gap_gets_a_fresh_snapshot(clinic: Clinic, sockets: Sockets) -> None:
    socket = sockets(clinic.screen_path)
    await opened(socket)
    await next_frame(socket)
    await socket.send_to('{"kind":"resync"}')
    assert (await next_frame(socket))["kind"] == "snapshot"


async def test_a_screen_that_answers_is_noted_as_alive(
    clinic: Clinic, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PING_S", 0.2)
    socket = sockets(clinic.screen_path)
    await opened(socket)
    revision = (await next_frame(socket))["revision"]
    await socket.send_to(json.dumps({"kind": "pong", "revision": revision}))
    until = time.monotonic() + 5
    while True:
        screen = await in_thread(Screen.objects.get, pk=clinic.screen.pk)
        if screen.last_seen_at:
            break
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    assert screen.last_seen_at == clinic.now()
    assert screen.revision_shown == revision


async def test_junk_from_a_page_is_ignored(clinic: Clinic, sockets: Sockets) -> None:
    socket = sockets(clinic.screen_path)
    await opened(socket)
    await next_frame(socket)
    pong = '{"kind":"pong","revision":"x"}'
    for junk in ["", "{", "[]", "null", '"pong"', '{"kind":{}}', pong, "[" * 400, "x" * 100_000]:
        await socket.send_to(junk)
    await socket.send_to('{"kind":"resync"}')
    assert (await next_frame(socket))["kind"] == "snapshot"


async def test_a_ping_tells_the_revision_and_when_the_database_was_read(
    clinic: Clinic, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PING_S", 0.2)
    monkeypatch.setattr(hub_module, "POLL_S", 0.1)
    socket = sockets(clinic.screen_path)
    await opened(socket)
    first = await next_frame(socket)
    ping = json.loads(await socket.receive_from(seconds=5))
    while ping["data"]["at"] == "":
        ping = json.loads(await socket.receive_from(seconds=5))
    assert ping == {
        "kind": "ping",
        "revision": first["revision"],
        "data": {"at": "2026-11-02T07:30:00+08:00"},
    }
