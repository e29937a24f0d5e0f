"""What administrators enter about departments, rooms and experts; the rules live in the domain and the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.domain.clinic import FEE_MAX_FEN
from booking.models import Department, Expert, Room
from booking.selectors.clinic import accounts_for_expert

CODE_HELP = _("Letters, digits, - and _. Addresses and files use it; it cannot be changed later.")
PINYIN_HELP = _("For the search. Empty: found from the name.")


class SpeltForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """A form whose pinyin follows the Chinese name unless somebody typed it."""

    def clean(self) -> dict[str, Any]:
        """Pinyin of the old name is of no use to the new one."""
        data = super().clean() or {}
        if "name" in self.changed_data and "pinyin" not in self.changed_data:
            data["pinyin"] = ""
        return data


class DepartmentForm(SpeltForm):
    """A department."""

    class Meta:
        model = Department
        fields = ["code", "name", "name_en", "pinyin", "place", "place_en", "discipline", "sensitive"]
        help_texts = {
            "code": CODE_HELP,
            "pinyin": PINYIN_HELP,
            "discipline": _(
                "Booked patients at their time before walk-ins, everybody as they arrive, or so many of each in turn."
            ),
            "sensitive": _("Its screens show numbers only, no names."),
        }


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    """A consulting room."""

    class Meta:
        model = Room
        fields = ["code", "name", "place", "place_en"]
        help_texts = {"code": CODE_HELP, "name": _("As the signs in the building say, such as 305.")}


class ExpertForm(SpeltForm):
    """An expert; the fee is in yuan here and in fen everywhere else."""

    fee = forms.DecimalField(
        label=_("Fee in yuan"),
        min_value=Decimal(0),
        max_value=Decimal(FEE_MAX_FEN) / 100,
        decimal_places=2,
        help_text=_("Sessions that are on sale already keep their fee."),
    )

    class Meta:
        model = Expert
        fields = [
            "code",
            "department",
            "name",
            "name_en",
            "pinyin",
            "title",
            "specialty",
            "specialty_en",
            "user",
            "active",
        ]
        help_texts = {
            "code": CODE_HELP,
            "pinyin": PINYIN_HELP,
            "user": _("An account with the role expert. Empty: this expert does not use the room page."),
            "active": _(
                "Take the tick away when the expert leaves: nothing is deleted, nothing new is planned."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("fee", Decimal(self.instance.fee_fen) / 100)
        if "user" in self.fields:
            mine = accounts_for_expert(code=self.instance.code)
            self.fields["user"].queryset = mine  # type: ignore[attr-defined]

    def clean_fee(self) -> int:
        """The fee in fen."""
        return int(self.cleaned_data["fee"] * 100)
