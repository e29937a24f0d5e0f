"""Messages in the app and how an account wants to be told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from hospital.accounts.emails import LinkOver, TooManyLinks, email_confirm, email_of, email_set
from hospital.common import inbox
from hospital.common.crypto import unseal
from hospital.common.messages import message_send, outbox
from hospital.common.models import Message
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin(now: VirtualClock) -> User:
    return factories.user("lin", "patient")


@pytest.fixture
def browser(lin: User) -> Client:
    client = Client()
    client.force_login(lin)
    return client


def tell(account: User, now: VirtualClock, key: str = "a", *, link: str = "") -> None:
    message_send(kind="note", key=key, body=f"text {key}", now=now(), account=account.pk, link=link)


def test_the_bell_counts_what_was_not_read(browser: Client, lin: User, now: VirtualClock) -> None:
    assert 'class="app-count"' not in browser.get("/appointments/").content.decode()
    tell(lin, now)
    tell(lin, now, "b")
    page = browser.get("/appointments/").content.decode()
    assert re.search(r'class="app-count"[^>]*>2<', page)
    assert "Messages, 2 not read" in page


def test_nobody_else_has_a_bell(client: Client, now: VirtualClock) -> None:
    assert "app-bell" not in client.get("/").content.decode()
    client.force_login(factories.user("desk", "desk"))
    assert "app-bell" not in client.get("/").content.decode()


def test_looking_at_messages_does_not_mark_them(browser: Client, lin: User, now: VirtualClock) -> None:
    tell(lin, now)
    assert "text a" in browser.get("/messages/").content.decode()
    assert inbox.unread_count(account_id=lin.pk) == 1


def test_marking_all_leaves_what_came_after_the_page_was_made(
    browser: Client, lin: User, now: VirtualClock
) -> None:
    tell(lin, now)
    shown_at = browser.get("/messages/").context["shown_at"]
    now.advance(seconds=5)
    tell(lin, now, "b")
    assert browser.post("/messages/read/", {"shown_at": shown_at}).status_code == 302
    assert [(letter.key, letter.read) for letter in inbox.letters(account_id=lin.pk, now=now())] == [
        ("b", False),
        ("a", True),
    ]


def test_opening_a_message_marks_it_and_leads_on(browser: Client, lin: User, now: VirtualClock) -> None:
    tell(lin, now, link="/appointments/")
    answer = browser.post("/messages/read/", {"kind": "note", "key": "a"})
    assert answer["Location"] == "/appointments/"
    assert inbox.unread_count(account_id=lin.pk) == 0


def test_nobody_reads_or_marks_another_s_message(browser: Client, now: VirtualClock) -> None:
    chen = factories.user("chen", "patient")
    tell(chen, now)
    assert "text a" not in browser.get("/messages/").content.decode()
    assert browser.post("/messages/read/", {"kind": "note", "key": "a"}).status_code == 404
    assert inbox.unread_count(account_id=chen.pk) == 1


def test_switching_the_language_of_the_pages_switches_that_of_messages(browser: Client, lin: User) -> None:
    for language in ("zh-hans", "en", "tlh"):
        browser.post("/i18n/setlang/", {"language": language})
    lin.refresh_from_db()
    assert lin.language == "en", "one that the hospital does not speak is ignored"


def test_a_get_switches_nothing(browser: Client, lin: User) -> None:
    browser.get("/i18n/setlang/?language=zh-hans")
    lin.refresh_from_db()
    assert lin.language == ""


def test_the_settings_are_kept(browser: Client, lin: User) -> None:
    answer = browser.post("/messages/settings/", {"language": "zh-hans", "email": "lin@example.org"})
    assert answer.status_code == 302
    lin.refresh_from_db()
    assert (lin.language, lin.sms_all, email_of(lin)) == ("zh-hans", False, "lin@example.org")
    assert lin.email_confirmed_at is None
    assert b"lin@example.org" not in bytes(lin.email_sealed or b"")


def test_a_wrong_address_is_said_at_its_field(browser: Client, lin: User) -> None:
    answer = browser.post("/messages/settings/", {"language": "en", "email": "nobody"})
    assert answer.status_code == 400
    assert "This is not an e-mail address." in answer.content.decode()


def link_in_mail() -> str:
    found = re.search(r"http\S+(/messages/email/\S+)", str(outbox(1)[0]["body"]))
    assert found
    return found[1]


def test_an_address_is_used_once_its_link_was_confirmed_by_a_button(
    browser: Client, lin: User, now: VirtualClock
) -> None:
    browser.post("/messages/settings/", {"language": "en", "email": "lin@example.org", "sms_all": "on"})
    link, elsewhere = link_in_mail(), Client()
    assert elsewhere.get(link).status_code == 200
    lin.refresh_from_db()
    assert lin.email_confirmed_at is None, "mail scanners open links"
    assert "Confirmed" in elsewhere.post(link).content.decode()
    lin.refresh_from_db()
    assert lin.email_confirmed_at == now()


def claim_of(lin: User, address: str, now: VirtualClock) -> str:
    email_set(account_id=lin.pk, address=address, now=now())
    return link_in_mail().split("/")[-2]


def test_a_link_lasts_a_day_to_the_second(lin: User, now: VirtualClock) -> None:
    claim = claim_of(lin, "lin@example.org", now)
    with pytest.raises(LinkOver):
        email_confirm(claim=claim, now=now() + timedelta(hours=24))
    email_confirm(claim=claim, now=now() + timedelta(hours=24, seconds=-1))


def test_an_old_address_s_link_does_not_confirm_the_new_one(lin: User, now: VirtualClock) -> None:
    claim = claim_of(lin, "old@example.org", now)
    claim_of(lin, "new@example.org", now)
    with pytest.raises(LinkOver):
        email_confirm(claim=claim, now=now())
    lin.refresh_from_db()
    assert lin.email_confirmed_at is None


def test_a_forged_link_is_over(lin: User, now: VirtualClock) -> None:
    claim = claim_of(lin, "lin@example.org", now)
    with pytest.raises(LinkOver):
        email_confirm(claim=claim[:-2] + "xx", now=now())
    assert Client().post("/messages/email/nonsense/").status_code == 410


def test_nobody_s_letter_box_is_filled_through_us(lin: User, now: VirtualClock) -> None:
    for number in range(5):
        email_set(account_id=lin.pk, address=f"victim{number}@example.org", now=now.advance(seconds=1))
    with pytest.raises(TooManyLinks):
        email_set(account_id=lin.pk, address="victim5@example.org", now=now.advance(seconds=1))
    lin.refresh_from_db()
    assert email_of(lin) == "victim4@example.org"
    email_set(account_id=lin.pk, address="victim5@example.org", now=now.advance(days=1))
    assert Message.objects.filter(kind="email_confirm").count() == 6
    assert unseal(Message.objects.last().email_sealed) == "victim5@example.org"  # type: ignore[union-attr,arg-type]


def test_scripts_list_and_mark_messages_too(browser: Client, lin: User, now: VirtualClock) -> None:
    tell(lin, now)
    [letter] = browser.get("/api/v1/messages/").json()["results"]
    assert (letter["kind"], letter["key"], letter["body"], letter["read"]) == ("note", "a", "text a", False)
    now.advance(seconds=1)
    tell(lin, now, "b")
    marks = {"until": letter["at"]}
    for marked in (1, 0):
        answer = browser.post("/api/v1/messages/read/", marks, content_type="application/json")
        assert answer.json() == {"marked": marked}
    assert inbox.unread_count(account_id=lin.pk) == 1


def test_a_script_that_names_no_address_keeps_it_and_a_refused_one_changes_nothing(
    browser: Client, lin: User, now: VirtualClock
) -> None:
    def send(**said: object) -> int:
        return browser.post("/api/v1/messages/settings/", said, content_type="application/json").status_code

    for number in range(5):
        email_set(account_id=lin.pk, address=f"lin{number}@example.org", now=now.advance(seconds=1))
    assert send(language="en", sms_all=False) == 200
    assert send(language="zh-hans", sms_all=True, email="another@example.org") == 429
    lin.refresh_from_db()
    assert (email_of(lin), lin.language, lin.sms_all) == ("lin4@example.org", "en", False)
    assert send(language="en", sms_all=False, email="") == 200
    lin.refresh_from_db()
    assert email_of(lin) == ""
