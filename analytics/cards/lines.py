"""The queueing models beside what was measured: a row for each department, and one of them with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.cards.files import Value, file_value
from analytics.cards.parts import Chart, series
from analytics.domain.disclosure import FEWEST_SHOWN
from analytics.domain.model_fit import LONG_MIN, Doubt, Judged, Measured, ModelFits, model_fits
from analytics.domain.queueing_models import Steady, settling_min, share_beyond
from analytics.selectors.lines import Line

MODELS = ("mm1", "mg1", "mmc")
MEASURED = ("patients", "experts", "utilisation", "service_min", "service_cv", "wait_min", "wait_error_min")
WHY = {
    Doubt.FEW_SESSIONS: gettext_lazy("Only %(sessions)s sessions were measured: their mean may be chance."),
    Doubt.OVERLOADED: gettext_lazy(
        "As many patients come as can be seen, or more: the line grows for as long as the clinic is open."
    ),
    Doubt.SETTLING: gettext_lazy(
        "A line at %(busy)s%% needs about %(settling)s min to settle down; a session lasts %(session)s min."
    ),
    Doubt.UNEVEN: gettext_lazy(
        "The busiest hour brings %(busiest)s times as many patients as the mean hour; the models take all hours "
        "to be alike."
    ),
    Doubt.EARLY: gettext_lazy(
        "%(early)s%% come before the opening and wait for it; the models know no opening."
    ),
    Doubt.TOO_REGULAR: gettext_lazy(
        "Arrivals vary less from week to week than by chance (%(dispersion)s of it): many are booked."
    ),
    Doubt.TOO_IRREGULAR: gettext_lazy(
        "Arrivals vary more from week to week than by chance (%(dispersion)s times)."
    ),
    Doubt.LATE_START: gettext_lazy(
        "Experts begin %(delay)s min after the opening; the models let them begin at once."
    ),
    Doubt.LENGTHS: gettext_lazy(
        "M/M/1 and M/M/c take the lengths of consultations to vary by their mean; here it is %(cv)s of it."
    ),
}


def table_of(rows: Iterable[LineRow]) -> list[list[Value]]:
    """The rows with figures as numbers, their heading first."""
    foreseen = [f"{name}_{what}" for name in MODELS for what in ("wait_min", "fits")]
    return [
        ["department", "sessions", *MEASURED, *foreseen],
        *([file_value(cell) for cell in _cells(row)] for row in rows if row.found),
    ]


def _cells(row: LineRow) -> list[Value]:
    judged = [getattr(row.found, name) for name in MODELS]
    cells: list[Value] = [getattr(row.measured, name) for name in MEASURED]
    cells += [cell for one in judged for cell in (one.line.wait_min, one.fits)]
    return [row.name, row.sessions, *cells]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A department of the table; without figures where too few patients stand behind them."""

    code: str
    name: str
    sessions: int
    measured: Measured | None
    found: ModelFits | None

    @classmethod
    def of(cls, line: Line, names: dict[str, str]) -> LineRow:
        """Judged, if enough was measured."""
        measured = line.measured if line.measured and line.measured.patients >= FEWEST_SHOWN else None
        name = names.get(line.department, line.department)
        return cls(line.department, name, line.sessions, measured, model_fits(measured) if measured else None)

    @property
    def fitting(self) -> str:
        """The models that fit, by name."""
        if not self.found:
            return ""
        return " / ".join(_name(one, self.found) for one in _own(self.found) if getattr(self.found, one).fits)

    @property
    def busy(self) -> float:
        """Utilisation [%]."""
        return 100 * self.measured.utilisation if self.measured else 0.0

    @property
    def cells(self) -> list[str]:
        """The waits that the models foresee."""
        return [_minutes(getattr(self.found, name).line.wait_min) for name in MODELS] if self.found else []


def detail(row: LineRow) -> dict[str, Any]:
    """A department's figures and models in words, chart and table."""
    measured, found = row.measured, row.found
    assert measured is not None and found is not None  # noqa: S101, PT018
    own = _own(found)
    lines = [getattr(found, name) for name in own]
    names = [_name(name, found) for name in own]
    return {
        "title": _title(measured, found),
        "names": names,
        "figures": _figures(measured, [one.line for one in lines]),
        "fits": [one.fits for one in lines],
        "reasons": reasons(measured, lines),
        "chart": _chart(measured, [one.line for one in lines], names),
    }


def _chart(measured: Measured, lines: Sequence[Steady], names: Sequence[str]) -> Chart:
    waits = [measured.wait_min, *(line.wait_min for line in lines)]
    return {
        "label": _("Mean wait measured and as the models foresee it"),
        "categories": [_("Measured"), *names],
        "series": [
            series(_("Mean wait, min"), "other", [wait if isfinite(wait) else None for wait in waits]),
        ],
    }


def reasons(measured: Measured, lines: Sequence[Judged]) -> list[str]:
    """Everything that any model takes for granted and this line does not keep, in words, each once."""
    shown: dict[Doubt, str] = {}
    for one in lines:
        for doubt in one.doubts:
            shown.setdefault(doubt, str(WHY[doubt]) % _numbers(measured, one.line))
    return [shown[doubt] for doubt in Doubt if doubt in shown]


def _numbers(measured: Measured, line: Steady) -> dict[str, str]:
    return {
        "sessions": str(measured.sessions),
        "busy": floatformat(100 * line.utilisation, 0),
        "settling": floatformat(settling_min(line), 0),
        "session": floatformat(measured.session_min, 0),
        "busiest": floatformat(measured.busiest, 1),
        "early": floatformat(100 * measured.early_share, 0),
        "dispersion": floatformat(measured.dispersion, 2),
        "delay": floatformat(measured.start_delay_min, 0),
        "cv": floatformat(measured.service_cv, 2),
    }


def _figures(measured: Measured, lines: Sequence[Steady]) -> list[dict[str, Any]]:
    def row(name: str, seen: str, cells: Iterable[str]) -> dict[str, Any]:
        return {"name": name, "measured": seen, "cells": list(cells)}

    wait = f"{floatformat(measured.wait_min, 1)} ± {floatformat(measured.wait_error_min, 1)}"
    waiting = floatformat(measured.waiting, 1)
    return [
        row(_("Mean wait, min"), wait, (_minutes(one.wait_min) for one in lines)),
        row(
            _("Patients waiting for each expert"),
            waiting,
            (_minutes(one.queue / one.servers) for one in lines),
        ),
        row(
            _("Patients who have to wait, %"),
            _percent(measured.waited_share),
            (_percent(one.waiting_share) for one in lines),
        ),
        row(_("Wait over 30 min, %"), _percent(measured.long_share), (_long(one) for one in lines)),
        row(
            _("Utilisation, %"), _percent(measured.utilisation), (_percent(one.utilisation) for one in lines)
        ),
    ]


def _long(line: Steady) -> str:
    """Nothing where consultations are of any distribution: then no formula holds."""
    return _percent(share_beyond(line, LONG_MIN)) if line.exponential else "–"


def _percent(share: float) -> str:
    return floatformat(100 * share, 0)


def _title(measured: Measured, found: ModelFits) -> str:
    waits = {name: getattr(found, name).line.wait_min for name in MODELS}
    closest = min(MODELS, key=lambda name: abs(waits[name] - measured.wait_min))
    numbers = {
        "model": _name(closest, found),
        "says": floatformat(waits[closest], 0),
        "measured": floatformat(measured.wait_min, 0),
    }
    if getattr(found, closest).fits:
        return (
            _("%(model)s describes this line: it says %(says)s min, and %(measured)s were measured") % numbers
        )
    if not isfinite(waits[closest]):
        return _("No model describes this line: more patients come than can be seen")
    return (
        _(
            "No model describes this line: %(measured)s min were measured, the nearest (%(model)s) says %(says)s"
        )
        % numbers
    )


def _own(found: ModelFits) -> tuple[str, ...]:
    """The models that say something of their own: with one expert at a time, M/M/c is M/M/1."""
    return MODELS if found.mmc.line.servers > 1 else MODELS[:-1]


def _name(model: str, found: ModelFits) -> str:
    if model == "mmc":
        return f"M/M/{found.mmc.line.servers}"
    return {"mm1": "M/M/1", "mg1": "M/G/1"}[model]


def _minutes(value: float) -> str:
    return floatformat(value, 1) if isfinite(value) else "∞"
