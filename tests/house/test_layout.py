"""The codebase keeps its own rules: sizes, where writes and time come from, what templates may hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("hospital", "booking", "queueing", "analytics")
LINES_OF_A_MODULE = 400
LINES_OF_A_FUNCTION = 80
LINES_OF_A_VIEW = 25
LINES_OF_A_SCRIPT = 250
LENGTH_OF_A_TEMPLATE_LINE = 140
ENTRY_POINTS = ("views", "api", "consumers", "tasks")
WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
    "select_for_update",
}
QUESTIONS = {
    "filter",
    "exclude",
    "annotate",
    "aggregate",
    "order_by",
    "in_bulk",
    "select_related",
    "prefetch_related",
    "values_list",
}
MANAGERS = {"objects", "_base_manager", "_default_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}


def modules(*, tests: bool = False) -> list[Path]:
    folders = [*APPS, "tests", "bench"] if tests else APPS
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef, *, signature: bool = False) -> int:
    """Its lines without decorators and docstring, and without the signature unless that is asked for."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    lines = (function.end_lineno or 0) - body[0].lineno + 1
    return lines + function.body[0].lineno - function.lineno if signature else lines


def is_entry_point(path: Path) -> bool:
    """Whether views, api, consumers or tasks stand anywhere in its path: also those of a part of an app."""
    return any(part.removesuffix(".py") in ENTRY_POINTS for part in path.relative_to(ROOT).parts[1:])


def calls_of_the_database(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Calls that write rows or put a query together, each with the function it stands in."""
    for function in functions(path):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHORTCUTS:
                yield function.name, node
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called, behind = (
                    node.func.attr,
                    {part.attr for part in ast.walk(node.func.value) if isinstance(part, ast.Attribute)},
                )
                asks_by_field = called == "get" and bool(node.keywords)
                if called in WRITES | QUESTIONS or asks_by_field or behind & MANAGERS:
                    yield function.name, node


def test_modules_are_short() -> None:
    too_long = {name(p): n for p in modules() if (n := len(p.read_text().splitlines())) > LINES_OF_A_MODULE}
    assert not too_long


def test_functions_are_short() -> None:
    too_long = {
        f"{name(path)}:{function.name}": lines_of(function)
        for path in modules()
        for function in functions(path)
        if lines_of(function) > LINES_OF_A_FUNCTION
    }
    assert not too_long


def test_views_are_thin() -> None:
    """Serializers list fields; everything else that answers a request stays on one screen, signature included."""
    too_long = {
        f"{name(path)}:{function.name}": lines
        for path in modules()
        if is_entry_point(path) and path.name != "serializers.py"
        for function in functions(path)
        if (lines := lines_of(function, signature=True)) > LINES_OF_A_VIEW
    }
    assert not too_long


def test_scripts_are_short() -> None:
    scripts = (ROOT / "static" / "js").glob("*.js")
    assert not {
        path.name: n for path in scripts if (n := len(path.read_text().splitlines())) > LINES_OF_A_SCRIPT
    }


def test_lines_of_templates_are_short() -> None:
    """One thing a line; what is one thing in several places, or too deep, is a partial."""
    too_long = {
        f"{name(path)}:{number}": len(line)
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LENGTH_OF_A_TEMPLATE_LINE
    }
    assert not too_long


def test_nothing_hides_in_a_module_for_everything() -> None:
    forbidden = {"helpers.py", "utils.py", "util.py", "misc.py", "signals.py"}
    assert not [name(path) for path in modules() if path.name in forbidden]


def test_views_api_consumers_and_tasks_neither_write_nor_query() -> None:
    """Changes are services, questions are selectors; an entry point calls them by name."""
    found = [
        f"{name(path)}:{node.lineno} {ast.unparse(node)[:80]}"
        for path in modules()
        if is_entry_point(path)
        for _function, node in calls_of_the_database(path)
    ]
    assert not found


def picks_by_hand(node: ast.AST) -> bool:
    """``request.GET["x"]``, ``request.POST.get("x")``, ``"x" in request.GET``."""
    if isinstance(node, ast.Subscript) or (
        isinstance(node, ast.Attribute) and node.attr in {"get", "getlist"}
    ):
        sources = [node.value]
    elif isinstance(node, ast.Compare):
        sources = node.comparators
    else:
        return False
    return any(ast.unparse(one) in {"request.GET", "request.POST"} for one in sources)


def test_what_comes_in_is_read_by_forms() -> None:
    """An address, too: a value that no field has looked at may hold what the database does not take."""
    found = [
        f"{name(path)}:{getattr(node, 'lineno', 0)}"
        for path in modules()
        if is_entry_point(path)
        for node in ast.walk(tree(path))
        if picks_by_hand(node)
    ]
    assert not found


def test_no_signals() -> None:
    found = [
        name(path)
        for path in modules()
        if re.search(r"django\.dispatch|django\.db\.models\.signals|\bpost_save\b", path.read_text())
    ]
    assert not found


def test_time_comes_from_the_clock_only() -> None:
    """The launcher and the gateway are no part of the product and have no clock to move."""
    own_time = re.compile(r"\btimezone\.now\(|\bdatetime\.now\(|\bdatetime\.utcnow\(|\bdate\.today\(")
    found = [
        name(path)
        for path in modules()
        if own_time.search(path.read_text())
        and not name(path).startswith(("hospital/common/clock.py", "hospital/gateway/", "hospital/servers/"))
    ]
    assert not found


def test_sql_never_asks_the_database_for_the_time() -> None:
    is_sql = re.compile(r"\s*(with|select|update|insert|delete|alter|create)\b", re.IGNORECASE)
    django_now = re.compile(r"from django\.db\.models\.functions import .*\bNow\b")
    asks = re.compile(r"\bnow\(\)|current_timestamp|clock_timestamp|current_date\b|\bNow\(\)", re.IGNORECASE)
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and asks.search(node.value)
        and is_sql.match(node.value)
    ]
    found += [name(path) for path in modules() if django_now.search(path.read_text())]
    assert not found


def test_tests_do_not_sleep() -> None:
    """Waiting for another process goes through `until` of tests/servers."""
    found = [
        name(path)
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"
    ]
    found.remove("tests/servers/conftest.py")
    assert not found


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("inline script", r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>"),
        ("inline style", r"<style\b|\sstyle=\""),
        ("inline handler", r"\son[a-z]+=\""),
        ("address of another host", r"(?:src|href|action)=\"(?:https?:)?//"),
    ],
)
def test_templates_hold_nothing_the_content_policy_forbids(what: str, pattern: str) -> None:
    found = [
        name(path)
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(pattern, re.sub(r"{%.*?%}", "", path.read_text(), flags=re.DOTALL))
    ]
    assert not found, what


def test_every_requirement_is_pinned_and_has_its_reason() -> None:
    reasoned = re.compile(r"$|#|-r |[\w.\[\],-]+==\S+\s+# \S")
    pinned = re.compile(r"$|#|[\w.-]+==\S+$")
    kinds = {"requirements.txt": reasoned, "requirements-dev.txt": reasoned, "constraints.txt": pinned}
    wrong = [
        f"{file}: {line}"
        for file, kind in kinds.items()
        for line in (ROOT / file).read_text().splitlines()
        if not kind.match(line)
    ]
    assert not wrong
