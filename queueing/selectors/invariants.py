"""What is always true of queues and tickets, as queries that find what breaks it."""

from hospital.common.invariants import Invariant, history_ends_in_state
from queueing.domain.states import IN_ROOM, LIVE

_STATES = {"in_room": list(IN_ROOM), "live": list(LIVE), "alive_or_done": [*LIVE, "done"]}

INVARIANTS = (
    Invariant(
        "queue numbers are given once",
        """
        SELECT concat('queue ', queue_id, ': number ', number, ' is on tickets ',
                      string_agg(code, ', ' ORDER BY id))
        FROM queueing_ticket GROUP BY queue_id, number HAVING count(*) > 1 ORDER BY min(id)
        """,
    ),
    Invariant(
        "a queue's next number is above all it gave",
        """
        SELECT concat('queue ', queue.id, ': next number is ', queue.next_number,
                      ', given up to ', max(ticket.number))
        FROM queueing_queue queue JOIN queueing_ticket ticket ON ticket.queue_id = queue.id
        GROUP BY queue.id HAVING queue.next_number <= max(ticket.number) ORDER BY queue.id
        """,
    ),
    Invariant(
        "a room calls or serves one patient at a time",
        """
        SELECT concat('session ', called_session_id, ': tickets ', string_agg(code, ', ' ORDER BY id))
        FROM queueing_ticket WHERE state = ANY(%(in_room)s)
        GROUP BY called_session_id HAVING count(*) > 1 ORDER BY min(id)
        """,
        _STATES,
    ),
    Invariant(
        "nobody is called again without having come back",
        """
        SELECT concat('ticket ', ticket.code, ': called ', calls.count,
                      ' times, came back ', returns.count, ' times')
        FROM queueing_ticket ticket
        CROSS JOIN LATERAL (SELECT count(*) FROM queueing_call call WHERE call.ticket_id = ticket.id
                            AND NOT call.recall AND call.undone_at IS NULL) AS calls
        CROSS JOIN LATERAL (SELECT count(*) FROM hospital_statechange change WHERE change.thing = 'ticket'
                            AND change.thing_id = ticket.id AND change.verb = 'return') AS returns
        WHERE calls.count > 1 + returns.count ORDER BY ticket.id
        """,
    ),
    Invariant(
        "whoever is called or served was called by a row",
        """
        SELECT concat('ticket ', ticket.code, ' is ', ticket.state, ' and was never called')
        FROM queueing_ticket ticket
        WHERE ticket.state = ANY(%(in_room)s) AND NOT EXISTS (
            SELECT FROM queueing_call call WHERE call.ticket_id = ticket.id AND call.undone_at IS NULL)
        ORDER BY ticket.id
        """,
        _STATES,
    ),
    Invariant(
        "a number has at most one ticket",
        """
        SELECT concat('tickets ', string_agg(code, ', ' ORDER BY id), ' are for one number')
        FROM queueing_ticket WHERE state = ANY(%(alive_or_done)s)
        GROUP BY appointment_id, walk_in_id HAVING count(*) > 1 ORDER BY min(id)
        """,
        _STATES,
    ),
    Invariant(
        "whoever checked in has a ticket, and a live ticket a number",
        """
        SELECT concat('appointment ', appointment.code, ' is ', appointment.state, ', its ticket ',
                      coalesce(ticket.state, 'missing'))
        FROM booking_appointment appointment
        LEFT JOIN queueing_ticket ticket
               ON ticket.appointment_id = appointment.id AND ticket.state = ANY(%(alive_or_done)s)
        WHERE (appointment.state = 'arrived') <> coalesce(ticket.state = ANY(%(live)s), false)
        ORDER BY appointment.id
        """,
        _STATES,
    ),
    Invariant(
        "a cancelled walk-in waits no more",
        """
        SELECT concat('walk-in ', walk_in.code, ' is cancelled, its ticket ', ticket.code, ' ', ticket.state)
        FROM booking_walkin walk_in JOIN queueing_ticket ticket ON ticket.walk_in_id = walk_in.id
        WHERE walk_in.state = 'cancelled' AND ticket.state = ANY(%(alive_or_done)s) ORDER BY ticket.id
        """,
        _STATES,
    ),
    Invariant(
        "a ticket waits in the queue of its session",
        """
        SELECT concat('ticket ', ticket.code, ': queue ', ticket.queue_id,
                      ', its session calls from ', link.queue_id)
        FROM queueing_ticket ticket
        LEFT JOIN queueing_queuesession link ON link.session_id = ticket.session_id
        WHERE link.queue_id IS DISTINCT FROM ticket.queue_id ORDER BY ticket.id
        """,
    ),
    Invariant(
        "a reprint comes after the slips before it",
        """
        SELECT concat('ticket ', ticket_id, ': ', count(*), ' reprints up to ', max(serial))
        FROM queueing_printjob WHERE serial > 0
        GROUP BY ticket_id HAVING count(*) <> max(serial) ORDER BY ticket_id
        """,
    ),
    history_ends_in_state(thing="ticket", table="queueing_ticket"),
    history_ends_in_state(thing="pause", table="queueing_pause"),
    history_ends_in_state(thing="alarm", table="queueing_alarm"),
    Invariant(
        "a paused room calls nobody",
        """
        SELECT concat('session ', call.session_id, ': call ', call.id, ' in its pause ', pause.id)
        FROM queueing_pause pause JOIN queueing_call call ON call.session_id = pause.session_id
        WHERE call.called_at > pause.began_at AND (pause.ended_at IS NULL OR call.called_at < pause.ended_at)
        ORDER BY call.id
        """,
    ),
    history_ends_in_state(thing="printjob", table="queueing_printjob"),
)
