"""What the managers' schedule pages accept. Forms check the shape; the rules live in the domain and the services."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.forms.fields import Day
from booking.models import Absence, Department, Expert, Room, SessionTemplate
from booking.models.sessions import FIRST_MONDAY
from booking.selectors.calendar import experts_active, rooms_in_order
from booking.services import TemplateFacts
from booking.services.schedule_files import rows_of
from hospital.common.forms import WEEKDAYS
from hospital.common.policy import policy

TIME_INPUT = {"type": "time"}
FEE_MAX_YUAN = 10_000


class ExpertChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An expert with the department."""

    def label_from_instance(self, obj: Any) -> str:
        """陈静怡（心内科）."""
        return f"{obj.department.label} – {obj.label}"


class PeriodForm(forms.Form):
    """What a recurring period and an extra session have in common."""

    expert = ExpertChoice(label=_("Expert"), queryset=Expert.objects.none(), empty_label=_("Choose…"))
    opens_at = forms.TimeField(label=_("From"), widget=forms.TimeInput(TIME_INPUT, "%H:%M"))
    closes_at = forms.TimeField(label=_("Until"), widget=forms.TimeInput(TIME_INPUT, "%H:%M"))
    walk_in_opens_at = forms.TimeField(
        label=_("Walk-in registration from"), widget=forms.TimeInput(TIME_INPUT, "%H:%M")
    )
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), empty_label=_("Choose…"))
    slot_minutes = forms.IntegerField(
        label=_("Minutes a slot"), min_value=5, max_value=480, initial=lambda: policy().slot_min
    )
    capacity_per_slot = forms.IntegerField(label=_("Numbers a slot"), min_value=1, max_value=500, initial=10)
    share = forms.IntegerField(label=_("Booked ahead, %"), min_value=0, max_value=100, initial=60)
    fee = forms.DecimalField(
        label=_("Fee in yuan (empty: the expert’s)"),
        min_value=Decimal(0),
        max_value=FEE_MAX_YUAN,
        decimal_places=2,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expert"].queryset = experts_active()  # type: ignore[attr-defined]
        self.fields["room"].queryset = rooms_in_order()  # type: ignore[attr-defined]

    def _facts(self, **when: Any) -> TemplateFacts:
        data = self.cleaned_data
        return TemplateFacts(
            expert=data["expert"],
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            walk_in_opens_at=data["walk_in_opens_at"],
            room=data["room"],
            slot_minutes=data["slot_minutes"],
            capacity_per_slot=data["capacity_per_slot"],
            appointment_share=Decimal(data["share"]) / 100,
            fee_fen=None if data["fee"] is None else int(data["fee"] * 100),
            **when,
        )


class TemplateForm(PeriodForm):
    """A recurring period."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=WEEKDAYS, coerce=int)
    every_weeks = forms.IntegerField(label=_("Every … weeks"), min_value=1, max_value=52, initial=1)
    valid_from = Day(label=_("First day"))
    valid_until = Day(label=_("Last day (empty: no end)"), required=False)
    field_order = ("expert", "weekday", "opens_at", "closes_at", "walk_in_opens_at", "room")

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        return data

    def facts(self) -> TemplateFacts:
        """The period as the services take it."""
        data = self.cleaned_data
        return self._facts(
            weekday=data["weekday"],
            every_weeks=data["every_weeks"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
        )

    @staticmethod
    def values_of(template: SessionTemplate) -> dict[str, Any]:
        """What the form shows of a period."""
        names = ("expert", "weekday", "opens_at", "closes_at", "walk_in_opens_at", "room", "slot_minutes")
        more = ("capacity_per_slot", "every_weeks", "valid_from", "valid_until")
        return {
            **{name: getattr(template, name) for name in (*names, *more)},
            "share": round(template.appointment_share * 100),
            "fee": None if template.fee_fen is None else Decimal(template.fee_fen) / 100,
        }


class ExtraForm(PeriodForm):
    """An extra session on one day."""

    day = Day(label=_("Day"))
    field_order = ("expert", "day", "opens_at", "closes_at", "walk_in_opens_at", "room")

    def facts(self) -> TemplateFacts:
        """The session as the services take it."""
        day: date = self.cleaned_data["day"]
        return self._facts(weekday=day.isoweekday(), every_weeks=1, valid_from=FIRST_MONDAY, valid_until=None)


class SubstituteForm(forms.Form):
    """Who takes a session over, and why; the service says what is missing."""

    expert = forms.IntegerField(required=False)
    reason = forms.CharField(max_length=200, required=False, strip=True)

    def wanted(self) -> dict[str, Any]:
        """As the service takes it."""
        self.is_valid()
        data = self.cleaned_data
        return {"expert_id": data.get("expert") or 0, "reason": data.get("reason") or ""}


class LastDayForm(forms.Form):
    """When a period takes place for the last time: today, where no day can be read."""

    last_day = Day(required=False)

    def day(self, today: date) -> date:
        """The last day."""
        return self.cleaned_data["last_day"] or today if self.is_valid() else today


class PeriodsFileForm(forms.Form):
    """A file of periods, or the text of one that was looked at before."""

    file = forms.FileField(required=False)
    content = forms.CharField(required=False, strip=False)
    do = forms.ChoiceField(choices=[("check", "check"), ("apply", "apply")], required=False)

    def wanted(self) -> dict[str, Any]:
        """As the service takes it."""
        self.is_valid()
        data = self.cleaned_data
        upload = data.get("file")
        content = upload.read() if upload else (data.get("content") or "").encode()
        return {"rows": rows_of(content), "dry_run": data.get("do") != "apply"}


class AbsenceForm(forms.Form):
    """A holiday of the hospital or a department, or an expert's leave; whose it is, is never guessed."""

    HOSPITAL, DEPARTMENT, LEAVE = "hospital", "department", "leave"
    KINDS = [
        ("", _("Choose…")),
        (LEAVE, _("Leave of one expert")),
        (DEPARTMENT, _("Holiday of one department")),
        (HOSPITAL, _("Holiday of the whole hospital")),
    ]

    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    expert = ExpertChoice(
        label=_("Expert (leave)"), queryset=Expert.objects.none(), required=False, empty_label="–"
    )
    department = forms.ModelChoiceField(
        label=_("Department (holiday)"),
        queryset=Department.objects.all(),
        required=False,
        empty_label="–",
    )
    first_day = Day(label=_("First day"))
    last_day = Day(label=_("Last day"))
    reason = forms.CharField(label=_("Reason, as patients will read it"), max_length=200)
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expert"].queryset = experts_active()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A leave is one expert's, a department's holiday one department's; days are in order."""
        data = super().clean() or {}
        self._whose(data, "expert", self.LEAVE, _("Choose whose leave it is."))
        self._whose(data, "department", self.DEPARTMENT, _("Choose whose holiday it is."))
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        return data

    def _whose(self, data: dict[str, Any], name: str, kind: str, missing: Any) -> None:
        """Who is chosen fits the kind: nobody is silently left out or taken in."""
        if data.get("kind") == kind and not data.get(name):
            self.add_error(name, missing)
        elif data.get("kind") and data["kind"] != kind and data.get(name):
            self.add_error(name, _("This does not fit the kind: change the kind, or leave this empty."))

    @property
    def asks_to_change(self) -> bool:
        """Whether it was shown and shall be changed before it is kept."""
        return "change" in self.data

    def facts(self) -> dict[str, Any]:
        """The absence as the service takes it."""
        data = self.cleaned_data
        return {
            "kind": Absence.Kind.LEAVE if data["kind"] == self.LEAVE else Absence.Kind.HOLIDAY,
            "expert_id": data["expert"].pk if data["expert"] else None,
            "department_id": data["department"].pk if data["department"] else None,
            "first_day": data["first_day"],
            "last_day": data["last_day"],
            "reason": data["reason"],
        }


class ScheduleFilter(forms.Form):
    """Which week of whom; a wrong value is no reason to refuse the page."""

    day = Day(label=_("Week of"), required=False)
    department = forms.SlugField(required=False, max_length=20)
    expert = forms.SlugField(required=False, max_length=20)

    def chosen(self, today: date) -> tuple[date, str, str]:
        """Any day of the week, the department's and the expert's code."""
        self.is_valid()
        data = self.cleaned_data
        return data.get("day") or today, data.get("department") or "", data.get("expert") or ""
