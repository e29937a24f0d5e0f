"""Translations that are compiled while a command runs are read by that command."""

from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from hospital.management.commands.compile_po import compile_catalogue

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "A sentence of no page"
msgstr "没有页面有这句话"
"""


def test_what_is_compiled_is_read_at_once(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("zh-hans"):
        assert gettext("A sentence of no page") == "A sentence of no page"
        source = folder / "django.po"
        source.write_text(PO)
        compile_catalogue(source)
    with translation.override("zh-hans"):
        assert gettext("A sentence of no page") == "没有页面有这句话"
