"""The commands of docs/howto/api.md, run in their order as a reader would."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from booking.models import ClinicSession, Expert
from hospital.common import clock
from hospital.demo.clinic import EXPERTS
from tests import factories
from tests.booking.conftest import cast, tomorrow
from tests.booking.gateway import local_gateway
from tests.clock import VirtualClock

__all__ = ["cast", "tomorrow"]
pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "api.md"
NAME = re.compile(r"\$([A-Z_]+)")


@dataclass
class Reader:
    """Runs one ``curl`` after the other, and remembers what the comments name."""

    signed_in: Client
    known: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> Any:
        """The answer to a command."""
        quoted = re.findall(r"'([^']*)'", command)
        assert not any(NAME.search(text) for text in quoted), "a shell leaves $NAME alone in there"
        words = [NAME.sub(lambda found: self.known[found[1]], word) for word in shlex.split(command)]
        assert words.pop(0) == "curl"
        headers, body, client, url = {}, None, Client(), ""
        while words:
            match words.pop(0):
                case "-H":
                    name, _colon, value = words.pop(0).partition(": ")
                    headers[name] = value
                case "-d":
                    body = words.pop(0)
                case "-b":
                    assert words.pop(0).startswith("sessionid=")
                    client = self.signed_in
                case address:
                    url = address
        if body is None:
            return client.get(url, headers=headers)
        return client.post(url, body, content_type=headers.pop("Content-Type"), headers=headers)

    def check(self, answer: Any, comments: list[str]) -> None:
        """What the comments say of the answer is so."""
        status, _space, shape = comments[0].partition(" ")
        assert answer.status_code == int(status), answer.content
        if shape:
            self._match(json.loads(shape), answer.json())
        for comment in comments[1:]:
            name, _colon, value = comment.partition(": ")
            self._match(value, answer[name])

    def _match(self, said: Any, found: Any) -> None:
        if isinstance(said, dict):
            for name, value in said.items():
                self._match(value, found[name])
        elif isinstance(said, list):
            assert len(found) >= len(said)
            for one, other in zip(said, found, strict=False):
                self._match(one, other)
        elif isinstance(said, str) and (name := NAME.fullmatch(said)):
            assert self.known.setdefault(name[1], found) == found
        else:
            assert found == said


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the comments that follow it."""
    lines = [line.strip() for line in PAGE.read_text().splitlines() if line.startswith("    ")]
    starts = [number for number, line in enumerate(lines) if line.startswith("curl ")]
    for start in starts:
        comments = []
        for line in lines[start + 1 :]:
            if not line.startswith("# "):
                break
            comments.append(line[2:])
        yield lines[start], comments


def test_every_command_answers_as_the_page_says(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, tmp_path: Path, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1"
    # the expert whom the page looks for in the demo
    Expert.objects.filter(pk=tomorrow.expert_id).update(code="N01", name="周明远", pinyin="zhoumingyuan")
    assert any(row[1:6:3] == ("N01", "zhoumingyuan") for row in EXPERTS)
    browser = Client()
    browser.force_login(cast.lin)
    reader = Reader(browser, {"HOST": "", "SESSIONID": "s", "CSRF": "c"})
    done = 0
    with local_gateway(tmp_path, lambda: clock.wall().timestamp()):
        for command, comments in commands():
            assert comments, f"say what it answers: {command}"
            reader.check(reader.run(command), comments)
            done += 1
    assert done >= 12


def test_the_table_names_every_resource() -> None:
    from booking.urls import api_urlpatterns as of_booking
    from hospital.accounts.urls import api_urlpatterns as of_accounts
    from queueing.urls import api_urlpatterns as of_queueing

    page = PAGE.read_text()
    patterns = [str(entry.pattern) for entry in (*of_booking, *of_accounts, *of_queueing)]
    lists = {one for one in patterns if "<" not in one and "import" not in one and "preview" not in one}
    known = {"no-shows/decide/", "messages/read/"}
    assert [one for one in sorted(lists - known) if f"`{one}`" not in page] == []
