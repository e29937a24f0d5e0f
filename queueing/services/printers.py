"""Printers as managers set them up."""

from collections.abc import Mapping
from datetime import datetime

from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.locks import lock_printer
from queueing.models import Printer

COLUMNS = ("name", "place", "host", "port", "columns", "encoding", "tells_paper", "enabled")


@transactional
def printer_add(*, values: Mapping[str, object], actor: Actor, now: datetime) -> Printer:
    """A new printer, with its first row of history."""
    printer = Printer.objects.create(**dict(values), created_at=now)
    history.begin(printer, "add", state=_state(printer), actor=actor, at=now, data={"set": dict(values)})
    return printer


@transactional
def printer_change(*, printer_id: int, values: Mapping[str, object], actor: Actor, now: datetime) -> Printer:
    """Change a printer; what waits for it is tried again at once, what waits for one switched off is given up."""
    printer = lock_printer(printer_id)
    before = _state(printer)
    changed = {name: value for name, value in values.items() if getattr(printer, name) != value}
    for name, value in changed.items():
        setattr(printer, name, value)
    printer.failures, printer.retry_at, printer.last_error = 0, None, ""
    printer.save(update_fields=[*changed, "failures", "retry_at", "last_error"])
    history.record(
        thing=printer,
        verb="change",
        from_state=before,
        to_state=_state(printer),
        actor=actor,
        at=now,
        data={"set": changed},
    )
    return printer


def _state(printer: Printer) -> str:
    return "on" if printer.enabled else "off"
