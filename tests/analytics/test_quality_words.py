"""How fast sessions fade and when the expert begins, in words."""

import pytest
from django.utils import translation

from analytics.cards.quality import fading_label, first_start_label
from analytics.models import QuotaPlan


@pytest.mark.parametrize(
    ("half_lives", "said"),
    [
        ([None, None], "all sessions count alike"),
        ([1.0, 1.0], "half after 1 week"),
        ([4.0, 4.0], "half after 4 weeks"),
        ([2.0, 8.0], "half after 2 to 8 weeks, by the hour of day"),
        ([1.0, None], "half after 1 week or more, by the hour of day"),
        ([], "all sessions count alike"),
    ],
)
def test_how_fast_sessions_fade(half_lives: list[float | None], said: str) -> None:
    with translation.override("en"):
        assert said in fading_label(QuotaPlan(quality={"half_lives_weeks": half_lives}))


def test_when_the_expert_begins_with_and_without_an_interval() -> None:
    early = QuotaPlan(quality={"first_start_min": -4.6, "first_start_interval_min": [-9.0, -0.3]})
    once = QuotaPlan(quality={"first_start_min": 48.0, "first_start_interval_min": None})
    with translation.override("en"):
        assert first_start_label(once) == "The expert first calls 48 min after the opening on average."
        assert "5 min before the opening on average (−9 to 0 min after it)" in first_start_label(early)
        assert first_start_label(QuotaPlan()) == ""
