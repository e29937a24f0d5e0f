"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from booking.domain.clinic import FIRST_DAY, LAST_DAY

OUT_OF_REACH = _("This is no day between 2000 and 2100.")


class Day(forms.DateField):
    """A day that a hospital may plan, chosen in the browser's calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            validators=[
                MinValueValidator(FIRST_DAY, OUT_OF_REACH),
                MaxValueValidator(LAST_DAY, OUT_OF_REACH),
            ],
            **options,
        )
