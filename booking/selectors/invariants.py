"""What is always true of numbers and money, as queries that find what breaks it."""

from booking.domain.states import APPOINTMENT_LIVE, APPOINTMENT_TAKES_NUMBER, RETURNED_WITHHELD, WAITLIST_LIVE
from booking.selectors.stop_invariants import STOPS
from hospital.common.invariants import Invariant, history_ends_in_state

_STATES = {"takes": list(APPOINTMENT_TAKES_NUMBER), "live": list(APPOINTMENT_LIVE)}

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
        _STATES,
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
        _STATES,
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
        _STATES,
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

MONEY = (
    Invariant(
        "every paid payment has a number, a refund, or a person who looks at it",
        """
        SELECT concat('payment ', payment.code, ' is paid, its number ',
                      coalesce(appointment.code, walk_in.code), ' is ',
                      coalesce(appointment.state, walk_in.state))
        FROM booking_payment payment
        LEFT JOIN booking_appointment appointment ON appointment.id = payment.appointment_id
        LEFT JOIN booking_clinicsession session ON session.id = appointment.session_id
        LEFT JOIN booking_walkin walk_in ON walk_in.id = payment.walk_in_id
        WHERE payment.state = 'paid' AND NOT (
            coalesce(appointment.state = ANY(%(takes)s) AND appointment.state <> 'held', false)
            OR coalesce(appointment.state = 'cancelled'
                        AND (appointment.ended_at >= session.walk_in_opens_at OR EXISTS (
                            SELECT FROM hospital_statechange change
                            WHERE change.thing = 'appointment' AND change.thing_id = appointment.id
                              AND change.verb = 'cancel' AND change.data ? 'fee_kept')), false)
            OR coalesce(walk_in.state = 'registered', false))
        ORDER BY payment.id
        """,
        _STATES,
    ),
    Invariant(
        "every appointment with a fee that stands was paid",
        """
        SELECT concat('appointment ', appointment.code, ' is ', appointment.state, ' and nothing was paid')
        FROM booking_appointment appointment
        WHERE appointment.state = ANY(%(takes)s) AND appointment.state <> 'held' AND appointment.fee_fen > 0
          AND NOT EXISTS (SELECT FROM booking_payment payment WHERE payment.appointment_id = appointment.id
                          AND (payment.state IN ('paid', 'held_for_review')
                               OR payment.state IN ('refunding', 'refunded')
                                  AND appointment.state NOT IN ('booked', 'arrived')))
        ORDER BY appointment.id
        """,
        _STATES,
    ),
    Invariant(
        "no number is paid for twice",
        """
        SELECT concat('payments ', string_agg(code, ', ' ORDER BY id), ' are for one number')
        FROM booking_payment WHERE state = 'paid'
        GROUP BY appointment_id, walk_in_id HAVING count(*) > 1 ORDER BY min(id)
        """,
    ),
    Invariant(
        "what was paid is what was asked for, or a person decided",
        "SELECT concat('payment ', code, ': ', paid_fen, ' fen paid of ', amount_fen) FROM booking_payment"
        " WHERE state IN ('paid', 'refunding', 'refunded') AND paid_fen IS DISTINCT FROM amount_fen"
        " AND reviewed_at IS NULL"
        " ORDER BY id",
    ),
    Invariant(
        "a payment is refunded by exactly one refund of the same amount",
        """
        SELECT concat('payment ', payment.code, ' is ', payment.state, ', paid ', payment.paid_fen,
                      ' fen, refund ', coalesce(refund.amount_fen::text || ' fen', 'missing'))
        FROM booking_payment payment LEFT JOIN booking_refund refund ON refund.payment_id = payment.id
        WHERE (payment.state IN ('refunding', 'refunded')) <> (refund.id IS NOT NULL)
           OR refund.amount_fen <> payment.paid_fen
           OR (payment.state = 'refunded') <> (refund.done_at IS NOT NULL)
        ORDER BY payment.id
        """,
    ),
    Invariant(
        "every refund on its way to a provider has a job",
        """
        SELECT concat('refund ', refund.code, ' has no job')
        FROM booking_refund refund JOIN booking_payment payment ON payment.id = refund.payment_id
        WHERE refund.done_at IS NULL AND payment.provider <> 'cash' AND NOT EXISTS (
            SELECT FROM hospital_job job WHERE job.kind = 'refund.send' AND job.key = refund.code)
        ORDER BY refund.id
        """,
    ),
)

PEOPLE = (
    Invariant(
        "nothing points to a record that was merged",
        """
        SELECT concat('patient ', patient.code, ' was merged and has ', what)
        FROM booking_patient patient
        CROSS JOIN LATERAL (
            SELECT 'an account' AS what FROM booking_accountpatient row WHERE row.patient_id = patient.id
            UNION ALL SELECT 'an appointment' FROM booking_appointment row WHERE row.patient_id = patient.id
            UNION ALL SELECT 'a walk-in' FROM booking_walkin row WHERE row.patient_id = patient.id
            UNION ALL SELECT 'a ban' FROM booking_ban row WHERE row.patient_id = patient.id
            UNION ALL SELECT 'a merged record' FROM booking_patient row WHERE row.merged_into_id = patient.id
        ) AS stray
        WHERE patient.merged_into_id IS NOT NULL ORDER BY patient.id
        """,
    ),
    Invariant(
        "an erased record names nobody",
        """
        SELECT concat('patient ', patient.code, ' is erased and still has a document, a phone or an account')
        FROM booking_patient patient
        WHERE patient.erased_at IS NOT NULL AND (
            patient.id_tail <> '' OR patient.phone_sealed IS NOT NULL OR patient.birth_date IS NOT NULL
            OR EXISTS (SELECT FROM booking_accountpatient link WHERE link.patient_id = patient.id))
        ORDER BY patient.id
        """,
    ),
    Invariant(
        "a ban counts only what its own patient missed or cancelled late",
        """
        SELECT concat('appointment ', appointment.code, ' is ', appointment.state, ' and counts for ban ', ban.code)
        FROM booking_appointment appointment JOIN booking_ban ban ON ban.id = appointment.ban_id
        WHERE ban.patient_id <> appointment.patient_id OR NOT (
            appointment.state = 'no_show' OR (appointment.state = 'cancelled' AND appointment.late_cancel))
        ORDER BY appointment.id
        """,
    ),
)

HISTORY = tuple(
    history_ends_in_state(thing=thing, table=f"booking_{thing}")
    for thing in (
        "clinicsession",
        "appointment",
        "walkin",
        "payment",
        "waitlistentry",
        "returnednumber",
        "drawrequest",
        "stop",
        "stopcase",
        "appeal",
        "datarequest",
    )
)

INVARIANTS = (*NUMBERS, *DRAWS, *POOL, *MONEY, *PEOPLE, *STOPS, *HISTORY)
