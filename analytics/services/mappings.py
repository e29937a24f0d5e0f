"""Mappings by name: those shipped with the product, those put together on a page, those in a file."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics.domain.errors import MappingFaulty
from analytics.domain.mapping_files import mapping_of_data, mapping_of_toml
from analytics.domain.mappings import HistoryMapping
from analytics.models import SavedMapping
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.guards import require
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional

SHIPPED = Path(__file__).resolve().parent.parent / "mappings"


def mapping_named(name: str) -> HistoryMapping:
    """The mapping of that name among those shipped and those made on the page, or of that file.

    Raises
    ------
    ValueError
        When there is none, or it cannot be read.
    """
    shipped = SHIPPED / f"{name}.toml"
    if not shipped.is_file() and (saved := SavedMapping.objects.filter(name=name).first()):
        return mapping_of_data(saved.tables)
    path = shipped if shipped.is_file() else Path(name)
    try:
        return mapping_of_toml(path.read_text("utf-8"))
    except OSError as error:
        known = sorted(found.stem for found in SHIPPED.glob("*.toml"))
        known += SavedMapping.objects.order_by("name").values_list("name", flat=True)
        raise ValueError(f"no mapping '{name}': name a file, or one of {', '.join(known)}") from error


@transactional
def mapping_save(*, name: str, tables: Mapping[str, Any], actor: Actor, now: datetime) -> SavedMapping:
    """Keep a mapping under a name, for the next file of the same system; the same name replaces it.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    MappingFaulty
        When it cannot be read back.
    """
    require(actor, MANAGERS)
    try:
        mapping_of_data(tables)
    except ValueError as error:
        raise MappingFaulty(reason=str(error)) from error
    saved, new = SavedMapping.objects.update_or_create(
        name=name, defaults={"tables": dict(tables), "saved_at": now, "saved_by": actor.name}
    )
    note = history.begin if new else history.note
    note(saved, "save", actor=actor, at=now, state="saved")
    return saved


def mapping_for(names: Sequence[str]) -> SavedMapping | None:
    """The mapping saved last whose columns a file with these headers has."""
    for saved in SavedMapping.objects.order_by("-saved_at"):
        with suppress(ValueError):  # one that was kept before a rule about mappings
            headers = mapping_of_data(saved.tables).headers
            if headers and headers <= set(names):
                return saved
    return None
