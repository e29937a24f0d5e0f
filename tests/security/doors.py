"""Somebody of each role before every address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from hospital.accounts.services import token_issue
from hospital.common.actor import Actor
from hospital.models import User
from queueing.services import kiosk_pair
from tests import factories
from tests.booking.gateway import local_gateway
from tests.clock import VirtualClock


class Doors:
    """A browser (or device) of each role."""

    def __init__(self, users: dict[str, User], kiosk_token: str) -> None:
        self._users, self._kiosk_token = users, kiosk_token
        self._clients: dict[tuple[str, bool], Client] = {}

    def knock(
        self, role: str, method: str, path: str, *, form: str = "", with_csrf: bool = False, **more: str
    ) -> HttpResponse:
        """Ask once, with an empty object or a form; whoever signs out by it signs in again for the next time."""
        client = self._clients.pop((role, with_csrf), None) or self._client(role, with_csrf)
        if "logout" not in path:
            self._clients[role, with_csrf] = client
        headers = {"Authorization": f"Token {self._kiosk_token}"} if role == "kiosk" else {}
        response = client.generic(
            method,
            path,
            form or "{}",
            content_type="application/x-www-form-urlencoded" if form else "application/json",
            headers={**headers, **more},
        )
        assert isinstance(response, HttpResponse)
        return response

    def _client(self, role: str, with_csrf: bool) -> Client:
        client = Client(raise_request_exception=False, enforce_csrf_checks=with_csrf)
        if role in self._users:
            client.force_login(self._users[role])
        if role == "kiosk":
            client.cookies["kiosk"] = self._kiosk_token
        return client


@pytest.fixture
def doors(cast: factories.Cast, now: VirtualClock, tmp_path: Path) -> Iterator[Doors]:
    factories.expert(account=cast.dr_zhao)
    token = token_issue(name="hall", actor=Actor.job("test"), now=now(), device="kiosk")
    kiosk_pair(token=token, now=now())
    users = {
        "patient": cast.lin,
        "desk": cast.desk,
        "expert": cast.dr_zhao,
        "manager": cast.manager,
        "administrator": cast.admin,
    }
    with local_gateway(tmp_path, now().timestamp):
        yield Doors(users, token)
