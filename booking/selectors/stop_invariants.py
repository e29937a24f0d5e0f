"""What is always true of stopped clinics, as queries that find what breaks it."""

from booking.domain.states import APPOINTMENT_LIVE
from hospital.common.invariants import Invariant

_LIVE = {"live": list(APPOINTMENT_LIVE)}

STOPS = (
    Invariant(
        "nobody with a number of a clinic that is being stopped is forgotten",
        """
        SELECT concat('appointment ', appointment.code, ' is ', appointment.state, ', stop ', stop.code,
                      ' does not list it')
        FROM booking_stop stop
        JOIN booking_appointment appointment ON appointment.session_id = stop.session_id
        WHERE stop.state IN ('applying', 'finished') AND appointment.state = ANY(%(live)s) AND NOT EXISTS (
            SELECT FROM booking_stopcase one WHERE one.appointment_id = appointment.id)
        ORDER BY appointment.id
        """,
        _LIVE,
    ),
    Invariant(
        "whoever of a stopped clinic is settled has no number there any more",
        """
        SELECT concat('case ', one.code, ' is settled, its number ', appointment.code, ' is ', appointment.state)
        FROM booking_stopcase one JOIN booking_appointment appointment ON appointment.id = one.appointment_id
        WHERE one.state = 'settled' AND appointment.state = ANY(%(live)s) ORDER BY one.id
        """,
        _LIVE,
    ),
)
