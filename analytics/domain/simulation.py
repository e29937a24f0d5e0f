"""What a simulated clinic session is like. Times are minutes after walk-in registration opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from queueing.domain.places import Span

EARLY_SHARE: Final = 0.21
LATE_SHARE: Final = 0.28
FAR_MIN: Final = (30.0, 120.0)
NEAR_MIN: Final = 15.0


@dataclass(frozen=True, slots=True)
class World:
    """What a simulated session is like.

    Parameters
    ----------
    pre_opening_min : float
        Walk-in registration before the opening [min].
    slot_min : tuple of float
        Length of each slot [min].
    walk_ins : tuple of float
        Expected walk-ins before the opening and in each slot; one more than slots.
    service_min : tuple of float
        Mean consultation by the slot in which it begins [min].
    service_cv : float
        Coefficient of variation of consultations, gamma distributed; 0: all as long as the mean.
    start_delay_min, start_delay_sd_min : float
        The expert's first start after the opening, normal, never before registration opens [min].
    service_shape : tuple of float
        Quantiles at (i + 0.5) / n of a consultation over its slot's mean, joined by straight lines; none: gamma
        distributed.
    no_show : float
        Share of booked patients who never come, in [0, 1].
    early_share, late_share : float
        Booked patients who come ``far_min`` before or after they are due; the others come within ``near_min``.
    far_min : tuple of float
        Least and most [min].
    near_min : float
        [min]
    experts : int
        How many call from the one queue, each with a start of its own.

    Notes
    -----
    Punctuality is quoted from the paper (21 % come 30-120 min early, 28 % as late); that the rest come within 15 min
    is ours, as is the normal start of the expert.
    """

    pre_opening_min: float
    slot_min: tuple[float, ...]
    walk_ins: tuple[float, ...]
    service_min: tuple[float, ...]
    service_cv: float
    start_delay_min: float
    start_delay_sd_min: float
    service_shape: tuple[float, ...] = ()
    no_show: float = 0.0
    early_share: float = EARLY_SHARE
    late_share: float = LATE_SHARE
    far_min: tuple[float, float] = FAR_MIN
    near_min: float = NEAR_MIN
    experts: int = 1

    def spans(self) -> tuple[Span, ...]:
        """The slots on the session's axis.

        Returns
        -------
        tuple of Span, shape (M,)
            The first begins where registration has been open for ``pre_opening_min`` [min].

        Examples
        --------
        >>> REFERENCE_WORLD.spans()[0]
        Span(starts_at=60.0, ends_at=120.0)
        """
        spans: list[Span] = []
        start = self.pre_opening_min
        for length in self.slot_min:
            spans.append(Span(start, start + length))
            start += length
        return tuple(spans)


REFERENCE_WORLD: Final = World(
    pre_opening_min=60.0,
    slot_min=(60.0,) * 4,
    walk_ins=(9.0, 3.0, 1.5, 1.0, 0.5),
    service_min=(6.0, 5.0, 6.0, 6.0),
    service_cv=0.5,
    start_delay_min=48.0,
    start_delay_sd_min=8.0,
)
"""The paper's morning as we read it (its tables are lost): figures quoted from it belong to this world only."""
