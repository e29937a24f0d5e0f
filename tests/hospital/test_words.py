"""How values read on pages."""

import pytest

from hospital.templatetags.fenliu import spaced_phone, without_address


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            "请在11月28日前选择换号或退费：http://h/stopped/K/ 不选则全额退费。",
            "请在11月28日前选择换号或退费。不选则全额退费。",
        ),
        ("Pay before 10:30: https://h/pay/K/", "Pay before 10:30."),
        ("%: 10:00–11:00", "%: 10:00–11:00"),
    ],
)
def test_a_message_with_a_link_of_its_own_shows_no_address(told: str, shown: str) -> None:
    assert without_address(told) == shown


def test_a_phone_number_reads_as_it_is_dialled() -> None:
    assert spaced_phone("+8613812345678") == "138 1234 5678"
    assert spaced_phone("+441632960000") == "+441632960000"
