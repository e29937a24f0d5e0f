"""The pages that people see: the pay page, its result, and the index that explains the failure modes."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from hospital.gateway.bank import Bank, Refusal
from hospital.gateway.html import View, origin, page, pairs, result, table, yuan
from hospital.gateway.modes import BY_FEN, DEFAULT_SECONDS, Mode, Switch
from hospital.gateway.store import Order
from hospital.gateway.web import Request, Response, json_response
from hospital.gateway.words import MODES, STATES, WORDS, language_of, say

PAYER_COOKIE = re.compile(r"(?:^|; )payer=([0-9a-f]{16})(?:;|$)")
PAY_PATH = re.compile(r"/pay/([A-Za-z0-9_-]{20,64})")
CSS = Path(__file__).with_name("gateway.css").read_bytes()
CHINA = timezone(timedelta(hours=8))
ROWS = 20
SECONDS_MAX = 3600
COUNT_MAX = 1000
STATUS_OF = {"paid": 200, "refused": 200, "closed": 410}


class Pages:
    """Answers browsers; `merchant_names` (Chinese, English) are what people read as the payee."""

    def __init__(self, bank: Bank, merchant_names: tuple[str, str]) -> None:
        self._bank, self._merchant_names = bank, merchant_names

    def handle(self, request: Request) -> Response:
        """Answer one request of a browser."""
        accepted = request.headers.get("accept-language", "")
        view = View(language_of(request.parameters().get("lang", ""), accepted), request.path)
        reads = request.method in {"GET", "HEAD"}
        if request.path == "/gateway.css" and reads:
            return Response(200, CSS, {"Content-Type": "text/css", "Cache-Control": "max-age=3600"})
        if request.path == "/" and reads:
            return self._index(view)
        if request.path == "/sandbox/mode" and request.method == "POST":
            return self._mode(request, view)
        found = PAY_PATH.fullmatch(request.path)
        order = self._bank.store.order_by_token(found[1]) if found else None
        if order is None or not (reads or request.method == "POST"):
            return page(
                view, say(WORDS["unknown"], view.language), result(view, "bad", "unknown"), status=404
            )
        order = self._bank.current(order)
        if request.method == "POST":
            return self._decide(request, order, view)
        return self._form(order, view) if order.state == "unpaid" else self._outcome(order, view)

    def _decide(self, request: Request, order: Order, view: View) -> Response:
        _refuse_foreign(request)
        payer = _payer(request)
        order = self._bank.pay(order, accept=request.form().get("decision") == "pay", payer=payer)
        if order.state == "closed":
            return self._outcome(order, view)
        known = f"payer={payer}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
        headers = {"Location": order.return_url, "Cache-Control": "no-store", "Set-Cookie": known}
        return Response(303, b"", headers)

    def _form(self, order: Order, view: View) -> Response:
        until = datetime.fromtimestamp(order.expires_at, UTC).astimezone(CHINA).strftime("%H:%M:%S")
        price = yuan(order.amount_fen)
        listed = pairs(
            [
                (view.word("pay_to"), say(self._merchant_names, view.language)),
                (view.word("item"), order.description),
                (view.word("order"), order.out_trade_no),
                (view.word("pay_by"), until),
            ]
        )
        body = f"""
<h1 class="amount"><span>{view.word("amount")}</span><strong>{price}</strong></h1>
{listed}
<form method="post" action="{escape(view.path)}?lang={view.language}">
  <button name="decision" value="pay" class="main">{view.word("pay")} {price}</button>
  <button name="decision" value="refuse" class="quiet">{view.word("refuse")}</button>
</form>"""
        title = f"{say(WORDS['pay'], view.language)} {price}"
        return page(view, title, body, form_action=origin(order.return_url))

    def _outcome(self, order: Order, view: View) -> Response:
        title = say(WORDS[order.state], view.language)
        body = result(view, "good" if order.state == "paid" else "bad", order.state, order.return_url)
        return page(view, title, body, status=STATUS_OF[order.state])

    def _mode(self, request: Request, view: View) -> Response:
        _refuse_foreign(request)
        is_json = request.headers.get("content-type", "").startswith("application/json")
        switch = _switch(request, is_json)
        self._bank.store.switch_set(switch)
        if is_json:
            said = {"mode": switch.mode.value, "seconds": switch.seconds, "count": switch.count}
            return json_response(200, said)
        return Response(303, b"", {"Location": f"/?lang={view.language}"})

    def _index(self, view: View) -> Response:
        switch, none = self._bank.store.switch(), view.word("none")
        options = "".join(
            f'<option value="{mode.value}"{" selected" if mode is switch.mode else ""}>'
            f"{view.pair(MODES[mode])}</option>"
            for mode in Mode
        )
        failures = [
            (f"…{fen:02}", say(MODES[mode], view.language), mode.value) for fen, mode in BY_FEN.items()
        ]
        orders = [
            (order.out_trade_no, yuan(order.amount_fen), say(STATES[order.state], view.language))
            for order in self._bank.store.orders_latest(ROWS)
        ]
        notices = [
            (notice.notice_id[:12], str(notice.attempts), str(notice.last_status or "–"))
            for notice in self._bank.store.notices_latest(ROWS)
        ]
        body = f"""
<h1>{view.word("brand")}</h1>
<h2>{view.word("switch")}</h2>
<p>{view.word("switch_now")}: <strong>{view.pair(MODES[switch.mode])}</strong></p>
<form method="post" action="/sandbox/mode?lang={view.language}" class="switch">
  <label>{view.word("failure")}<select name="mode">{options}</select></label>
  <label>{view.word("seconds")}<input name="seconds" inputmode="numeric" value="{switch.seconds}"></label>
  <label>{view.word("count")}<input name="count" inputmode="numeric" value="{switch.count or ""}"></label>
  <button class="main">{view.word("set")}</button>
</form>
<h2>{view.word("how")}</h2>
<p>{view.word("how_more")}</p>
{table(view.word("how"), [view.word("digits"), view.word("failure"), "mode"], failures, none)}
<h2>{view.word("orders")}</h2>
{table(view.word("orders"), [view.word("order"), view.word("amount"), view.word("state")], orders, none)}
<h2>{view.word("notices")}</h2>
{table(view.word("notices"), [view.word("number"), view.word("attempts"), view.word("answer")], notices, none)}
<pre>POST /sandbox/mode {{"mode": "late", "seconds": 30, "count": 1}}</pre>"""
        return page(view, say(WORDS["brand"], view.language), body)


def _payer(request: Request) -> str:
    """Who pays: one payer a browser, as a wallet is one payer a person."""
    found = PAYER_COOKIE.search(request.headers.get("cookie", ""))
    return found[1] if found else secrets.token_hex(8)


def _refuse_foreign(request: Request) -> None:
    """A browser says from which site a form was sent; other clients say nothing."""
    sent_from = request.headers.get("origin")
    if sent_from is not None and urlsplit(sent_from).netloc != request.headers.get("host"):
        raise Refusal(403, "FORBIDDEN", "This form was sent from another site.")


def _switch(request: Request, is_json: bool) -> Switch:
    wrong = Refusal(400, "PARAM_ERROR", "mode, seconds or count is not possible.")
    try:
        data: Mapping[str, object] = json.loads(request.body) if is_json else request.form()
        mode = Mode(str(data["mode"]))
        seconds = int(str(data.get("seconds") or DEFAULT_SECONDS))
        count = int(str(data["count"])) if data.get("count") else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise wrong from None
    if not 0 <= seconds <= SECONDS_MAX or not (count is None or 1 <= count <= COUNT_MAX):
        raise wrong
    return Switch(mode, seconds, count)
