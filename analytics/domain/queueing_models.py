"""Queueing models of seed 001: M/M/1, M/M/c and M/G/1, as a line settles down in the long run."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isfinite, sqrt


@dataclass(frozen=True, slots=True)
class Steady:
    """The long-run figures of a line.

    Attributes
    ----------
    servers : int
        Experts who call from the line.
    arrivals_per_min : float
        Patients who come [1/min].
    service_min : float
        Mean consultation [min].
    waiting_share : float
        Probability that somebody who comes has to wait, 0 to 1.
    wait_min : float
        Mean wait of everybody [min]; infinite where more come than can be seen.
    exponential : bool
        Whether consultations are taken to be of exponential length.
    """

    servers: int
    arrivals_per_min: float
    service_min: float
    waiting_share: float
    wait_min: float
    exponential: bool = True

    @property
    def utilisation(self) -> float:
        """Share of the time in which an expert is busy; 1 and more where the line grows without end."""
        return self.arrivals_per_min * self.service_min / self.servers

    @property
    def queue(self) -> float:
        """Mean number of patients who wait: Little's law."""
        return self.arrivals_per_min * self.wait_min if self.arrivals_per_min else 0.0

    @property
    def in_system(self) -> float:
        """Mean number of patients who wait or are seen."""
        return self.queue + self.arrivals_per_min * self.service_min


def mm1(arrivals_per_min: float, service_min: float) -> Steady:
    """One expert, arrivals at random (Poisson), consultations of exponential length.

    Parameters
    ----------
    arrivals_per_min : float
        At least 0 [1/min].
    service_min : float
        Mean consultation, above 0 [min].

    Returns
    -------
    Steady

    Raises
    ------
    ValueError
        For a negative or missing rate or length.

    Notes
    -----
    Seed 001, section 4.1. The wait is rho / (mu - lambda), and rho the share that waits.

    Examples
    --------
    >>> line = mm1(8 / 60, 6)
    >>> round(line.utilisation, 2), round(line.wait_min, 1), round(line.queue, 1), round(line.in_system, 1)
    (0.8, 24.0, 3.2, 4.0)
    """
    return mmc(1, arrivals_per_min, service_min)


def mmc(servers: int, arrivals_per_min: float, service_min: float) -> Steady:
    """Several experts who call from one line, arrivals at random, consultations of exponential length.

    Parameters
    ----------
    servers : int
        At least 1.
    arrivals_per_min : float
        Of the whole line, at least 0 [1/min].
    service_min : float
        Mean consultation, above 0 [min].

    Returns
    -------
    Steady

    Raises
    ------
    ValueError
        For no expert, or a negative or missing rate or length.

    Notes
    -----
    Seed 001, section 4.1; Erlang's C formula (1917).

    Examples
    --------
    >>> apart, together = mm1(8 / 60, 6), mmc(3, 3 * 8 / 60, 6)
    >>> round(apart.wait_min, 1), round(together.wait_min, 1), round(together.waiting_share, 2)
    (24.0, 6.5, 0.65)
    >>> mmc(2, 0.5, 5).wait_min
    inf
    """
    _check(servers, arrivals_per_min, service_min)
    offered = arrivals_per_min * service_min
    share = waiting_share(servers, offered)
    wait = inf if offered >= servers else share * service_min / (servers - offered)
    return Steady(servers, arrivals_per_min, service_min, share, wait)


def mg1(arrivals_per_min: float, service_min: float, service_cv: float) -> Steady:
    """One expert, arrivals at random, consultations of any distribution.

    Parameters
    ----------
    arrivals_per_min : float
        At least 0 [1/min].
    service_min : float
        Mean consultation, above 0 [min].
    service_cv : float
        Standard deviation of consultations over their mean, at least 0; 1 gives M/M/1, 0 gives M/D/1.

    Returns
    -------
    Steady

    Raises
    ------
    ValueError
        For a negative or missing number.

    Notes
    -----
    Seed 001, section 4.1; the formula of Pollaczek and Khinchine: W = rho E[S] (1 + cv^2) / (2 (1 - rho)).

    Examples
    --------
    >>> round(mg1(8 / 60, 6, 1.0).wait_min, 9) == round(mm1(8 / 60, 6).wait_min, 9)
    True
    >>> round(mg1(8 / 60, 6, 0.5).wait_min, 9)
    15.0
    """
    _check(1, arrivals_per_min, service_min)
    if not (isfinite(service_cv) and service_cv >= 0):
        raise ValueError("service_cv must be at least 0")
    busy = arrivals_per_min * service_min
    wait = inf if busy >= 1 else busy * service_min * (1 + service_cv**2) / (2 * (1 - busy))
    return Steady(1, arrivals_per_min, service_min, min(1.0, busy), wait, exponential=False)


def waiting_share(servers: int, offered: float) -> float:
    """Erlang's C: the probability that all experts are busy when somebody comes.

    Parameters
    ----------
    servers : int
        At least 1.
    offered : float
        Arrivals x mean consultation, at least 0: the experts who would be busy if nobody had to wait.

    Returns
    -------
    float
        0 to 1; 1 where as many or more come than can be seen.

    Notes
    -----
    By the recursion of Erlang's B, which neither overflows nor loses digits with hundreds of experts.

    Examples
    --------
    >>> round(waiting_share(3, 2), 6), waiting_share(1, 0.8), waiting_share(2, 2.5)
    (0.444444, 0.8, 1.0)
    >>> round(waiting_share(500, 480), 3)
    0.267
    """
    if offered >= servers:
        return 1.0
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


def share_beyond(line: Steady, minutes: float) -> float:
    """The share who wait longer than ``minutes``, where consultations are of exponential length.

    Parameters
    ----------
    line : Steady
        Of :func:`mm1` or :func:`mmc`.
    minutes : float
        At least 0 [min].

    Returns
    -------
    float
        0 to 1.

    Notes
    -----
    Whoever waits at all waits an exponential time of mean 1 / (c mu - lambda). No such formula holds for M/G/1.

    Examples
    --------
    >>> round(share_beyond(mm1(8 / 60, 6), 0), 3), round(share_beyond(mm1(8 / 60, 6), 30), 3)
    (0.8, 0.294)
    """
    spare_per_min = line.servers / line.service_min - line.arrivals_per_min
    return 1.0 if spare_per_min <= 0 else line.waiting_share * exp(-spare_per_min * minutes)


def settling_min(line: Steady) -> float:
    """How long a line takes to forget how it began: a clinic that closes sooner never sees its long run.

    Parameters
    ----------
    line : Steady
        Of any model.

    Returns
    -------
    float
        Relaxation time [min]; infinite where the line grows without end.

    Notes
    -----
    1 / (sqrt(c mu) - sqrt(lambda))^2, exact for M/M/1 (Cohen 1982), taken for the others, too (our choice).

    Examples
    --------
    >>> round(settling_min(mm1(3 / 60, 6))), round(settling_min(mm1(9 / 60, 6))), settling_min(mm1(12 / 60, 6))
    (29, 2278, inf)
    """
    capacity = line.servers / line.service_min
    if line.arrivals_per_min >= capacity:
        return inf
    return 1 / (sqrt(capacity) - sqrt(line.arrivals_per_min)) ** 2


def _check(servers: int, arrivals_per_min: float, service_min: float) -> None:
    if servers < 1:
        raise ValueError("servers must be at least 1")
    if not (isfinite(arrivals_per_min) and arrivals_per_min >= 0):
        raise ValueError("arrivals_per_min must be at least 0")
    if not (isfinite(service_min) and service_min > 0):
        raise ValueError("service_min must be above 0")
