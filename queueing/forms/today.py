"""Which of the day's numbers the desk's list shall show."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hospital.common.forms import AddressForm


class TodayForm(AddressForm):
    """The filters of today's list; ``q`` is posted only, for names stay out of addresses."""

    GROUPS = {
        "": pgettext_lazy("list", "All"),
        "expected": pgettext_lazy("list", "Not here yet"),
        "waiting": pgettext_lazy("list", "Waiting"),
        "room": pgettext_lazy("list", "In the room"),
        "passed": pgettext_lazy("list", "Passed"),
        "done": pgettext_lazy("list", "Done"),
        "gone": pgettext_lazy("list", "Left or cancelled"),
        "missed": pgettext_lazy("list", "Did not come"),
        "unpaid": pgettext_lazy("list", "To be paid"),
    }
    CHANNELS = [
        ("", _("Both")),
        ("appointment", pgettext_lazy("channel", "Booked")),
        ("walk_in", pgettext_lazy("channel", "Walk-in")),
    ]

    q = forms.CharField(max_length=200, required=False)
    session = forms.SlugField(max_length=12, required=False)
    state = forms.ChoiceField(choices=[*GROUPS.items()][1:], required=False)
    channel = forms.ChoiceField(choices=CHANNELS[1:], required=False)
    late = forms.BooleanField(required=False)
