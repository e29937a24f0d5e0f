"""What is always true of numbers: slots, the waitlist, draws and the walk-in pool."""

from booking.domain.states import APPOINTMENT_LIVE, APPOINTMENT_TAKES_NUMBER, RETURNED_WITHHELD, WAITLIST_LIVE
from hospital.common.invariants import Invariant

_TAKES = {"takes": list(APPOINTMENT_TAKES_NUMBER)}

NUMBERS = (
    Invariant(
        "a slot counts exactly the appointments that take its numbers",
        """
        SELECT concat('slot ', slot.code, ': booked is ', slot.booked,
                      ', appointments ', count(appointment.id))
        FROM booking_slot slot
        LEFT JOIN booking_appointment appointment
               ON appointment.slot_id = slot.id AND appointment.state = ANY(%(takes)s)
        GROUP BY slot.id HAVING slot.booked <> count(appointment.id) ORDER BY slot.id
        """,
        _TAKES,
    ),
    Invariant(
        "no slot is oversold",
        "SELECT concat('slot ', code, ': ', booked, ' booked, ', withheld, ' withheld of ', quota)"
        " FROM booking_slot WHERE booked + withheld > quota ORDER BY id",
    ),
    Invariant(
        "a slot withholds exactly the returned numbers that are kept or offered",
        """
        SELECT concat('slot ', slot.code, ': withheld is ', slot.withheld, ', returned ', count(returned.id))
        FROM booking_slot slot
        LEFT JOIN booking_returnednumber returned
               ON returned.slot_id = slot.id AND returned.state = ANY(%(withheld)s)
        GROUP BY slot.id HAVING slot.withheld <> count(returned.id) ORDER BY slot.id
        """,
        {"withheld": list(RETURNED_WITHHELD)},
    ),
    Invariant(
        "an offer is one number, offered to one patient",
        """
        SELECT concat('waitlist entry ', entry.code, ' is ', entry.state, ', numbers offered: ', count(returned.id))
        FROM booking_waitlistentry entry
        LEFT JOIN booking_returnednumber returned ON returned.entry_id = entry.id AND returned.state = 'offered'
        GROUP BY entry.id HAVING count(returned.id) <> CASE entry.state WHEN 'offered' THEN 1 ELSE 0 END
        ORDER BY entry.id
        """,
    ),
    Invariant(
        "nobody waits and nothing is kept back once booking is over",
        """
        SELECT concat('session ', session.code, ' is ', session.state, ': ',
                      count(DISTINCT entry.id), ' wait, ', count(DISTINCT slot.id), ' slots keep numbers back')
        FROM booking_clinicsession session
        LEFT JOIN booking_waitlistentry entry ON entry.session_id = session.id AND entry.state = ANY(%(waits)s)
        LEFT JOIN booking_slot slot ON slot.session_id = session.id AND slot.withheld > 0
        WHERE session.state NOT IN ('planned', 'released')
        GROUP BY session.id HAVING count(entry.id) + count(slot.id) > 0 ORDER BY session.id
        """,
        {"waits": list(WAITLIST_LIVE)},
    ),
    Invariant(
        "a patient has at most one live appointment in a session",
        """
        SELECT concat('patient ', patient_id, ' in session ', session_id, ': ',
                      string_agg(code, ', ' ORDER BY id))
        FROM booking_appointment WHERE state = ANY(%(live)s)
        GROUP BY patient_id, session_id HAVING count(*) > 1 ORDER BY min(id)
        """,
        {"live": list(APPOINTMENT_LIVE)},
    ),
    Invariant(
        "an appointment is in the session of its slot",
        """
        SELECT concat('appointment ', appointment.code, ': session ', appointment.session_id,
                      ', its slot is of session ', slot.session_id)
        FROM booking_appointment appointment JOIN booking_slot slot ON slot.id = appointment.slot_id
        WHERE slot.session_id <> appointment.session_id ORDER BY appointment.id
        """,
    ),
    Invariant(
        "numbers can be booked only in a released session",
        """
        SELECT concat('slot ', slot.code, ' is bookable, its session is ', session.state)
        FROM booking_slot slot JOIN booking_clinicsession session ON session.id = slot.session_id
        WHERE slot.bookable AND session.state <> 'released' ORDER BY slot.id
        """,
    ),
    Invariant(
        "an appointment that gave its number back says when",
        "SELECT concat('appointment ', code, ' is ', state) FROM booking_appointment"
        " WHERE state IN ('cancelled', 'expired') AND ended_at IS NULL ORDER BY id",
    ),
)

DRAWS = (
    Invariant(
        "whoever won a draw has the number, and nobody else",
        """
        SELECT concat('request ', request.code, ' is ', request.state, ', its number ',
                      coalesce(appointment.code, 'missing'))
        FROM booking_drawrequest request
        LEFT JOIN booking_appointment appointment ON appointment.id = request.appointment_id
        WHERE (request.state = 'won') <> (appointment.id IS NOT NULL)
           OR appointment.patient_id <> request.patient_id OR appointment.session_id <> request.session_id
        ORDER BY request.id
        """,
    ),
    Invariant(
        "no number can be booked before its session is drawn",
        """
        SELECT concat('slot ', slot.code, ' is bookable, its session ', session.code, ' is not drawn yet')
        FROM booking_slot slot JOIN booking_clinicsession session ON session.id = slot.session_id
        WHERE slot.bookable AND session.draw_ends_at IS NOT NULL AND session.drawn_at IS NULL ORDER BY slot.id
        """,
    ),
)

POOL = (
    Invariant(
        "an open session counts exactly the numbers that appointments take",
        """
        SELECT concat('session ', session.code, ': appointments_taken is ', session.appointments_taken,
                      ', appointments ', count(appointment.id))
        FROM booking_clinicsession session
        LEFT JOIN booking_appointment appointment
               ON appointment.session_id = session.id AND appointment.state = ANY(%(takes)s)
        WHERE session.state IN ('open', 'running')
        GROUP BY session.id HAVING session.appointments_taken <> count(appointment.id) ORDER BY session.id
        """,
        _TAKES,
    ),
    Invariant(
        "a session counts exactly its walk-ins",
        """
        SELECT concat('session ', session.code, ': walk_ins is ', session.walk_ins,
                      ', registered ', count(walk_in.id))
        FROM booking_clinicsession session
        LEFT JOIN booking_walkin walk_in ON walk_in.session_id = session.id AND walk_in.state <> 'cancelled'
        GROUP BY session.id HAVING session.walk_ins <> count(walk_in.id) ORDER BY session.id
        """,
    ),
    Invariant(
        "walk-ins never pass the session's number limit",
        "SELECT concat('session ', code, ': ', walk_ins, ' walk-ins and ', appointments_taken,"
        " ' appointments, limit ', number_limit) FROM booking_clinicsession"
        " WHERE walk_ins > 0 AND walk_ins + appointments_taken > number_limit ORDER BY id",
    ),
    Invariant(
        "nobody walks in before walk-in registration opens",
        """
        SELECT concat('walk-in ', walk_in.code, ': its session ', session.code, ' is ', session.state)
        FROM booking_walkin walk_in JOIN booking_clinicsession session ON session.id = walk_in.session_id
        WHERE session.state IN ('planned', 'released') OR walk_in.registered_at < session.walk_in_opens_at
        ORDER BY walk_in.id
        """,
    ),
)
