"""docs/operations.md lists every setting that the environment gives, and none that nobody reads."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ("hospital/settings.py", "hospital/accounts/settings.py")


def read_in_settings() -> set[str]:
    """The names that are asked for with a reader of hospital.env."""
    found = set()
    for file in SETTINGS:
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            is_reader = isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("env.", "_env."))
            if is_reader and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def listed() -> set[str]:
    """The names in the first column of the table of settings."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    section = text.split("\n## Settings\n")[1].split("\n## ")[0]
    first = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`([A-Z_]+)(?:=1)?`", " ".join(first)))


def test_every_setting_that_is_read_is_listed_and_every_listed_one_is_read() -> None:
    assert len(read_in_settings()) > 15
    assert listed() == read_in_settings()
