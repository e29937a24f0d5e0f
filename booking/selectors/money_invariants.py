"""What is always true of money: what was paid, for what, and what went back."""

from booking.domain.states import APPOINTMENT_TAKES_NUMBER
from hospital.common.invariants import Invariant

_TAKES = {"takes": list(APPOINTMENT_TAKES_NUMBER)}

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
        _TAKES,
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
        _TAKES,
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
        "no more goes back after a transfer than was paid for the number",
        """
        SELECT concat('number ', coalesce(appointment.code, walk_in.code), ': fee ',
                      coalesce(appointment.fee_fen, walk_in.fee_fen), ' fen, after transfers ', sum(amount_fen), ' fen')
        FROM booking_feedifference difference
        LEFT JOIN booking_appointment appointment ON appointment.id = difference.appointment_id
        LEFT JOIN booking_walkin walk_in ON walk_in.id = difference.walk_in_id
        GROUP BY appointment.id, walk_in.id
        HAVING coalesce(appointment.fee_fen, walk_in.fee_fen) + sum(amount_fen) < 0
        ORDER BY min(difference.id)
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
