"""People who are signed in before the first page opens: over HTTP, as no test but those of signing in looks at it."""

import re

import requests
from playwright.sync_api import Page

from tests.browser.demo import Demo
from tests.browser.people import Person

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Visitor:
    """A client of its own that fills forms as a browser without scripts would."""

    def __init__(self, demo: Demo, locale: str) -> None:
        self.demo, self.http = demo, requests.Session()
        self.http.headers["Accept-Language"] = locale

    def submit(self, path: str, **fields: str) -> None:
        """Open a page and send its form."""
        address = self.demo.url + path
        token = TOKEN.search(self.http.get(address, timeout=30).text)
        assert token, f"{path} has no form"
        sent = {"csrfmiddlewaretoken": token[1], **fields}
        answer = self.http.post(address, sent, headers={"Referer": address}, timeout=30)
        assert answer.ok, answer.text

    def sign_in(self, person: Person) -> None:
        """With the code of the text message that the demo's outbox shows."""
        self.submit("/accounts/login/", phone=person.phone)
        shown = self.http.get(f"{self.demo.url}/demo/outbox/", timeout=30).text
        messages = [part for part in shown.split("<li") if person.phone[-4:] in part]
        found = re.findall(r"\b\d{6}\b", messages[0])
        assert found, messages[0]
        self.submit("/accounts/login/code/", code=found[-1], action="verify")

    def add_self(self, person: Person) -> None:
        """Fill the family form with the person."""
        form = {"name": person.name, "id_number": person.id_number, "phone": person.phone}
        self.submit("/patients/", relation="self", id_type="resident", birth_date="", next="", **form)

    def take(self, page: Page) -> None:
        """Hand the signed-in browser over."""
        cookies = [
            {"name": one.name, "value": one.value or "", "url": self.demo.url} for one in self.http.cookies
        ]
        page.context.add_cookies(cookies)  # type: ignore[arg-type]
