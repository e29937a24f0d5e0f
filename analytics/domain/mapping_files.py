"""Mapping files: reading one, and writing what was put together on a page."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from analytics.domain.mappings import HistoryMapping
from analytics.domain.moments import DAY_FORMATS, TIME_FORMATS
from analytics.domain.visits import FIELDS

KNOWN_TABLES: Final = frozenset({"about", "constants", "columns", "words", "formats", "duration", "calendar"})
SECONDS: Final = {"s": 1.0, "min": 60.0}
ENCODINGS: Final = ("utf-8", "gb18030", "utf-16")
CALENDAR: Final = ("session", "month", "weekday", "half")


def mapping_of_toml(text: str) -> HistoryMapping:
    r"""Read a mapping file.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    HistoryMapping

    Raises
    ------
    ValueError
        When it is no TOML, or names fields or tables that do not exist.

    Examples
    --------
    >>> mapping_of_toml('[columns]\nexpert_code = "医生"').headers
    frozenset({'医生'})
    """
    return mapping_of_data(tomllib.loads(text))


def mapping_of_data(data: Mapping[str, Any]) -> HistoryMapping:
    """The mapping that these tables describe, as a mapping file has them.

    Parameters
    ----------
    data : mapping
        Of ``KNOWN_TABLES`` to their entries.

    Returns
    -------
    HistoryMapping

    Raises
    ------
    ValueError
        When it names fields, tables or units that do not exist, or an entry is of another kind.

    Examples
    --------
    >>> mapping_of_data({"columns": {"colour": "Farbe"}})
    Traceback (most recent call last):
    ValueError: the mapping names unknown things: colour
    """
    _check_tables(data)
    formats, duration = data.get("formats", {}), data.get("duration")
    return HistoryMapping(
        constants={name: str(value) for name, value in data.get("constants", {}).items()},
        columns=data.get("columns", {}),
        words=data.get("words", {}),
        day_formats=(formats["day"],) if formats.get("day") else DAY_FORMATS,
        time_formats=(formats["time"],) if formats.get("time") else TIME_FORMATS,
        duration=(duration["column"], SECONDS[duration.get("unit", "s")]) if duration else None,
        calendar=data.get("calendar"),
        missing=frozenset(formats.get("missing", ())),
        encoding=formats.get("encoding", ""),
    )


def _check_tables(data: Mapping[str, Any]) -> None:
    tables = {name: data.get(name) or {} for name in KNOWN_TABLES}
    wrong = [name for name, table in tables.items() if not isinstance(table, dict)]
    wrong += [f"words.{name}" for name, table in tables["words"].items() if not isinstance(table, dict)]
    for name in ("columns", "duration", "calendar"):
        wrong += [f"{name}.{key}" for key, value in tables[name].items() if not isinstance(value, str)]
    if wrong:
        message = f"the mapping has entries of another kind: {', '.join(sorted(wrong))}"
        raise ValueError(message)
    unknown = sorted(set(data) - KNOWN_TABLES)
    unknown += sorted({*tables["constants"], *tables["columns"], *tables["words"]} - set(FIELDS))
    if unknown:
        message = f"the mapping names unknown things: {', '.join(unknown)}"
        raise ValueError(message)
    duration = tables["duration"]
    if duration and ("column" not in duration or duration.get("unit", "s") not in SECONDS):
        message = "the unit of a duration is s or min"
        raise ValueError(message)
    if tables["calendar"] and set(tables["calendar"]) != set(CALENDAR):
        message = f"a calendar names the columns {', '.join(CALENDAR)}"
        raise ValueError(message)
    if tables["formats"].get("encoding", "") not in {"", *ENCODINGS}:
        message = f"an encoding is one of {', '.join(ENCODINGS)}"
        raise ValueError(message)
    _check_formats(tables["formats"])


def _check_formats(formats: Mapping[str, Any]) -> None:
    """A format that names a part twice is found here, since `strptime` does not refuse it as it refuses a text."""
    for name in ("day", "time"):
        form = formats.get(name) or ""
        if not isinstance(form, str):
            message = f"formats.{name} is no text"
            raise ValueError(message)
        try:
            datetime.strptime("", form or "%Y")  # noqa: DTZ007 - only its format is looked at
        except ValueError:
            continue  # no text of this format, as every text but one
        except re.error as error:
            message = f"formats.{name}: '{form}' names a part twice"
            raise ValueError(message) from error


def mapping_as_toml(data: Mapping[str, Any]) -> str:
    r"""The mapping file with these tables.

    Parameters
    ----------
    data : mapping
        As :func:`mapping_of_data` takes it; empty tables are left out.

    Returns
    -------
    str
        What :func:`mapping_of_toml` reads back.

    Examples
    --------
    >>> print(mapping_as_toml({"columns": {"expert_code": "医生"}, "words": {"channel": {"现场": "walk_in"}}}))
    [columns]
    expert_code = "医生"
    <BLANKLINE>
    [words.channel]
    "现场" = "walk_in"
    <BLANKLINE>
    """
    tables = {name: dict(table) for name, table in data.items() if table and name != "words"}
    tables |= {f"words.{name}": dict(table) for name, table in data.get("words", {}).items() if table}
    texts = []
    for name, table in tables.items():
        lines = [f"{_toml_key(key)} = {_toml(value)}" for key, value in table.items()]
        texts.append("\n".join([f"[{name}]", *lines, ""]))
    return "\n".join(texts)


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml(value: object) -> str:
    """Texts, numbers and lists of texts are written in TOML as in JSON, but for the letter DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
