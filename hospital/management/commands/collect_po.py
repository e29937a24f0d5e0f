"""Collect the project's English messages into the Chinese catalogue, without gettext installed.

Python files are read as syntax trees, templates through Django's own ``templatize``. New messages arrive
untranslated, and the build fails until somebody translates them; unused ones are dropped.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

SOURCES = ("hospital", "booking", "queueing", "analytics")
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")

# Where each function keeps context, singular and plural among its arguments.
SHAPES: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
TEMPLATE_CALL = re.compile(
    r"(?<!\w)(?:_|gettext|ngettext|pgettext|npgettext)\(u?[\"'].*?[\"'](?:, ?[\w.]+)?\)", re.DOTALL
)


class Text(NamedTuple):
    """One message: its context (empty for none), singular and plural (empty for none)."""

    context: str
    singular: str
    plural: str


class Unreadable(Exception):
    """A translation call whose text cannot be read without running the program."""


def _string(node: ast.expr, where: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise Unreadable(f"{where}:{node.lineno}: translate literal text only, with named placeholders")


def _texts_of_tree(tree: ast.AST, where: str) -> Iterator[Text]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in SHAPES or not node.args:
            continue
        context, singular, plural = SHAPES[name]
        if isinstance(node.args[0], ast.Attribute | ast.Name):
            continue  # translating at the edge what was marked where it was written
        yield Text(
            _string(node.args[context], where) if context is not None else "",
            _string(node.args[singular], where),
            _string(node.args[plural], where) if plural is not None else "",
        )


def _texts_of_template(source: str, where: str) -> Iterator[Text]:
    for call in TEMPLATE_CALL.findall(templatize(source)):
        yield from _texts_of_tree(ast.parse(call, mode="eval"), where)


def texts_in_code(root: Path) -> dict[Text, list[str]]:
    """Every message of the project, with the files it stands in."""
    found: dict[Text, list[str]] = {}
    python = [
        path
        for app in SOURCES
        for path in sorted((root / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    for path in [
        *python,
        *sorted((root / "templates").rglob("*.html")),
        *sorted((root / "templates").rglob("*.txt")),
    ]:
        where = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8")
        texts = (
            _texts_of_tree(ast.parse(source), where)
            if path.suffix == ".py"
            else _texts_of_template(source, where)
        )
        for text in texts:
            files = found.setdefault(text, [])
            if where not in files:
                files.append(where)
    return found


def text_of(entry: polib.POEntry) -> Text:
    """The message that a catalogue entry translates."""
    return Text(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def merged(catalogue: polib.POFile, found: dict[Text, list[str]]) -> polib.POFile:
    """The catalogue with exactly the messages of the code, translations kept, in the order of the code."""
    known = {(text.context, text.singular): entry for entry in catalogue for text in [text_of(entry)]}
    result = polib.POFile(wrapwidth=110)
    result.metadata = catalogue.metadata
    for text, files in found.items():
        old = known.get((text.context, text.singular))
        entry = polib.POEntry(
            msgctxt=text.context or None,
            msgid=text.singular,
            msgid_plural=text.plural,
            occurrences=[(name, "") for name in files],
        )
        if text.plural:
            entry.msgstr_plural = {0: (old.msgstr_plural.get(0) or old.msgstr) if old else ""}
        elif old:
            entry.msgstr = old.msgstr or old.msgstr_plural.get(0, "")
        result.append(entry)
    return result


class Command(BaseCommand):
    """Bring locale/zh_Hans up to date with the code."""

    help = "Collect messages into locale/zh_Hans; say which still need a translation."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the catalogue and list what is untranslated."""
        root = Path(settings.BASE_DIR)
        path = root / CATALOGUE
        catalogue = merged(polib.pofile(str(path)), texts_in_code(root))
        catalogue.save(str(path))
        for entry in catalogue.untranslated_entries():
            self.stdout.write(f"untranslated: {entry.msgid}")
