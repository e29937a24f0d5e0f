"""Style sheets hold what pages use, and nothing else."""

import re

from tests.house.test_layout import APPS, ROOT

OF_OTHERS = {"errorlist"}
"""Django writes it itself."""


def classes() -> set[str]:
    sheets = "".join(path.read_text() for path in (ROOT / "static" / "css").glob("*.css"))
    return set(
        re.findall(
            r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/|\"[^\"]*\"|url\([^)]*\)", "", sheets, flags=re.DOTALL)
        )
    )


def test_every_class_of_a_style_sheet_is_used() -> None:
    """By its whole name, or by its beginning where the rest is a state or a count."""
    places = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    places += [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    text = "\n".join(path.read_text() for path in places)
    words, beginnings = (
        set(re.findall(r"[\w-]+", text)),
        tuple(set(re.findall(r"([a-z][\w-]*-)(?:\{[{%]|\$\{|\{)", text))),
    )
    unused = {one for one in classes() - OF_OTHERS if one not in words and not one.startswith(beginnings)}
    assert not unused
