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


class PlanEdited(DomainError):
    """Who decides must have seen what is decided on."""

    code = "plan_edited"
    status = 409
    message = gettext_noop("Somebody edited this plan meanwhile. Look at its quotas again.")


class TooManyDays(DomainError):
    """Pages are answered within seconds; what takes longer is asked for in parts."""

    code = "too_many_days"
    status = 400
    message = gettext_noop("These days hold more than can be counted while you wait. Choose fewer days.")


class MappingFaulty(DomainError):
    """A mapping that could not be read back."""

    code = "mapping_faulty"
    status = 400
    message = gettext_noop("This mapping cannot be used: %(reason)s")


class DayMissing(DomainError):
    """A history that names no dates needs a first day to begin at."""

    code = "day_missing"
    status = 400
    message = gettext_noop("This file has no dates: say on which day the history begins.")


class FileTooLarge(DomainError):
    """More than is taken on the page; the command takes files of any size."""

    code = "file_too_large"
    status = 413
    message = gettext_noop("Files up to %(megabytes)s MB can be brought in here; this one is larger.")


class StillPlaying(DomainError):
    """One manager's questions must not keep the workers from everything else."""

    code = "still_playing"
    status = 429
    message = gettext_noop(
        "%(n)s of your questions are being worked out. Wait for an answer before you ask on."
    )


LONGEST_SHOWN = 80


class Fault(ValueError):
    """What is wrong with a text of a history file; ``reason`` and ``params`` let the page say it in its language."""

    def __init__(self, reason: str, **params: object) -> None:
        shown = {name: _short(value) for name, value in params.items()}
        super().__init__(reason % shown)
        self.reason = reason
        self.params = shown


class RowError(Fault):
    """One row of a history file that cannot be used, with its line number and the reason."""

    def __init__(self, line: int, reason: str, **params: object) -> None:
        super().__init__(reason, **params)
        self.line = line

    def __str__(self) -> str:
        return f"row {self.line}: {super().__str__()}"


class ImportRefused(DomainError):
    """A history file with faulty rows; nothing of it was stored. ``errors`` holds the first ones, ``count`` is all."""

    code = "import_refused"
    status = 400
    message = gettext_noop("Nothing was imported: %(count)s rows have errors.")

    def __init__(self, errors: tuple[RowError, ...] = (), count: int | None = None) -> None:
        self.count = len(errors) if count is None else count
        super().__init__(count=self.count)
        self.errors = errors


def _short(value: object) -> object:
    """A text of a file may be of any length: of a long one the beginning is told."""
    long = isinstance(value, str) and len(value) > LONGEST_SHOWN
    return f"{str(value)[:LONGEST_SHOWN]}…" if long else value
