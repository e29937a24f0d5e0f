"""The figures that a guarantee is shown by: tests hand them over, and the run ends with one table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest

GUARANTEES = {
    "G1": "never oversold",
    "G2": "one live appointment per patient and session",
    "G3": "sells out exactly; an expired hold is off in 60 s",
    "G4": "what was acknowledged survives kill -9",
    "G5": "same key, same answer; other body 422; no stuck key",
    "G6": "money taken = payments; a lost notice is found",
    "G7": "late money has a number or a refund",
    "G8": "one refund per payment",
    "G9": "five notices in any order, one end",
    "G10": "queue numbers unique, never reused",
    "G11": "each patient called once, nobody skipped",
    "G12": "night twice, at once, killed: equal plans",
    "G13": "journal against database",
    "G14": "model of the rules against database",
    "schema": "requests made from the API's description, 5xx",
    "canaries": "documents and phones readable anywhere",
    "masking": "names, phones, documents where everybody can see",
    "desk": "jobs at the front desk, after the scan",
    "told check_in": "expected times told at check-in against the calls",
    "told near": "the same, with few people ahead",
    "faults": "servers and processes away, and back",
}
HEAD = ("id", "what", "this run", "control: the guard off", "seed")
Told = tuple[str, str, str, str]
"""The id, "shown" or "control", the figure, the seed."""


class Figures:
    """Keeps a test's figures with its report."""

    def __init__(self, keep: Callable[[str, object], None]) -> None:
        self._keep = keep

    def shown(self, guarantee: str, figure: str, *, seed: int | str = "") -> None:
        """What the guarantee came to in this run."""
        self._tell(guarantee, "shown", figure, seed)

    def control(self, guarantee: str, figure: str, *, seed: int | str = "") -> None:
        """What comes of the same pattern without its guard."""
        self._tell(guarantee, "control", figure, seed)

    def _tell(self, guarantee: str, kind: str, figure: str, seed: int | str) -> None:
        assert guarantee in GUARANTEES
        self._keep("figure", (guarantee, kind, figure, str(seed)))


def lines(told: Iterable[Told], *, whole: bool) -> list[str]:
    """The table, in Markdown; ``whole`` also lists what nothing was told of."""
    known, rows = list(told), [HEAD]
    for guarantee, what in GUARANTEES.items():
        mine = [one for one in known if one[0] == guarantee]
        shown = [one[2] for one in mine if one[1] == "shown"] or ["not shown"] * (whole or bool(mine))
        controls = [one[2] for one in mine if one[1] == "control"]
        seeds = list(dict.fromkeys(one[3] for one in mine if one[3]))
        names, whats = [guarantee], [what]
        if shown:
            rows += zip_longest(names, whats, shown, controls, seeds, fillvalue="")
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
