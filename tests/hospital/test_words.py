"""How values read on pages."""

import json
from datetime import timedelta

import pytest
from django.utils import translation

from booking.domain.errors import NotReleased
from hospital.common import clock
from hospital.common.api import refused, translated
from hospital.common.errors import IllegalTransition
from hospital.common.words import spaced_phone
from hospital.templatetags.fenliu import qr_picture, without_address
from tests.clock import VirtualClock


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


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Numbers for this session open tomorrow 07:00."), ("zh-hans", "这场的号明天 07:00 放出。")],
)
def test_a_refusal_names_a_moment_by_the_hospitals_clock(now: VirtualClock, language: str, said: str) -> None:
    refusal = NotReleased(at=now() + timedelta(hours=23))
    with translation.override(language):
        assert translated(refusal) == said
    answer = refused(refusal)
    assert json.loads(answer.content)["at"] == clock.stated(now() + timedelta(hours=23))


def test_a_refusal_names_the_state_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert (
            translated(IllegalTransition(state="no_show", verb="cancel"))
            == "现在不能这样做：状态已经是“爽约”。"
        )
    with translation.override("en"):
        assert "“no show”" in translated(IllegalTransition(state="no_show", verb="cancel"))


def test_a_code_to_scan_can_be_kept_as_a_picture() -> None:
    assert qr_picture("weixin://wxpay/bizpayurl?pr=AbCdEf1zz").startswith("data:image/png;base64,")
