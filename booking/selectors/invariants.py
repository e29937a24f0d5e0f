"""What is always true of booking, as queries that find what breaks it."""

from booking.selectors.money_invariants import MONEY
from booking.selectors.number_invariants import DRAWS, NUMBERS, POOL
from booking.selectors.stop_invariants import STOPS
from hospital.common.invariants import Invariant, history_ends_in_state

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
