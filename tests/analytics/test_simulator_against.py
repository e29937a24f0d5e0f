"""The simulator against others: SimPy and Ciw on the same inputs, queues whose answer is known."""

from __future__ import annotations

import pytest

from bench.studies.simulator import QUEUES, Queue, farthest, simulated
from queueing.domain.places import Discipline, Serving


def test_start_times_are_those_of_simpy_and_ciw() -> None:
    simpy, ciw, patients = farthest(300)
    assert patients > 300 * 30
    assert simpy < 1e-9
    assert ciw < 1e-9


def test_control_another_order_is_told_apart() -> None:
    simpy, ciw, _patients = farthest(10, how=Discipline(Serving.FIRST_COME))
    assert min(simpy, ciw) > 1


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_mean_waits_are_those_of_queueing_theory(queue: Queue) -> None:
    mean, error, _customers = simulated(queue, 400_000, 20)
    assert abs(mean - queue.wait()) < 4 * error
    assert mean == pytest.approx(queue.wait(), rel=0.03)


def test_control_a_queue_with_another_load_is_told_apart() -> None:
    mean, error, _customers = simulated(QUEUES[0], 400_000, 20)
    assert abs(mean - Queue("", 0.62).wait()) > 4 * error


def test_known_waits_are_the_textbooks() -> None:
    assert Queue("M/M/1", 0.8).wait() == pytest.approx(4.0)
    assert Queue("M/M/3", 0.8, experts=3).wait() == pytest.approx(1.0787, abs=1e-4)
    assert Queue("M/D/1", 0.5, cv=0.0).wait() == pytest.approx(0.5)
