"""Five tries are five tries, also when they are sent at once."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connections
from django.test import Client

from hospital.accounts.forms import CodeForm
from hospital.common.messages import outbox

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "/accounts/login/code/"
GUESSERS = 16


def compared_at_once() -> int:
    """Send one wrong code from many connections of one browser; how many of them were compared."""
    cache.clear()
    browser = Client()
    browser.post("/accounts/login/", {"phone": "13800138000"})
    found = re.search(r"\b\d{6}\b", str(outbox(1)[0]["body"]))
    assert found
    wrong = "000000" if found[0] != "000000" else "111111"
    cookie = browser.cookies["sessionid"].value
    start, compared = threading.Barrier(GUESSERS), []
    genuine = CodeForm.clean_code

    def counted(form: CodeForm) -> str:
        compared.append(1)
        return str(genuine(form))

    def guess(_number: int) -> None:
        client = Client()
        client.cookies["sessionid"] = cookie
        start.wait(10)
        try:
            client.post(CODE, {"code": wrong})
        finally:
            connections.close_all()

    with mock.patch.object(CodeForm, "clean_code", counted), ThreadPoolExecutor(GUESSERS) as pool:
        list(pool.map(guess, range(GUESSERS)))
    return len(compared)


def test_many_guesses_at_once_get_five_comparisons() -> None:
    assert compared_at_once() == 5


def test_control_without_the_lock_more_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session.objects, "select_for_update", Session.objects.all)
    assert compared_at_once() > 5
