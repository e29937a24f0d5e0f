"""What measurements and fixtures import inside functions, once Django is set up, is there: no type checker looks."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from tests.house.test_layout import APPS, ROOT, tree


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Each name that a file takes from the product, with its module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in APPS:
            yield from ((node.module, alias.name) for alias in node.names if alias.name != "*")


def is_there(module: str, name: str) -> bool:
    try:
        found = importlib.import_module(module)
        return hasattr(found, name) or importlib.import_module(f"{module}.{name}") is not None
    except ModuleNotFoundError:
        return False


def test_what_measurements_and_fixtures_import_is_there() -> None:
    files = [path for folder in ("bench", "tests") for path in (ROOT / folder).rglob("*.py")]
    asked = {(module, name): path for path in files for module, name in imported(path)}
    missing = [
        f"{path.relative_to(ROOT)}: {module}.{name}"
        for (module, name), path in asked.items()
        if not is_there(module, name)
    ]
    assert asked
    assert not missing
