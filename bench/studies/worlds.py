"""The optimiser on forty invented clinics: what its quotas cost against R1 on sessions it never saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import fmean, stdev
from time import process_time

from numpy.random import default_rng

from analytics.domain.bins import durations_of_bins
from analytics.domain.compiled import draw_many, play_many
from analytics.domain.costs import Quotas, Weights, session_costs
from analytics.domain.optimiser import cheapest, optimised
from analytics.domain.overbooking import overbooking
from analytics.domain.plans import AppointmentsRule, Plan, plan_of_history
from analytics.domain.sessions import History
from analytics.domain.simulation import REFERENCE_WORLD, World
from bench.forty_worlds import (
    SEED,
    SESSIONS_OF_HISTORY,
    WORLDS,
    Clinic,
    clinics,
    history_of_clinic,
    period_of_clinic,
)
from queueing.domain.places import Discipline

HELD_OUT = 4000
HISTORIES = 3
ENUMERATED_SESSIONS = 100


@dataclass(frozen=True, slots=True)
class Gain:
    """What the chosen quotas cost less than R1 in the true world, in hundredths of R1's cost, and its error."""

    percent: float
    error: float
    seconds: float
    quotas: Quotas
    r1: Quotas


@dataclass(frozen=True, slots=True)
class Row:
    """One clinic: the gain with its true means, and with those estimated from ten sessions, for several histories."""

    clinic: Clinic
    known: Gain
    estimated: tuple[Gain, ...]


def gain(
    truth: World,
    believed: World,
    r1: Sequence[int],
    seed: int,
    held_out: int = HELD_OUT,
    history: int | None = None,
) -> Gain:
    """Optimise for the world that is believed, judge in the true one."""
    began = process_time()
    found = optimised(believed, r1, history=history, seed=seed)
    seconds = process_time() - began
    draws = draw_many(truth, sum(r1), held_out, seed=(SEED, seed))
    before, after = (
        session_costs(play_many(truth, quotas, draws, Discipline()), Weights())
        for quotas in (found.r1, found.chosen)
    )
    parts = 100 * (before - after) / before.mean()
    return Gain(
        float(parts.mean()), float(parts.std(ddof=1)) / sqrt(held_out), seconds, found.chosen, found.r1
    )


def rows(count: int = WORLDS, held_out: int = HELD_OUT) -> Iterator[Row]:
    """Each clinic with true and with estimated inputs."""
    for number, clinic in enumerate(clinics(count)):
        known = gain(clinic.world, clinic.world, clinic.r1, number, held_out)
        plans = [estimated_plan(clinic, seed=number + WORLDS * history) for history in range(HISTORIES)]
        yield Row(
            clinic,
            known,
            tuple(
                gain(clinic.world, plan.world, plan.quotas, number, held_out, SESSIONS_OF_HISTORY)
                for plan in plans
            ),
        )


def estimated_plan(clinic: Clinic, seed: int) -> Plan:
    """R1 and the world as ten sessions of history show them."""
    past = history_of_clinic(clinic, default_rng([SEED, seed]))
    everything = durations_of_bins(each for session in past for each in session.bins)
    history = History(past, expert=everything)
    return plan_of_history(period_of_clinic(clinic), history, AppointmentsRule(number=clinic.appointments))


def vectors(total: int, slots: int) -> Iterator[Quotas]:
    """Every way to spread ``total`` numbers over so many slots."""
    if slots == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in vectors(total - first, slots - 1):
            yield (first, *rest)


def above_enumeration(clinic: Clinic, sessions: int = ENUMERATED_SESSIONS) -> tuple[float, int]:
    """How much dearer the search ends than the cheapest of all vectors on the same sessions [%], and their number."""
    draws = draw_many(clinic.world, clinic.appointments, sessions, seed=SEED)

    def cost(quotas: Quotas) -> float:
        return float(session_costs(play_many(clinic.world, quotas, draws, Discipline()), Weights()).mean())

    prices = [cost(quotas) for quotas in vectors(clinic.appointments, len(clinic.world.slot_min))]
    return 100 * (cost(cheapest(cost, clinic.r1)) / min(prices) - 1), len(prices)


def overbooked(known: Sequence[Clinic], share: float) -> tuple[int, int]:
    """Numbers by the usual rule and numbers that pay, together, on top of R1."""
    extra = [overbooking(replace(clinic.world, no_show=share), clinic.r1, seed=SEED) for clinic in known]
    return sum(each.limit for each in extra), sum(each.numbers for each in extra)


def main() -> None:
    """Print every clinic, the gains in all, what enumeration finds, and overbooking."""
    print(f"seed {SEED}; {HELD_OUT} sessions held out; gains in % of R1's cost +- SE")
    print("peak   M load  N   known          estimated, worst of three histories  s  R1 -> chosen (known)")
    found = [_printed(row) for row in rows()]
    _print_gains("known", [(row.clinic, row.known.percent) for row in found])
    _print_gains("estimated", [(row.clinic, one.percent) for row in found for one in row.estimated])
    slowest = max(one.seconds for row in found[1:] for one in (row.known, *row.estimated))
    print(f"slowest plan {slowest:.2f} s of one core")
    for clinic in (row.clinic for row in found if len(row.clinic.r1) == 4):
        above, count = above_enumeration(clinic)
        print(f"enumeration, {clinic.peak}: {count} vectors, search {above:.3f} % above the cheapest")
    reference = gain(REFERENCE_WORLD, REFERENCE_WORLD, (0, 0, 9, 12), SEED)
    print(f"the paper's morning: {reference.percent:.2f} +- {reference.error:.2f} %, {reference.quotas}")
    print("overbooking, all clinics: share that never comes, the usual rule N p / (1 - p), numbers that pay")
    for share in (0.0, 0.05, 0.1, 0.2):
        limit, numbers = overbooked([row.clinic for row in found], share)
        print(f"  {share:.2f} {limit:4} {numbers:4}")


def _printed(row: Row) -> Row:
    clinic, known = row.clinic, row.known
    estimated = min(row.estimated, key=lambda one: one.percent)
    print(
        f"{clinic.peak:6} {len(clinic.r1)} {clinic.load:.2f} {clinic.appointments:3}"
        f" {known.percent:6.2f} +- {known.error:4.2f} {estimated.percent:6.2f} +- {estimated.error:4.2f}"
        f" {known.seconds:5.2f}  {known.r1} -> {known.quotas}",
        flush=True,
    )
    return row


def _print_gains(name: str, gains: Sequence[tuple[Clinic, float]]) -> None:
    percents = [percent for _, percent in gains]
    error = stdev(percents) / sqrt(len(percents))
    print(f"{name}: mean {fmean(percents):.2f} +- {error:.2f} %, worst {min(percents):.2f} %")
    for peak in sorted({clinic.peak for clinic, _ in gains}):
        of_peak = [percent for clinic, percent in gains if clinic.peak == peak]
        print(f"  {peak}: mean {fmean(of_peak):.2f} % of {len(of_peak)}, worst {min(of_peak):.2f} %")


if __name__ == "__main__":
    main()
