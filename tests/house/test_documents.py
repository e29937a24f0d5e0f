"""What the documents name is there: files, commands, names of the code, addresses, other documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.urls import Resolver404, resolve
from django.utils import translation

from queueing.routing import websocket_urlpatterns
from tests.house.test_layout import APPS, ROOT, name

DOCUMENTS = [
    *(ROOT / file for file in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FOLDERS = (*APPS, "bench", "docs", "locale", "static", "templates", "tests")
SOURCES = (".py", ".html", ".js", ".css", ".sql", ".toml", ".txt", ".sh")
OF_OTHERS = {"commit_delay", "pg_basebackup"}
"""A setting and a command of PostgreSQL."""
BEGINNINGS = {"/api/v1/", "/ws/"}


def is_served(address: str) -> bool:
    """By a page, or by a socket: what no socket knows ends at the last of their patterns."""
    sockets = [one.pattern.match(address.lstrip("/")) for one in websocket_urlpatterns[:-1]]
    try:
        return any(sockets) or bool(resolve(address))
    except Resolver404:
        return False


def code_in(text: str) -> list[str]:
    """What stands in a document between backticks, or in a block of them."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for block in blocks for line in block.splitlines()] + inline


def words_of_the_code() -> set[str]:
    text = (ROOT / "Makefile").read_text()
    for folder in (*APPS, "bench", "static", "templates", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SOURCES and path.name != Path(__file__).name:
                text += f" {path.stem} " + path.read_text(encoding="utf-8", errors="replace")
    return set(re.findall(r"\w+", text))


WORDS = words_of_the_code()
TASKS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def missing(text: str) -> set[str]:
    """Which files, tasks, commands and names of the code a text speaks of that are not there."""
    found = code_in(text)

    def all_of(pattern: str) -> set[str]:
        return {one for said in found for one in re.findall(pattern, said)}

    files = all_of(rf"(?<![\w/.])(?:{'|'.join(FOLDERS)})/[\w./-]+")
    names = {one for said in found if re.fullmatch(r"[\w.()]+", said) for one in re.findall(r"\w+_\w+", said)}
    return {
        *(one for one in files if not (ROOT / one.rstrip("./")).exists()),
        *(all_of(r"\bmake ([a-z-]+)") - TASKS),
        *(all_of(r"manage\.py (\w+)") - set(get_commands())),
        *(one for one in names - OF_OTHERS if one.removesuffix("_FILE") not in WORDS),
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_what_a_document_names_is_there(document: Path) -> None:
    assert not missing(document.read_text(encoding="utf-8"))


def test_what_is_not_there_is_found() -> None:
    """The control."""
    told = "`booking/gone.py`, `make rest` and `manage.py fly` call `booking.services.appointment_forget`"
    assert missing(told) == {"booking/gone.py", "rest", "fly", "appointment_forget"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_addresses_in_a_document_are_served(document: Path) -> None:
    """Placeholders such as ``CODE`` or ``<code>`` stand for a code."""
    text = document.read_text(encoding="utf-8")
    written = {
        one for said in code_in(text) for one in re.findall(r"(?<![\w/.:>])/[a-z][\w/<>…-]*/(?![\w<…])", said)
    }
    filled = {one: re.sub(r"<\w+>|…|\b[A-Z]{2,}\b", "K7QM2XHDAB3C", one) for one in written - BEGINNINGS}
    assert not {one for one, address in filled.items() if not is_served(address)}


def test_every_table_has_its_line_in_the_glossary_in_the_words_of_the_pages() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = []
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        lines = [
            line for line in glossary.splitlines() if re.match(rf"\|.*\b{model.__name__}\b.*\|.*\|", line)
        ]
        with translation.override("zh-hans"):
            chinese = str(model._meta.verbose_name)
        said = chinese if not chinese.isascii() else ""  # what no page shows has no Chinese name
        missing += [model.__name__] if not any(said in line for line in lines) else []
    assert not missing


def test_links_between_documents_lead_somewhere() -> None:
    link = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)")
    broken = [
        f"{name(path)} -> {target}"
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in link.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert not broken


def test_every_decision_is_numbered_once() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
