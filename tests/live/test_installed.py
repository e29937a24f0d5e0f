"""A ticket on the home screen: its manifest, the service worker, the frame of its last known state."""

import json
import re

from django.test import Client

from queueing.views.installed import FRAME, frame_release
from tests.queueing.conftest import Morning


def test_each_ticket_is_an_app_of_its_own_without_a_name(morning: Morning, client: Client) -> None:
    ticket = morning.walk_in("07:10")
    page = client.get(f"/t/{ticket.code}/", headers={"accept-language": "en"}).content.decode()
    address = re.search(r'<link rel="manifest" href="([^"]+)">', page)
    assert address is not None
    answer = client.get(address[1])
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/manifest+json", "no-store")
    about = json.loads(answer.content)
    assert about["start_url"] == about["id"] == f"/t/{ticket.code}/"
    assert (about["scope"], about["display"], about["name"]) == ("/t/", "standalone", "Queue number A01")
    assert {icon["sizes"] for icon in about["icons"]} == {"192x192", "512x512"}
    assert ticket.patient.name not in answer.content.decode()
    chinese = client.get(f"/t/{ticket.code}/manifest.webmanifest?lang=zh-hans").content.decode()
    assert json.loads(chinese)["name"] == "排队号 A01"


def test_the_worker_comes_from_its_scope_under_the_strict_policy_and_changes_with_the_release(
    client: Client,
) -> None:
    answer = client.get("/t/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert f'RELEASE = "{frame_release()}"' in answer.content.decode()
    assert "js/ticket-worker" in answer.content.decode()
    assert FRAME[0] == "js/ticket-worker.js"


def test_the_frame_holds_nobodys_data_and_sets_no_cookie(morning: Morning, client: Client) -> None:
    morning.walk_in("07:10")
    client.force_login(morning.cast.lin)
    signed_in = client.get("/t/offline/en/")
    client.logout()
    for language, words in (("en", "No connection since"), ("zh-hans", "起没有连接")):
        answer = client.get(f"/t/offline/{language}/")
        text = answer.content.decode()
        assert words in text
        assert all(text.count(mark) for mark in ("KEPT-CODE", "KEPT-AT", "KEPT-REGION", 'data-text="normal"'))
        assert "data-live-kept" in text
        assert "csrf" not in text
        assert not answer.cookies
    assert signed_in.content == client.get("/t/offline/en/").content
    assert client.get("/t/offline/xx/").status_code == 404
