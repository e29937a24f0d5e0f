"""The domain says of each function what it takes and gives, a service what it refuses; examples run as doctests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_layout import APPS, ROOT, tree

SERVICES = [path for app in APPS for path in sorted((ROOT / app).glob("services/**/*.py"))]
DOMAIN = [path for app in APPS for path in sorted((ROOT / app).glob("domain/**/*.py"))]


def public(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods that other modules may call; a property is described as the value that it is."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from public(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield owner + node.name, node


ELSEWHERE = {"plan_of_history", "plan_as_data"}
"""What they take is longer than an example may be: tests/paper and tests/analytics have theirs."""


def sections_missing(function: ast.FunctionDef) -> list[str]:
    text, takes = ast.get_docstring(function) or "", function.args
    arguments = {one.arg for one in [*takes.posonlyargs, *takes.args, *takes.kwonlyargs]} - {"self"}
    gives = function.returns is not None and ast.unparse(function.returns) != "None"
    needed = {
        "Parameters": bool(arguments),
        "Returns": gives,
        "Raises": bool(refusals(function)),
        "Examples": function.name not in ELSEWHERE,
    }
    return [name for name, due in needed.items() if due and f"{name}\n{'-' * len(name)}" not in text]


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_domain_function_takes_gives_and_refuses_is_written_down_with_an_example(path: Path) -> None:
    missing = {name: sections_missing(node) for name, node in public(tree(path).body)}
    assert {name: sections for name, sections in missing.items() if sections} == {}


GUARDS = {"require": "NotAllowed", "require_reason": "ReasonMissing"}


def refusals(function: ast.FunctionDef) -> set[str]:
    """The errors that a function raises itself, or by a guard."""
    nodes = list(ast.walk(function))
    raised = [node.exc for node in nodes if isinstance(node, ast.Raise) and node.exc]
    named = {ast.unparse(one.func if isinstance(one, ast.Call) else one) for one in raised}
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    return {name for name in named if name[0].isupper()} | {GUARDS[name] for name in called & GUARDS.keys()}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_service_refuses_is_written_down(path: Path) -> None:
    services = {node.name: node for node in tree(path).body if isinstance(node, ast.FunctionDef)}
    untold = {
        name: missing
        for name, node in services.items()
        if not name.startswith("_")
        and (
            missing := {
                one
                for one in refusals(node) - {"AssertionError"}
                if one not in (ast.get_docstring(node) or "")
            }
        )
    }
    assert untold == {}
