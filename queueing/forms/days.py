"""Which day the desk looks at."""

from booking.forms.fields import Day
from hospital.common.forms import AddressForm


class DayForm(AddressForm):
    """A clinic day; today when it is not named."""

    day = Day(required=False)
