"""Both languages are complete: a missing, empty or fuzzy Chinese message fails the build."""

import re
from pathlib import Path

import polib
import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import RequestFactory
from django.utils import translation

from hospital.management.commands.collect_po import CATALOGUE, text_of, texts_in_code
from hospital.models import User

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%[sd]|\{\w*\}")
LATIN_PUNCTUATION_BETWEEN_CJK = re.compile(
    r"[\u4e00-\u9fff][,;!?][\u4e00-\u9fff]|[\u4e00-\u9fff]·[\u4e00-\u9fff]"
)


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / CATALOGUE))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_message_of_the_code_is_in_the_catalogue(catalogue: polib.POFile) -> None:
    known = {text_of(entry) for entry in catalogue}
    missing = {text: files for text, files in texts_in_code(ROOT).items() if text not in known}
    assert missing == {}, "run: manage.py collect_po, then translate what it lists"


def test_the_catalogue_keeps_no_message_that_the_code_dropped(catalogue: polib.POFile) -> None:
    found = texts_in_code(ROOT)
    assert [entry.msgid for entry in catalogue if text_of(entry) not in found] == []


def test_administrators_read_what_every_column_is_called(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User(role="administrator")
    with translation.override("zh-hans"):
        headings = {
            f"{model.__name__}.{column}": str(label_for_field(column, model, shown))
            for model, shown in admin.site._registry.items()
            if model._meta.app_label in {"hospital", "booking", "queueing", "analytics"}
            for column in shown.get_list_display(request)
        }
    assert {
        name: heading for name, heading in headings.items() if heading.isascii() and heading != "ID"
    } == {}


def test_no_message_is_untranslated_or_fuzzy(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not all(translations(entry))] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []


def test_translations_keep_every_placeholder(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in translations(entry):
            assert set(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_chinese_uses_full_width_punctuation(catalogue: polib.POFile) -> None:
    wrong = [
        text
        for entry in catalogue
        for text in translations(entry)
        if LATIN_PUNCTUATION_BETWEEN_CJK.search(text)
    ]
    assert wrong == []
