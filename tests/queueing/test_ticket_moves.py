"""Generated from the state table: every listed move works, every other is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from hospital.common import history
from hospital.common.errors import IllegalTransition
from queueing import services
from queueing.domain import errors
from queueing.domain.states import STATES, TICKET, UNDOABLE, VERBS
from queueing.models import Queue, Ticket
from tests.queueing.conftest import Morning

Act = Callable[[Morning, Ticket], object]


def _call(morning: Morning, ticket: Ticket) -> Ticket:
    """The only way to call is to call the next; another than ``ticket`` means that it could not be called."""
    called = morning.call()
    if called != ticket:
        raise IllegalTransition(state=ticket.state, verb="call")
    return called


def _transfer(morning: Morning, ticket: Ticket) -> Ticket:
    from tests import factories

    doctor = factories.expert("qian", department="derma")
    target = factories.session(morning.session.date, now=morning.now(), doctor=doctor)
    return services.ticket_transfer(
        code=ticket.code, target_session_code=target.code, actor=morning.doctor, now=morning.now()
    )


DO: dict[str, Act] = {
    "call": _call,
    "start": lambda m, t: m.do("start", t),
    "pass": lambda m, t: m.do("pass", t),
    "recall": lambda m, t: m.do("recall", t),
    "return": lambda m, t: m.do("return", t),
    "finish": lambda m, t: m.do("finish", t),
    "leave": lambda m, t: m.do("leave", t),
    "cancel": lambda m, t: m.do("cancel", t, actor=m.desk, reason="test"),
    "transfer": _transfer,
}

WAY_TO: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "called": ("call",),
    "serving": ("call", "start"),
    "passed": ("call", "pass"),
    "done": ("call", "start", "finish"),
    "left": ("leave",),
    "cancelled": ("cancel",),
    "transferred": ("transfer",),
}


def in_state(morning: Morning, state: str) -> Ticket:
    """A walk-in's ticket brought into ``state`` through the services, two minutes after the last step."""
    ticket = morning.walk_in("07:10")
    morning.now.at("08:00")
    for verb in WAY_TO[state]:
        DO[verb](morning, ticket)
        morning.now.advance(minutes=2)
    ticket.refresh_from_db()
    assert ticket.state == state
    return ticket


def test_every_verb_and_state_of_the_table_is_tried() -> None:
    assert set(DO) == set(VERBS)
    assert set(WAY_TO) == set(STATES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_move_works_if_and_only_if_the_table_lists_it(morning: Morning, state: str, verb: str) -> None:
    ticket = in_state(morning, state)
    moves = history.of(ticket).count()
    revision = Queue.objects.get(pk=ticket.queue_id).revision
    if (state, verb) in TICKET:
        DO[verb](morning, ticket)
        ticket.refresh_from_db()
        assert ticket.state == TICKET[state, verb]
        written = history.of(ticket).last()
        assert written is not None
        assert (written.verb, written.from_state, written.to_state) == (verb, state, ticket.state)
        assert history.of(ticket).count() == moves + 1
        assert Queue.objects.get(pk=ticket.queue_id).revision == revision + 1
        return
    with pytest.raises((IllegalTransition, errors.NobodyWaiting, errors.PendingCall)):
        DO[verb](morning, ticket)
    ticket.refresh_from_db()
    assert ticket.state == state
    assert history.of(ticket).count() == moves
    assert Queue.objects.get(pk=ticket.queue_id).revision == revision


LISTED = {(start, end) for (start, _verb), end in TICKET.items() if start is not None}
BACK = {(end, start) for (start, verb), end in TICKET.items() if start is not None and verb in UNDOABLE}


@pytest.mark.django_db
@pytest.mark.parametrize("start", STATES)
def test_the_database_itself_refuses_every_move_that_is_not_listed(morning: Morning, start: str) -> None:
    ticket = in_state(morning, start)
    rows = Ticket.objects.filter(pk=ticket.pk)
    for end in STATES:
        if end == start:
            continue
        for undos, legal in ((0, LISTED), (1, BACK)):
            facts = {
                "called_session": morning.session,
                "called_at": morning.now(),
                "undos": ticket.undos + undos,
            }
            if (start, end) in legal:
                with transaction.atomic():
                    rows.update(state=end, **facts)
                    transaction.set_rollback(True)
            else:
                with pytest.raises(IntegrityError, match="illegal move"), transaction.atomic():
                    rows.update(state=end, **facts)
