"""The guarantees as queries: a clinic morning keeps them all, and each one broken by hand is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from analytics.selectors import invariants as analytics_invariants
from booking.models import Appointment, Payment
from booking.selectors import invariants as booking_invariants
from hospital.common.invariants import FLOOR
from queueing.selectors import invariants as queueing_invariants
from tests.hospital.clinic_day import (
    HISTORY_OF,
    KEYS,
    NIGHT,
    PAUSED,
    PLANNED,
    SOMEBODY,
    STOPPED,
    copy,
    day,
    execute,
    unguarded,
)
from tests.queueing.conftest import Morning, morning

__all__ = ["day", "morning"]

pytestmark = pytest.mark.django_db


def run() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_invariants", stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


@contextmanager
def undone() -> Iterator[None]:
    """The morning is afterwards as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


PRINTED = (
    "INSERT INTO queueing_printer (code, name, place, host, port, columns, encoding, enabled, created_at,"
    " failures, last_error) VALUES ('PRINTER2', 'Hall', '', 'h', 9100, 48, 'gb18030', true, '2026-11-02', 0, '');"
    "INSERT INTO queueing_printjob (code, printer_id, ticket_id, kind, serial, state, language, asked_at,"
    " asked_by, error) SELECT 'PRINTED23456', printer.id, ticket.id, 'slip', {}, 'queued', 'en', '2026-11-02', '', ''"
    " FROM queueing_printer printer, queueing_ticket ticket LIMIT 1"
)
BREAKS = {
    "whoever won a draw has the number, and nobody else": (
        (
            "INSERT INTO booking_drawrequest (code, session_id, slot_id, patient_id, state, asked_at)"
            " SELECT 'DRAW2345', session_id, slot_id, patient_id, 'won', held_at FROM booking_appointment LIMIT 1"
        ),
        "request DRAW2345 is won, its number missing",
    ),
    "no number can be booked before its session is drawn": (
        "UPDATE booking_clinicsession SET draw_ends_at = opens_at;UPDATE booking_slot SET bookable = true",
        "is not drawn yet",
    ),
    "every kept idempotency key has its answer": (
        KEYS + "VALUES ('patient:1', '/api/', 'k1', '', '2026-11-02')",
        "key k1 of patient:1",
    ),
    "every history row begins where the one before ended": (
        unguarded("hospital_statechange")
        + "UPDATE hospital_statechange SET from_state = 'seen' WHERE thing = 'appointment' AND verb = 'confirm'",
        'confirm from "seen" after "held"',
    ),
    "no job is done and leased at once": (
        "UPDATE hospital_job SET done_at = due_at, leased_until = due_at",
        "job ",
    ),
    "a slot counts exactly the appointments that take its numbers": (
        "UPDATE booking_slot SET booked = booked + 1 WHERE index = 1",
        "booked is 3, appointments 2",
    ),
    "no slot is oversold": (
        unguarded("booking_slot", "slot_is_never_oversold")
        + "UPDATE booking_slot SET quota = 1 WHERE index = 1",
        "2 booked, 0 withheld of 1",
    ),
    "a patient has at most one live appointment in a session": (
        unguarded("booking_appointment", "one_live_appointment_per_patient_and_session")
        + copy("booking_appointment", "state = 'held'", code="'TWICE0000000'"),
        "TWICE0000000",
    ),
    "an appointment is in the session of its slot": (
        copy(
            "booking_clinicsession",
            "true",
            code="'OTHER0000000'",
            letter="'ZZ'",
            opens_at="original.closes_at - interval '1 minute'",
        )
        + unguarded("booking_appointment")
        + "UPDATE booking_appointment SET session_id = (SELECT max(id) FROM booking_clinicsession)"
        " WHERE state = 'seen'",
        "its slot is of session",
    ),
    "numbers can be booked only in a released session": (
        "UPDATE booking_slot SET bookable = true WHERE index = 1",
        "its session is running",
    ),
    "an appointment that gave its number back says when": (
        "UPDATE booking_appointment SET ended_at = NULL WHERE state = 'expired'",
        "is expired",
    ),
    "an open session counts exactly the numbers that appointments take": (
        "UPDATE booking_clinicsession SET appointments_taken = 9",
        "appointments_taken is 9, appointments 4",
    ),
    "a session counts exactly its walk-ins": (
        "UPDATE booking_clinicsession SET walk_ins = 7",
        "walk_ins is 7, registered 2",
    ),
    "walk-ins never pass the session's number limit": (
        "UPDATE booking_clinicsession SET number_limit = 3",
        "limit 3",
    ),
    "nobody walks in before walk-in registration opens": (
        "UPDATE booking_walkin SET registered_at = '2026-11-01' WHERE state = 'registered'",
        "walk-in ",
    ),
    "every paid payment has a number, a refund, or a person who looks at it": (
        unguarded("booking_appointment")
        + "UPDATE booking_appointment SET state = 'expired' WHERE state = 'arrived'",
        "is paid, its number",
    ),
    "every appointment with a fee that stands was paid": (
        unguarded("booking_payment") + "UPDATE booking_payment SET state = 'failed' WHERE appointment_id ="
        " (SELECT id FROM booking_appointment WHERE state = 'seen')",
        "is seen and nothing was paid",
    ),
    "no number is paid for twice": (
        copy(
            "booking_payment",
            "state = 'paid'",
            code="'PAIDTWICE'",
            order_no="'PAIDTWICE'",
            transaction_id="'PAIDTWICE'",
        ),
        "PAIDTWICE are for one number",
    ),
    "what was paid is what was asked for, or a person decided": (
        "UPDATE booking_payment SET paid_fen = 1 WHERE state = 'paid'",
        "1 fen paid of",
    ),
    "a payment is refunded by exactly one refund of the same amount": (
        "UPDATE booking_refund SET amount_fen = 1",
        "refund 1 fen",
    ),
    "no more goes back after a transfer than was paid for the number": (
        (
            "INSERT INTO booking_feedifference (code, walk_in_id, amount_fen, settled_at)"
            " SELECT code, id, -fee_fen - 1, registered_at FROM booking_walkin LIMIT 1"
        ),
        "after transfers -5001 fen",
    ),
    "every refund on its way to a provider has a job": (
        "DELETE FROM hospital_job WHERE kind = 'refund.send'",
        "has no job",
    ),
    HISTORY_OF.format("clinicsession"): (
        unguarded("booking_clinicsession") + "UPDATE booking_clinicsession SET state = 'closed'",
        'is "closed", its history ends in "running"',
    ),
    HISTORY_OF.format("appointment"): (
        unguarded("booking_appointment")
        + "UPDATE booking_appointment SET state = 'booked' WHERE state = 'held'",
        'is "booked", its history ends in "held"',
    ),
    HISTORY_OF.format("walkin"): (
        unguarded("booking_walkin") + "UPDATE booking_walkin SET state = 'registered'",
        'its history ends in "cancelled"',
    ),
    HISTORY_OF.format("payment"): (
        unguarded("booking_payment")
        + "UPDATE booking_payment SET state = 'held_for_review' WHERE state = 'paid'",
        'is "held_for_review"',
    ),
    "a slot withholds exactly the returned numbers that are kept or offered": (
        "UPDATE booking_slot SET withheld = 1 WHERE index = 1",
        "withheld is 1, returned 0",
    ),
    "an offer is one number, offered to one patient": (
        (
            "INSERT INTO booking_waitlistentry (code, session_id, patient_id, state, joined_at, accept_by)"
            " SELECT code, session_id, patient_id, 'offered', held_at, held_at FROM booking_appointment LIMIT 1"
        ),
        "is offered, numbers offered: 0",
    ),
    "nobody waits and nothing is kept back once booking is over": (
        (
            "INSERT INTO booking_waitlistentry (code, session_id, patient_id, state, joined_at)"
            " SELECT code, session_id, patient_id, 'waiting', held_at FROM booking_appointment LIMIT 1"
        ),
        "is running: 1 wait, 0 slots keep numbers back",
    ),
    HISTORY_OF.format("waitlistentry"): (
        (
            "INSERT INTO booking_waitlistentry (code, session_id, patient_id, state, joined_at)"
            " SELECT code, session_id, patient_id, 'waiting', held_at FROM booking_appointment LIMIT 1"
        ),
        'is "waiting", its history ends in ""',
    ),
    HISTORY_OF.format("returnednumber"): (
        (
            "INSERT INTO booking_returnednumber (slot_id, state, returned_at, public_at)"
            " SELECT id, 'public', starts_at, starts_at FROM booking_slot LIMIT 1"
        ),
        'is "public", its history ends in ""',
    ),
    HISTORY_OF.format("drawrequest"): (
        (
            "INSERT INTO booking_drawrequest (code, session_id, slot_id, patient_id, state, asked_at)"
            " SELECT code, session_id, slot_id, patient_id, 'waiting', held_at FROM booking_appointment LIMIT 1"
        ),
        'is "waiting", its history ends in ""',
    ),
    "nobody with a number of a clinic that is being stopped is forgotten": (
        STOPPED.replace("'proposed'", "'applying'"),
        "does not list it",
    ),
    "whoever of a stopped clinic is settled has no number there any more": (
        STOPPED
        + "; INSERT INTO booking_stopcase (code, stop_id, appointment_id, state, choice, chosen_by, phone_note)"
        " SELECT 'CASE', stop.id, one.id, 'settled', '', '', '' FROM booking_stop stop, booking_appointment one"
        " WHERE one.state = 'arrived' LIMIT 1",
        "case CASE is settled, its number ",
    ),
    HISTORY_OF.format("stop"): (STOPPED, 'is "proposed", its history ends in ""'),
    HISTORY_OF.format("stopcase"): (
        STOPPED + "; INSERT INTO booking_stopcase"
        " (code, stop_id, appointment_id, state, choice, chosen_by, phone_note)"
        " SELECT appointment.code, stop.id, appointment.id, 'listed', '', '', ''"
        " FROM booking_stop stop, booking_appointment appointment LIMIT 1",
        'is "listed", its history ends in ""',
    ),
    HISTORY_OF.format("appeal"): (
        SOMEBODY
        + "INSERT INTO booking_appeal (code, appointment_id, account_id, text, state, answer, asked_at)"
        " SELECT appointment.code, appointment.id, account.id, '', 'open', '', held_at"
        " FROM booking_appointment appointment, hospital_user account LIMIT 1",
        'is "open", its history ends in ""',
    ),
    HISTORY_OF.format("datarequest"): (
        (
            "INSERT INTO booking_datarequest (code, kind, patient_id, state, answer, asked_at)"
            " SELECT code, 'deletion', id, 'open', '', created_at FROM booking_patient LIMIT 1"
        ),
        'is "open", its history ends in ""',
    ),
    "nothing points to a record that was merged": (
        (
            "UPDATE booking_patient SET merged_into_id = (SELECT max(id) FROM booking_patient)"
            " WHERE id = (SELECT min(patient_id) FROM booking_appointment)"
        ),
        "was merged and has an appointment",
    ),
    "an erased record names nobody": (
        "UPDATE booking_patient SET erased_at = created_at",
        "is erased and still has a document",
    ),
    "a ban counts only what its own patient missed or cancelled late": (
        (
            "INSERT INTO booking_ban (code, patient_id, reason, note, starts_at, ends_at, lift_reason)"
            " SELECT 'B', id, 'no_show', '', created_at, created_at + interval '1 day', ''"
            " FROM booking_patient LIMIT 1;"
            "UPDATE booking_appointment SET ban_id = (SELECT id FROM booking_ban) WHERE state = 'seen'"
        ),
        "is seen and counts for ban B",
    ),
    "a reprint comes after the slips before it": (PRINTED.format(2), "1 reprints up to 2"),
    HISTORY_OF.format("printjob"): (PRINTED.format(0), 'is "queued", its history ends in ""'),
    HISTORY_OF.format("ticket"): (
        unguarded("queueing_ticket") + "UPDATE queueing_ticket SET state = 'done' WHERE state = 'left'",
        'is "done", its history ends in "left"',
    ),
    HISTORY_OF.format("pause"): (
        PAUSED,
        'is "paused", its history ends in ""',
    ),
    HISTORY_OF.format("alarm"): (
        (
            "INSERT INTO queueing_alarm (code, session_id, room_id, state, raised_at, answered_by)"
            " SELECT 'A', id, room_id, 'raised', opens_at, '' FROM booking_clinicsession LIMIT 1"
        ),
        'is "raised", its history ends in ""',
    ),
    "a paused room calls nobody": (
        PAUSED,
        "in its pause",
    ),
    "queue numbers are given once": (
        unguarded("queueing_ticket", "one_ticket_per_queue_and_number")
        + "UPDATE queueing_ticket SET number = 1",
        "number 1 is on tickets",
    ),
    "a queue's next number is above all it gave": (
        "UPDATE queueing_queue SET next_number = 2",
        "next number is 2, given up to",
    ),
    "a room calls or serves one patient at a time": (
        unguarded("queueing_ticket", "one_patient_called_or_served_per_session")
        + "UPDATE queueing_ticket SET state = 'serving' WHERE state = 'done'",
        "tickets",
    ),
    "nobody is called again without having come back": (
        copy("queueing_call", "ticket_id IN (SELECT id FROM queueing_ticket WHERE state = 'done')"),
        "called 2 times, came back 0 times",
    ),
    "whoever is called or served was called by a row": (
        "UPDATE queueing_call SET undone_at = called_at",
        "was never called",
    ),
    "a number has at most one ticket": (
        unguarded("queueing_ticket", "one_ticket_per_walk_in")
        + copy(
            "queueing_ticket", "state = 'waiting' AND walk_in_id IS NOT NULL", code="'AGAIN'", number="99"
        ),
        "AGAIN are for one number",
    ),
    "whoever checked in has a ticket, and a live ticket a number": (
        unguarded("booking_appointment")
        + "UPDATE booking_appointment SET state = 'booked' WHERE state = 'arrived'",
        "is booked, its ticket waiting",
    ),
    "a cancelled walk-in waits no more": (
        unguarded("booking_walkin") + "UPDATE booking_walkin SET state = 'cancelled'",
        "is cancelled, its ticket",
    ),
    "a plan to review or in force has its slots and all its numbers": (
        PLANNED + "UPDATE analytics_planslot SET quota = 1",
        "plan PLAN56789012: 1 slots with 1 of 5 numbers",
    ),
    HISTORY_OF.format("quotaplan"): (PLANNED, 'is "proposed", its history ends in ""'),
    "a night that is over leaves no expert to be computed": (NIGHT, "zhao still waits"),
    HISTORY_OF.format("nightrun"): (NIGHT, 'is "complete", its history ends in ""'),
    "a ticket waits in the queue of its session": (
        "DELETE FROM queueing_queuesession",
        "its session calls from",
    ),
}


def test_a_clinic_morning_keeps_every_invariant(day: Morning) -> None:
    code, said = run()
    assert (code, said) == (0, f"All {len(BREAKS)} invariants hold.\n")
    assert {*Appointment.objects.values_list("state", flat=True)} >= {
        "held",
        "arrived",
        "seen",
        "cancelled",
        "expired",
    }
    assert {*Payment.objects.values_list("state", flat=True)} >= {"paid", "refunding", "refunded"}


def test_an_empty_hospital_keeps_every_invariant(db: None) -> None:
    assert run()[0] == 0


def test_every_invariant_has_a_test_that_breaks_it() -> None:
    known = [
        *FLOOR,
        *booking_invariants.INVARIANTS,
        *queueing_invariants.INVARIANTS,
        *analytics_invariants.INVARIANTS,
    ]
    assert sorted(each.name for each in known) == sorted(BREAKS)


def test_what_breaks_is_named_in_words_and_the_exit_is_1(day: Morning, subtests: pytest.Subtests) -> None:
    for name, (sql, words) in BREAKS.items():
        with subtests.test(name), undone():
            execute(sql)
            code, said = run()
            assert code == 1
            assert f"BROKEN: {name}\n" in said
            broken = said.split(f"BROKEN: {name}\n")[1].split("BROKEN: ")[0]
            assert words in broken


def test_only_the_first_rows_are_listed(day: Morning) -> None:
    execute(KEYS + "SELECT 'patient:1', '/api/', 'k' || n, '', '2026-11-02' FROM generate_series(1, 30) AS n")
    _code, said = run()
    assert said.count("has no answer") == 20
    assert "  and more\n" in said
