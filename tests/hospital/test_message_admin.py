"""What an administrator sees of messages: what became of them, never what they say or to whom."""

from __future__ import annotations

import pytest
from django.test import Client

from hospital.common import history
from hospital.common.messages import message_send
from hospital.common.models import Message
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
LIST = "/admin/hospital/message/"


@pytest.fixture
def failed(now: VirtualClock) -> Message:
    message_send(kind="note", key="a", body="secret 7788", now=now(), phone="+8613800138000")
    Message.objects.update(failed_at=now(), failure="http_422", attempts=1)
    return Message.objects.get()


@pytest.fixture
def admin(now: VirtualClock) -> Client:
    client = Client()
    client.force_login(factories.user("admin", "administrator"))
    return client


def test_the_list_and_the_row_show_what_became_of_it_and_nothing_sealed(
    admin: Client, failed: Message
) -> None:
    listed = admin.get(LIST, {"sending": "failed"})
    row = admin.get(f"{LIST}{failed.pk}/change/")
    for page in (listed, row):
        text = page.content.decode()
        assert page.status_code == 200
        assert "http_422" in text
        for secret in ("7788", "13800138000", "sealed", failed.body_sealed.hex(), "memory at"):
            assert secret not in text


def test_what_was_given_up_is_tried_again_by_a_post_and_remembered(
    admin: Client, failed: Message, now: VirtualClock
) -> None:
    chosen = {"action": "try_again", "_selected_action": str(failed.pk)}
    admin.get(LIST, chosen)
    failed.refresh_from_db()
    assert failed.failed_at is not None, "a GET changes nothing"
    assert "Tried again: 1." in admin.post(LIST, chosen, follow=True).content.decode()
    failed = Message.objects.get()
    assert (failed.failed_at, failed.attempts, failed.failure) == (None, 0, "")
    [row] = history.of(failed)
    assert (row.verb, row.actor_name, row.reason) == ("retry", "admin", "http_422")


def test_nobody_else_comes_there(failed: Message, now: VirtualClock) -> None:
    client = Client()
    client.force_login(factories.user("manager", "manager"))
    assert client.post(LIST, {"action": "try_again", "_selected_action": [failed.pk]}).status_code in {
        302,
        403,
    }
    failed.refresh_from_db()
    assert failed.failed_at is not None


def test_readiness_and_figures_count_what_failed_and_what_waits(failed: Message, now: VirtualClock) -> None:
    message_send(kind="note", key="b", body="x", now=now(), phone="+8613800138000")
    now.advance(minutes=11)
    assert Client().get("/readyz").json() | {"overdue_jobs": 0, "missed_nights": 0} == {
        "status": "ok",
        "overdue_jobs": 0,
        "missed_nights": 0,
        "overdue_messages": 1,
        "failed_messages": 1,
    }
    figures = Client().get("/metrics").content.decode()
    assert "fenliu_failed_messages 1.0" in figures
    assert "fenliu_overdue_messages 1.0" in figures
    now.advance(days=1)
    assert Client().get("/readyz").json()["failed_messages"] == 0, "a day later it is history"
