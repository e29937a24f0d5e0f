"""Which roles stand in for which; who may do what with one thing is said where that thing is."""

from typing import Final

MANAGERS: Final = frozenset({"manager", "administrator"})
DESK: Final = MANAGERS | {"desk"}
"""Managers and administrators may stand in at the desk."""
STAFF: Final = DESK | {"expert"}
PATIENT: Final = frozenset({"patient"})
PATIENT_OR_DESK: Final = PATIENT | DESK
PATIENT_OR_MANAGERS: Final = PATIENT | MANAGERS
