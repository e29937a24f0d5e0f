"""WeChat Pay and Alipay on sockets of this machine, and a number that Lin is about to pay through them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from booking import services
from booking.models import Appointment, ClinicSession, Payment
from booking.providers import registry
from hospital.common.actor import Actor
from tests.booking.conftest import cast, tomorrow
from tests.booking.providers.alipay import AlipayGate
from tests.booking.providers.gateway import Gate
from tests.booking.providers.wechat import WeChatGate
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

__all__ = ["cast", "tomorrow"]


@pytest.fixture(params=[WeChatGate, AlipayGate], ids=["wechat", "alipay"])
def gate(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The gateway, and the product set up for it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: Gate = request.param()
    with made.serving():
        options = dict(made.options)  # type: ignore[attr-defined]
        options.pop("name")
        place = f"{type(made.client).__module__}.{type(made.client).__name__}"
        settings.PAYMENT_PROVIDERS = {made.name: {"class": place, **options}}  # type: ignore[attr-defined]
        registry._made.cache_clear()
        yield made
        registry._made.cache_clear()


class Till:
    """What a test does with a payment: open the page, pay, let notices come."""

    def __init__(self, gate: Any, appointment: Appointment, cast: Cast, now: VirtualClock) -> None:
        self.gate, self.appointment, self.cast, self.now = gate, appointment, cast, now
        self.payment: Payment = services.payment_create(
            appointment_id=appointment.pk, provider_name=gate.name, actor=Actor.of(cast.lin), now=now()
        )
        self.url = self.page()
        if gate.name == "alipay":
            gate.open_page(self.url)
        self.no = self.payment.order_no

    def page(self) -> str:
        return services.payment_pay_url(payment_code=self.payment.code, now=self.now())

    def notify(self, client: Client | None = None, **flaws: Any) -> Any:
        headers, body, kind = self.gate.notice(self.no, **flaws)
        path = f"/api/v1/payments/{self.gate.name}/notify/"
        return (client or Client()).post(path, body, content_type=kind, headers=headers)

    def paid(self) -> None:
        self.gate.bank.pay(self.no)
        assert self.notify().status_code == 200

    @property
    def state(self) -> tuple[str, str]:
        """Of the number and of its first payment."""
        return Appointment.objects.get(pk=self.appointment.pk).state, Payment.objects.get(
            pk=self.payment.pk
        ).state


@pytest.fixture
def till(gate: Gate, cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Till:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    return Till(gate, held, cast, now)
