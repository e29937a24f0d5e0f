"""Puts the gateway together: which address is answered by whom."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hospital.gateway.api import MerchantApi
from hospital.gateway.bank import Bank, Refusal
from hospital.gateway.courier import Courier
from hospital.gateway.keys import keys_ensure
from hospital.gateway.pages import Pages
from hospital.gateway.store import Store
from hospital.gateway.web import Request, Response, json_response

MERCHANT = "fenliu-demo"
FOLDER = "gateway"


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts; `handle` answers one request, `courier` carries the notices."""

    store: Store
    courier: Courier
    handle: Callable[[Request], Response]


def gateway(
    data_dir: Path,
    public_url: str,
    notify_allowed: Sequence[str],
    merchant_names: tuple[str, str],
    clock: Callable[[], float] = time.time,
    *,
    adopt: bool = False,
) -> Gateway:
    """Open (or begin) the gateway whose state lies under `data_dir`; `adopt` orders that it never saw."""
    folder = data_dir / FOLDER
    keys = keys_ensure(folder)
    store = Store(folder / "gateway.sqlite3")
    bank = Bank(store, MERCHANT, clock, adopt=adopt)
    api = MerchantApi(bank, keys, public_url, notify_allowed)
    pages = Pages(bank, merchant_names)
    courier = Courier(store, keys.private, clock)

    def handle(request: Request) -> Response:
        if request.path == "/healthz":
            return json_response(200, {"status": "ok"})
        if request.path.startswith("/v3/"):
            return api.handle(request)
        try:
            response = pages.handle(request)
        except Refusal as refusal:
            return json_response(refusal.status, {"code": refusal.code, "message": refusal.message})
        if request.method == "POST":
            courier.wake()
        return response

    return Gateway(store, courier, handle)
