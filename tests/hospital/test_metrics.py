"""The figures are for the machine itself and for whoever has the token."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

pytestmark = pytest.mark.django_db
TOKEN = "a token of the monitoring"


def status(remote: str = "10.0.0.7", **headers: str) -> int:
    return Client(REMOTE_ADDR=remote, headers=headers).get("/metrics").status_code


@pytest.mark.parametrize("remote", ["127.0.0.1", "::1"])
def test_the_machine_itself_sees_the_figures(remote: str) -> None:
    answer = Client(REMOTE_ADDR=remote).get("/metrics")
    assert answer.status_code == 200
    assert b"python_info" in answer.content


def test_for_others_there_is_nothing_unless_they_have_the_token(settings: LazySettings) -> None:
    assert status() == 404
    assert status(authorization="Bearer ") == 404, "no token is set"
    settings.METRICS_TOKEN = TOKEN
    assert status() == 404
    assert status(authorization="Bearer another") == 404
    assert status(authorization=f"Bearer {TOKEN}") == 200


def test_what_a_proxy_of_this_machine_hands_on_is_not_the_machine_itself(settings: LazySettings) -> None:
    assert status("127.0.0.1", x_forwarded_for="203.0.113.5") == 404
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert status("127.0.0.1") == 404
    settings.METRICS_TOKEN = TOKEN
    assert status("127.0.0.1", authorization=f"Bearer {TOKEN}") == 200


def test_an_address_that_is_none_sees_nothing() -> None:
    assert status("") == 404
