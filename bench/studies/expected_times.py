"""How true the times are that patients are told at check-in, over 2,000 simulated mornings and more.

Measured over patients called once in turn; those who left, were passed or came as emergencies are excluded and
counted. The error is the mean of |actual - P50|; the baseline is people ahead times the expert's earlier mean,
and the expected start. Standard errors are clustered by session.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median

from bench.mornings import Kind, Morning, Told, mornings
from queueing.domain.outcomes import ErrorReport, SessionErrors, error_report
from queueing.domain.places import Discipline, Rule, Serving

SEED = 2018
EXPERTS, DAYS = 14, 50
EQUAL = Kind("late start, equal quotas", (6, 5, 5, 5), (48.0, 8.0))
STEERED = Kind("late start, quotas R1", (0, 0, 9, 12), (48.0, 8.0))
PUNCTUAL = Kind("punctual, quotas R1", (4, 6, 6, 5), (4.0, 4.0))
KINDS = (EQUAL, STEERED, PUNCTUAL)
OTHERS = (
    replace(EQUAL, name="days differ by 25 %", slow_days=0.25),
    replace(EQUAL, name="first come, first served", discipline=Discipline(Serving.FIRST_COME)),
    replace(EQUAL, name="booked and walk-ins in turn", discipline=Discipline(Serving.INTERLEAVE)),
)


@dataclass(slots=True)
class Found:
    """What was told on some mornings, one list for each, and how long the forecasts took."""

    sessions: list[list[Told]] = field(default_factory=list)
    spent_s: list[float] = field(default_factory=list)

    def report(self, chosen: Callable[[Told], object] = bool) -> ErrorReport:
        """Coverage and error of those chosen who were called once in turn."""
        return error_report(
            errors(told for told in session if not told.excluded and chosen(told))
            for session in self.sessions
        )

    @property
    def told(self) -> list[Told]:
        """Of all mornings."""
        return [told for session in self.sessions for told in session]

    @property
    def excluded(self) -> Counter[str]:
        """Who is not measured, by reason."""
        return Counter(told.excluded for told in self.told if told.excluded)

    def add(self, morning: Morning) -> None:
        """One morning more."""
        self.sessions.append(list(morning.told.values()))
        self.spent_s += morning.spent_s


def errors(measured: Iterable[Told]) -> SessionErrors:
    """The sums of one morning."""
    rows = [
        (told.wait, told.plain, told.called_at - told.at) for told in measured if told.called_at is not None
    ]
    return SessionErrors(
        n=len(rows),
        error=sum(actual - wait.p50 for wait, _plain, actual in rows),
        size=sum(abs(actual - wait.p50) for wait, _plain, actual in rows),
        plain_size=sum(abs(actual - plain) for _wait, plain, actual in rows),
        by_p50=sum(actual <= wait.p50 for wait, _plain, actual in rows),
        by_p80=sum(actual <= wait.p80 for wait, _plain, actual in rows),
        by_p90=sum(actual <= wait.p90 for wait, _plain, actual in rows),
        inside=sum(wait.p20 <= actual <= wait.p80 for wait, _plain, actual in rows),
    )


def study(
    kinds: Sequence[Kind], *, experts: int = EXPERTS, days: int = DAYS, seed: int = SEED
) -> dict[str, Found]:
    """What the mornings of each kind show, by its name."""
    found = {kind.name: Found() for kind in kinds}
    for kind in kinds:
        for morning in mornings(kind, experts=experts, days=days, seed=seed):
            found[kind.name].add(morning)
    return found


def together(parts: Iterable[Found]) -> Found:
    """Several kinds as one."""
    known = list(parts)
    return Found(
        [one for part in known for one in part.sessions], [one for part in known for one in part.spent_s]
    )


HEAD = (
    f"{'':32} {'n':>6} {'P50':>4}  {'P80 (SE)':>14} {'P90 (SE)':>14} {'P20-80':>6} {'bias':>5} {'error':>5}"
    f" {'plain':>5} {'less (SE)':>14}"
)


def row(name: str, report: ErrorReport) -> str:
    """One line of the table."""
    return (
        f"{name:32} {report.n:6} {report.p50:4.0%}  {report.p80:6.1%} ({report.p80_se:.2%})"
        f" {report.p90:6.1%} ({report.p90_se:.2%}) {report.inside:6.1%} {report.bias:+5.1f} {report.error:5.1f}"
        f" {report.plain_error:5.1f} {report.better:6.1%} ({report.better_se:.2%})"
    )


def come_back(found: Found) -> str:
    """What the come-back time is worth to walk-ins who are told to go away."""
    told = [
        one
        for one in found.told
        if one.back is not None and one.called_at is not None and one.excluded in {"", "called while away"}
    ]
    if not told:
        return "nobody was sent away"
    away = sum(one.excluded != "" for one in told) / len(told)
    waits = fmean(one.called_at - one.at for one in told if one.called_at is not None)
    here = fmean(max(0.0, one.on_site) for one in told)
    walk_ins = sum(one.walk_in for one in found.told)
    return (
        f"{len(told)} of {walk_ins} walk-ins may leave: {here:.0f} min on site of {waits:.0f} in all;"
        f" {away:.1%} called before they were back, who keep their place"
    )


def main() -> None:
    """Print the tables."""
    found = study(KINDS)
    whole = together(found.values())
    print(f"told at check-in; seed {SEED}, {len(whole.sessions)} sessions; minutes")
    print(HEAD)
    for name, part in [*found.items(), ("all", whole)]:
        print(row(name, part.report()))
    print(row("  without those called at once", whole.report(lambda told: told.wait.p90 > 0)))
    for rule in (Rule.WALK_IN, Rule.BOOKED, Rule.EARLY, Rule.LATE_PASSED, Rule.PRIORITY):
        print(row(f"  as {rule}", whole.report(lambda told, rule=rule: told.rule is rule)))  # type: ignore[misc]
    print(f"not counted: {dict(whole.excluded)}", flush=True)
    spent = sorted(whole.spent_s)
    slowest = spent[len(spent) * 99 // 100]
    print(f"one forecast: median {median(spent) * 1000:.1f} ms, 99 of 100 under {slowest * 1000:.1f} ms")
    print(f"\nother mornings; seed {SEED}")
    for name, part in study(OTHERS, experts=EXPERTS // 2).items():
        print(row(name, part.report()), flush=True)
    print(f"\ncome back at P10 less 5 min, when that is at least 15 min away; seed {SEED}")
    for kind in KINDS:
        leaving = replace(kind, leaves=True)
        print(f"{kind.name:32} {come_back(study([leaving], experts=EXPERTS // 2)[kind.name])}", flush=True)


if __name__ == "__main__":
    main()
