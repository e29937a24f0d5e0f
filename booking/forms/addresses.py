"""What the addresses of pages may ask for."""

from django import forms

from booking.forms.stops import StopPrepareForm
from hospital.common.forms import AddressForm


class DepartmentAddress(AddressForm):
    """Whose rows."""

    department = forms.SlugField(required=False, max_length=20)


class CounterAddress(DepartmentAddress):
    """Who is in hand, and whose sessions are looked at."""

    patient = forms.CharField(required=False, max_length=12)


class ChoiceAddress(AddressForm):
    """What is chosen already: a time, a person."""

    slot = forms.CharField(required=False, max_length=12)
    patient = forms.CharField(required=False, max_length=12)


class GivenAddress(AddressForm):
    """The number that was just given."""

    given = forms.CharField(required=False, max_length=12)


class CasesAddress(AddressForm):
    """Which patients of a stopped clinic: who has not chosen, whom to phone, or all."""

    show = forms.ChoiceField(choices=[(one, one) for one in ("open", "phone", "all")])


class NewStopAddress(DepartmentAddress):
    """A department's sessions, and which of them is to be stopped why."""

    session = forms.CharField(required=False, max_length=12)
    reason = forms.CharField(required=False, max_length=200)


class StopAddress(AddressForm):
    """Which step of a stop, and which part of the people affected, a page at a time."""

    step = forms.ChoiceField(choices=[(one, one) for one in StopPrepareForm.STEPS[1:]], initial="preview")
    show = forms.ChoiceField(choices=[(one, one) for one in ("all", "phone", "none")], initial="all")
    page = forms.IntegerField(initial=1)
