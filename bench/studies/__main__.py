"""``python -m bench.studies [name ...]``: run the studies named, or all of them, one after another."""

import importlib
import pkgutil
import sys
import time
from collections.abc import Sequence

from bench import studies


def names() -> list[str]:
    """Every study; each module has ``main() -> None``, which prints what it found."""
    return sorted(found.name for found in pkgutil.iter_modules(studies.__path__) if found.name != "__main__")


def main(asked: Sequence[str]) -> int:
    """Run them; 2 when one of them is unknown."""
    unknown = sorted(set(asked) - set(names()))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    for name in asked or names():
        begun = time.monotonic()
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.studies.{name}").main()
        print(f"== {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
