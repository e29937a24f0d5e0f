"""What analytics refuses, each with a stable code."""

from __future__ import annotations

from hospital.common.errors import DomainError, gettext_noop


class NoHistory(DomainError):
    """No consultation of known length in the slot, at the expert or in the department."""

    code = "no_history"
    status = 409
    message = gettext_noop("There is no consultation history to compute a capacity from.")


class QuotaSumChanged(DomainError):
    """An edit must keep the plan's number of appointments."""

    code = "quota_sum_changed"
    status = 409
    message = gettext_noop("The quotas must add up to %(appointments)s; they add up to %(total)s.")


class ImportRefused(DomainError):
    """A history file with faulty rows; nothing of it was stored."""

    code = "import_refused"
    status = 400
    message = gettext_noop("Nothing was imported: %(count)s rows have errors.")

    def __init__(self, errors: tuple[RowError, ...] = ()) -> None:
        super().__init__(count=len(errors))
        self.errors = errors


class RowError(ValueError):
    """One row of a history file that cannot be used, with its line number and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"row {line}: {reason}")
        self.line = line
        self.reason = reason
