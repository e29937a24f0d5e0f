"""Booked patients and walk-ins in turn: so many of the ones, then so many of the others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """``booked`` booked patients, then ``walk_in`` walk-ins, and again; both from 1."""

    booked: int = 2
    walk_in: int = 1
