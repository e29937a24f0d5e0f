"""The sandbox gateway without its process: the same parts, called directly, with a clock of their own."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import requests
from django.test import Client

from booking.providers.sandbox import SandboxProvider
from hospital.gateway.app import FOLDER, Gateway, gateway
from hospital.gateway.keys import keys_ensure
from hospital.gateway.web import Request

URL = "http://gateway.test"
NOTIFY = "http://127.0.0.1/api/v1/payments/sandbox/notify/"


@cache
def _keys() -> Path:
    """One set of keys for all tests: making them takes longer than most tests."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keys_ensure(folder)
    return folder


class Answer:
    """What the provider's client reads of a response."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status_code, self.headers, self.content = status, headers, content


class LocalGateway:
    """Answers the client's requests in this process; a delayed answer is one that never came."""

    def __init__(self, folder: Path, clock: Any, *, adopt: bool = False) -> None:
        shutil.copytree(_keys(), folder / FOLDER)
        self.made: Gateway = gateway(
            folder, URL, ["http://127.0.0.1"], ("清河医院", "Qinghe Hospital"), clock, adopt=adopt
        )
        self.down = False
        self.calls: list[str] = []
        self.client = SandboxProvider(
            name="sandbox",
            url=URL,
            merchant="fenliu-demo",
            merchant_key=folder / "gateway" / "merchant-private.pem",
            gateway_key=folder / "gateway" / "gateway-public.pem",
        )

    def request(self, method: str, url: str, **options: Any) -> Answer:
        """Stand in for `requests.Session.request`."""
        self.calls.append(f"{method} {urlsplit(url).path}")
        if self.down:
            raise requests.ConnectionError
        headers = {name.lower(): value for name, value in options["headers"].items()}
        response = self.made.handle(Request(method, urlsplit(url).path, "", headers, options["data"]))
        if response.delay_s:
            raise requests.ReadTimeout
        return Answer(response.status, response.headers, response.body)

    def press(self, pay_url: str, decision: str = "pay") -> int:
        """Press a button on the pay page."""
        request = Request("POST", urlsplit(pay_url).path, "", {}, f"decision={decision}".encode())
        return self.made.handle(request).status

    def switch(self, mode: str, **options: int) -> int:
        """Choose a failure."""
        body = json.dumps({"mode": mode, **options}).encode()
        headers = {"content-type": "application/json"}
        return self.made.handle(Request("POST", "/sandbox/mode", "", headers, body)).status

    def deliver(self, to: Client) -> list[int]:
        """Carry the notices that are due to the product; their answers, in order."""
        answers: list[int] = []

        def post(url: str, *, data: bytes, headers: dict[str, str], **_options: Any) -> Answer:
            response = to.post(
                urlsplit(url).path, data, content_type="application/json", headers=dict(headers)
            )
            answers.append(response.status_code)
            return Answer(response.status_code, {}, response.content)

        with mock.patch.object(self.made.courier._session, "post", post):
            self.made.courier.deliver_due()
        return answers


@contextmanager
def local_gateway(folder: Path, clock: Any, *, adopt: bool = False) -> Iterator[LocalGateway]:
    """Let every provider call go to a gateway in this process."""
    local = LocalGateway(folder, clock, adopt=adopt)
    with (
        mock.patch.object(
            requests.Session, "request", lambda _self, *args, **kwargs: local.request(*args, **kwargs)
        ),
        mock.patch("booking.providers.registry._made", return_value=local.client),
    ):
        yield local
    local.made.store.close()
