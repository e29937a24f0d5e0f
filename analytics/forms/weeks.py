"""What a manager asks about the week."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WeekForm(forms.Form):
    """By how much the demand is expected to grow."""

    growth_percent = forms.IntegerField(
        label=_("Growth of demand, %"), min_value=-50, max_value=200, initial=0
    )
