"""Who may call what: the same roles as the pages that do the same."""

from typing import Final

PATIENT: Final = frozenset({"patient"})
MANAGERS: Final = frozenset({"manager", "administrator"})
DESK: Final = MANAGERS | {"desk"}
"""Managers and administrators may stand in at the desk."""
PATIENT_OR_DESK: Final = PATIENT | DESK
PATIENT_OR_MANAGERS: Final = PATIENT | MANAGERS
