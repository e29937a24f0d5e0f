"""A history file, and what its columns, words and times mean."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.domain.mapping_guess import WORDS, guessed_columns, guessed_words
from analytics.domain.visits import FIELDS
from hospital.common.forms import AskedForm

LABELS = {
    "expert_code": _("Expert (code)"),
    "department": _("Department"),
    "session_date": _("Day of the session"),
    "opens_at": _("Session opens"),
    "closes_at": _("Session closes"),
    "walk_in_opens_at": _("Walk-in registration opens"),
    "slot_minutes": _("Slot length (min)"),
    "channel": _("Booked or walk-in"),
    "slot_starts_at": _("Booked slot begins"),
    "registered_at": _("Time of registration"),
    "checked_in_at": _("Time of check-in"),
    "called_at": _("Time of the call"),
    "started_at": _("Visit begins"),
    "finished_at": _("Visit ends"),
    "outcome": _("What became of it"),
    "patient_ref": _("Patient (kept as a digest only)"),
}
CONSTANT = FIELDS[:8]
"""What may be the same in every row, and then stands in no column."""
NEEDED = frozenset({"expert_code", "session_date", "opens_at", "closes_at"})
"""What every visit has; and one of the times of registration and beginning."""
CALENDAR = {
    "session": _("Number of the session, in order"),
    "month": _("Month"),
    "weekday": _("Weekday"),
    "half": _("Half of the day"),
}
UNITS = [("min", _("minutes")), ("s", _("seconds"))]
EXAMPLES = 3


class HistoryFileForm(AskedForm):
    """The file that a manager brings."""

    file = forms.FileField(label=_("CSV (UTF-8, UTF-16 or GB18030) or XLSX"), allow_empty_file=True)


class MappingForm(forms.Form):
    """One line a canonical field: the column it is read from, or the value it always has."""

    day_format = forms.CharField(label=_("How days are written"), max_length=40, required=False)
    time_format = forms.CharField(label=_("How times are written"), max_length=40, required=False)
    missing = forms.CharField(label=_("Words for “unknown”"), max_length=200, required=False)
    duration_column = forms.ChoiceField(label=_("Length of the visit"), required=False)
    duration_unit = forms.ChoiceField(label=_("Its unit"), choices=UNITS, required=False)
    start_date = forms.DateField(
        label=_("First day of the history"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    save_as = forms.CharField(label=_("Keep this mapping under the name"), max_length=40, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        names: Sequence[str],
        rows: Sequence[Sequence[str]],
        tables: Mapping[str, Any],
    ) -> None:
        super().__init__(data)
        self.names, self.rows = list(dict.fromkeys(name for name in names if name)), rows
        self.values = {
            name: [row[index] for row in rows if index < len(row)] for index, name in enumerate(names)
        }
        columns = tables.get("columns") or (guessed_columns(self.names) if not tables else {})
        self._add_fields(columns, tables)
        self._fill(tables)

    def _add_fields(self, columns: Mapping[str, str], tables: Mapping[str, Any]) -> None:
        choices = [("", "–"), *((name, name) for name in self.names)]
        for name in FIELDS:
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=LABELS[name], choices=choices, required=False, initial=columns.get(name, "")
            )
        for name in CONSTANT:
            value = tables.get("constants", {}).get(name, "")
            self.fields[f"constant_{name}"] = forms.CharField(
                label=LABELS[name], max_length=80, required=False, initial=value
            )
        for name in WORDS:
            words = guessed_words(name, self.values.get(columns.get(name, ""), []))
            words |= tables.get("words", {}).get(name, {})
            self.fields[f"words_{name}"] = forms.CharField(
                label=LABELS[name],
                required=False,
                max_length=2000,
                initial="\n".join(f"{word} = {meaning}" for word, meaning in words.items()),
                widget=forms.Textarea(attrs={"rows": max(2, min(8, len(words)))}),
            )
        for part, label in CALENDAR.items():
            chosen = (tables.get("calendar") or {}).get(part, "")
            self.fields[f"calendar_{part}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=chosen
            )
        duration = self.fields["duration_column"]
        assert isinstance(duration, forms.ChoiceField)  # noqa: S101
        duration.choices = choices

    def _fill(self, tables: Mapping[str, Any]) -> None:
        formats, duration = tables.get("formats") or {}, tables.get("duration") or {}
        self.initial.update(
            day_format=formats.get("day", ""),
            time_format=formats.get("time", ""),
            missing=", ".join(formats.get("missing", ())),
            duration_column=duration.get("column", ""),
            duration_unit=duration.get("unit", "min"),
        )

    def lines(self) -> Iterator[dict[str, Any]]:
        """The fields as the page shows them, with what stands in the column chosen now."""
        for name in FIELDS:
            column = self[f"column_{name}"]
            values = [value for value in self.values.get(str(column.value() or ""), []) if value]
            yield {
                "name": name,
                "label": LABELS[name],
                "column": column,
                "constant": self[f"constant_{name}"] if name in CONSTANT else None,
                "examples": list(dict.fromkeys(values))[:EXAMPLES],
            }

    def words(self) -> list[forms.BoundField]:
        """Which word of the file means what, field by field."""
        return [self[f"words_{name}"] for name in WORDS]

    def calendar(self) -> list[forms.BoundField]:
        """Where the file has no days."""
        return [*(self[f"calendar_{part}"] for part in CALENDAR), self["start_date"]]

    def formats(self) -> list[forms.BoundField]:
        """How days, times and lengths are written."""
        return [
            self[name]
            for name in ("day_format", "time_format", "missing", "duration_column", "duration_unit")
        ]

    def clean(self) -> dict[str, Any]:
        """What every visit needs is read from somewhere; four columns stand for the calendar, or none."""
        cleaned = super().clean() or {}
        days = {"session_date"} if cleaned.get("calendar_session") else set()
        for name in sorted(NEEDED - days):
            if not cleaned.get(f"column_{name}") and not cleaned.get(f"constant_{name}"):
                self.add_error(f"column_{name}", gettext("Choose its column, or say what it always is."))
        if not cleaned.get("column_registered_at") and not cleaned.get("column_started_at"):
            self.add_error("column_started_at", gettext("Choose the column of this or of the registration."))
        chosen = [bool(cleaned.get(f"calendar_{part}")) for part in CALENDAR]
        if any(chosen) and not all(chosen):
            self.add_error("calendar_session", gettext("Choose all four columns, or none."))
        return cleaned

    def tables(self) -> dict[str, Any]:
        """The mapping as a mapping file has it."""
        asked = self.cleaned_data
        columns = {name: asked[f"column_{name}"] for name in FIELDS if asked[f"column_{name}"]}
        constants = {name: asked[f"constant_{name}"] for name in CONSTANT if asked[f"constant_{name}"]}
        words = {name: _words(asked[f"words_{name}"]) for name in WORDS}
        missing = [word.strip() for word in asked["missing"].replace("，", ",").split(",") if word.strip()]
        formats = {"day": asked["day_format"], "time": asked["time_format"], "missing": missing}
        tables: dict[str, Any] = {
            "constants": constants,
            "columns": columns,
            "words": {name: meanings for name, meanings in words.items() if meanings},
            "formats": {name: value for name, value in formats.items() if value},
        }
        if asked["duration_column"]:
            tables["duration"] = {"column": asked["duration_column"], "unit": asked["duration_unit"] or "min"}
        if asked["calendar_session"]:
            tables["calendar"] = {part: asked[f"calendar_{part}"] for part in CALENDAR}
        return {name: table for name, table in tables.items() if table}


def _words(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.replace("＝", "=").splitlines())
    return {word.strip(): meaning.strip() for word, _is, meaning in pairs if word.strip() and meaning.strip()}
