"""What booked patients usually waited in each slot of the week, handed to booking by the night."""

from datetime import date, time
from pathlib import Path

import pytest

from analytics.selectors.history import ALL_WEEKDAYS
from analytics.services.waits import usual_waits_hand_over
from booking.models import UsualWait
from tests import factories
from tests.analytics.conftest import import_visits, visit, written

pytestmark = pytest.mark.django_db
SUNDAY, MONDAY = "2018-11-04", "2018-11-05"


def booked(number: int, day: str, hour: int, called_min: int) -> dict[str, str]:
    """A booked patient of a night clinic from Sunday 22:00 to Monday 02:00 who checked in early."""
    return visit(
        session_date=SUNDAY,
        opens_at=f"{SUNDAY} 22:00",
        closes_at=f"{MONDAY} 02:00",
        walk_in_opens_at=f"{SUNDAY} 21:00",
        patient_ref=f"{day} {number}",
        channel="appointment",
        registered_at="2018-11-01 10:00",
        slot_starts_at=f"{day} {hour:02}:00",
        checked_in_at=f"{SUNDAY} 21:30",
        called_at=f"{day} {hour:02}:{called_min:02}",
        started_at=f"{day} {hour:02}:{called_min:02}",
        finished_at=f"{day} {hour:02}:{called_min + 1:02}",
    )


def test_slots_after_midnight_belong_to_the_next_weekday_and_few_patients_are_not_told(
    tmp_path: Path,
) -> None:
    expert = factories.expert(code="zhou")
    rows = [booked(number, SUNDAY, 22, 5 * number) for number in range(11)]
    rows += [booked(number, MONDAY, 0, number) for number in range(11)]
    rows += [booked(number, MONDAY, 1, number) for number in range(9)]
    import_visits(written(tmp_path / "night.csv", rows))
    given = {"as_of": date(2018, 11, 6), "weeks": 13}
    assert usual_waits_hand_over(wanted={"zhou": ALL_WEEKDAYS}, **given) == 2
    known = UsualWait.objects.order_by("weekday").values_list(
        "expert", "weekday", "starts_at", "p20_min", "p80_min", "n"
    )
    assert list(known) == [(expert.pk, 1, time(0), 2, 8, 11), (expert.pk, 7, time(22), 10, 40, 11)]
    assert usual_waits_hand_over(wanted={"zhou": frozenset({1})}, **given) == 1, "the clinic passes into it"
    assert usual_waits_hand_over(wanted={"zhou": frozenset({7})}, **given) == 2, "and out of this one"
    assert UsualWait.objects.count() == 2


def test_a_clinic_that_seldom_passes_midnight_keeps_the_figures_of_its_other_evenings(tmp_path: Path) -> None:
    factories.expert(code="zhou")
    early = {
        "session_date": "2018-10-28",
        "opens_at": "2018-10-28 22:00",
        "walk_in_opens_at": "2018-10-28 21:00",
    }
    evening = {"slot_starts_at": "2018-10-28 22:00", "checked_in_at": "2018-10-28 21:30"}
    called = {
        "called_at": "2018-10-28 22:50",
        "started_at": "2018-10-28 22:50",
        "finished_at": "2018-10-28 22:55",
    }
    short = {
        **early,
        **evening,
        **called,
        "closes_at": "2018-10-28 23:30",
        "registered_at": "2018-10-20 10:00",
    }
    rows = [{**booked(number, SUNDAY, 22, 10), **short, "patient_ref": f"e{number}"} for number in range(20)]
    rows += [booked(number, SUNDAY, 22, 10) for number in range(10)]
    rows += [booked(number, MONDAY, 0, number) for number in range(11)]
    import_visits(written(tmp_path / "night.csv", rows))
    for weekdays in (ALL_WEEKDAYS, frozenset({1})):
        usual_waits_hand_over(wanted={"zhou": weekdays}, as_of=date(2018, 11, 6), weeks=13)
        assert UsualWait.objects.get(weekday=7).n == 30
