"""The judge of the kills: it finds nothing in a true history, and whatever is wrong in a false one."""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.journal import Asked, Journal, anomalies
from tests.figures import Figures

States = dict[str, str]
Damage = Callable[[Journal, States, States], object]


def booking(key: str, code: str = "", *, status: int | None = 201, lost: int = 0) -> Asked:
    return Asked("/", {"slot": "S1"}, key, status, {"code": code} if code else {}, lost)


def history() -> tuple[Journal, States, States]:
    """A is kept and B cancelled; C was made without an answer, D perhaps cancelled; one request came to nothing."""
    asked = [booking("ka", "A"), booking("kb", "B"), booking("kc", status=None, lost=1), booking("kd", "D")]
    asked += [booking("ke", status=None, lost=1), booking("kf", status=409)]
    journal = Journal(asked=asked, live="A", cancelled=["B"], maybe_cancelled={"D"})
    states = {"A": "booked", "B": "cancelled", "C": "held", "D": "cancelled"}
    return journal, states, {"ka": "A", "kb": "B", "kc": "C", "kd": "D"}


def test_a_true_history_has_no_anomaly_whatever_became_of_what_was_never_answered() -> None:
    journal, states, keys = history()
    assert anomalies([journal], states, keys) == []
    del states["C"], keys["kc"]
    assert anomalies([journal], states | {"D": "booked"}, keys) == []


def late(journal: Journal, _states: States, keys: States) -> None:
    """Refused at the first and only sending, and made all the same."""
    keys["kf"] = keys.pop("kc")


DAMAGE: dict[str, Damage] = {
    "an acknowledged number is gone": lambda _journal, states, _keys: states.pop("A"),
    "an acknowledged number is cancelled": lambda _journal, states, _keys: states.update(A="cancelled"),
    "an acknowledged cancel is gone": lambda _journal, states, _keys: states.update(B="booked"),
    "a number that nobody asked for": lambda _journal, states, _keys: states.update(X="held"),
    "two requests, one number": lambda _journal, _states, keys: keys.update(kc="A"),
    "an answer's key is gone": lambda _journal, _states, keys: keys.pop("ka"),
    "refused and made": late,
    "made and gone": lambda _journal, states, _keys: states.pop("C"),
}


def test_control_every_false_history_is_found(figures: Figures) -> None:
    missed = []
    for name, damage in DAMAGE.items():
        journal, states, keys = history()
        damage(journal, states, keys)
        missed += [name] if not anomalies([journal], states, keys) else []
    assert missed == []
    figures.control("G13", f"{len(DAMAGE)} of {len(DAMAGE)} damaged histories found")
