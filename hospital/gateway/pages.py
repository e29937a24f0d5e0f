"""The pages that people see: the pay page, its result, and the index that explains the failure modes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from hospital.gateway.bank import Bank, Refusal
from hospital.gateway.modes import BY_FEN, DEFAULT_SECONDS, Mode, Switch
from hospital.gateway.store import Order
from hospital.gateway.web import Request, Response, json_response
from hospital.gateway.words import EN, MODES, STATES, WORDS, ZH, language_of, say

PAY_PATH = re.compile(r"/pay/([A-Za-z0-9_-]{20,64})")
CSS = Path(__file__).with_name("gateway.css").read_bytes()
CHINA = timezone(timedelta(hours=8))
ROWS = 20
SECONDS_MAX = 3600
COUNT_MAX = 1000
STATUS_OF = {"paid": 200, "refused": 200, "closed": 410}


class Pages:
    """Answers browsers; `merchant_name` is what people read as the payee."""

    def __init__(self, bank: Bank, merchant_name: str) -> None:
        self._bank, self._merchant_name = bank, merchant_name

    def handle(self, request: Request) -> Response:
        language = language_of(
            request.parameters().get("lang", ""), request.headers.get("accept-language", "")
        )
        if request.path == "/gateway.css" and request.method in {"GET", "HEAD"}:
            return Response(200, CSS, {"Content-Type": "text/css", "Cache-Control": "max-age=3600"})
        if request.path == "/" and request.method in {"GET", "HEAD"}:
            return self._index(language)
        if request.path == "/sandbox/mode" and request.method == "POST":
            return self._mode(request, language)
        if (found := PAY_PATH.fullmatch(request.path)) and request.method in {"GET", "HEAD", "POST"}:
            order = self._bank.store.order_by_token(found[1])
            if order is not None:
                return self._pay(request, self._bank.current(order), language)
        title, more = say(WORDS["unknown"], language), say(WORDS["unknown_more"], language)
        return _page(404, title, _result("bad", title, more, ""), language, request.path)

    def _pay(self, request: Request, order: Order, language: str) -> Response:
        if request.method == "POST":
            if _foreign(request):
                raise Refusal(403, "FORBIDDEN", "This form was sent from another site.")
            order = self._bank.pay(order, accept=request.form().get("decision") == "pay")
            if order.state == "closed":
                return self._outcome(order, language, request.path)
            return Response(303, b"", {"Location": order.return_url, "Cache-Control": "no-store"})
        if order.state != "unpaid":
            return self._outcome(order, language, request.path)
        return self._form(order, language, request.path)

    def _form(self, order: Order, language: str, path: str) -> Response:
        until = datetime.fromtimestamp(order.expires_at, UTC).astimezone(CHINA).strftime("%H:%M:%S")
        rows = [
            ("pay_to", self._merchant_name),
            ("item", order.description),
            ("order", order.out_trade_no),
            ("pay_by", until),
        ]
        listed = "".join(
            f"<div><dt>{_say(key, language)}</dt><dd>{escape(text)}</dd></div>" for key, text in rows
        )
        price = yuan(order.amount_fen)
        body = f"""
<p class="amount"><span>{_say("amount", language)}</span><strong>{price}</strong></p>
<dl>{listed}</dl>
<form method="post" action="{escape(path)}?lang={language}">
  <button name="decision" value="pay" class="main">{_say("pay", language)} {price}</button>
  <button name="decision" value="refuse" class="quiet">{_say("refuse", language)}</button>
</form>"""
        title = f"{say(WORDS['pay'], language)} {price}"
        return _page(200, title, body, language, path, form_action=origin(order.return_url))

    def _outcome(self, order: Order, language: str, path: str) -> Response:
        title, more = say(WORDS[order.state], language), say(WORDS[f"{order.state}_more"], language)
        link = f'<a class="main" href="{escape(order.return_url)}">{_say("back", language)}</a>'
        kind = "good" if order.state == "paid" else "bad"
        return _page(STATUS_OF[order.state], title, _result(kind, title, more, link), language, path)

    def _mode(self, request: Request, language: str) -> Response:
        if _foreign(request):
            return json_response(
                403, {"code": "FORBIDDEN", "message": "This form was sent from another site."}
            )
        is_json = request.headers.get("content-type", "").startswith("application/json")
        switch = _switch(request)
        if switch is None:
            return json_response(
                400, {"code": "PARAM_ERROR", "message": "mode, seconds or count is not possible."}
            )
        self._bank.store.switch_set(switch)
        if is_json:
            said = {"mode": switch.mode.value, "seconds": switch.seconds, "count": switch.count}
            return json_response(200, said)
        return Response(303, b"", {"Location": f"/?lang={language}"})

    def _index(self, language: str) -> Response:
        switch = self._bank.store.switch()
        failures = "".join(
            f"<tr><td>…{digits:02}</td><td>{escape(say(MODES[mode], language))}</td><td><code>{mode.value}</code></td></tr>"
            for digits, mode in BY_FEN.items()
        )
        options = "".join(
            f'<option value="{mode.value}"{" selected" if mode is switch.mode else ""}>'
            f"{escape(say(MODES[mode], language))}</option>"
            for mode in Mode
        )
        body = f"""
<h1>{_say("brand", language)}</h1>
<h2>{_say("switch", language)}</h2>
<p>{_say("switch_now", language)}: <strong>{escape(say(MODES[switch.mode], language))}</strong></p>
<form method="post" action="/sandbox/mode?lang={language}" class="switch">
  <label>{_say("failure", language)}<select name="mode">{options}</select></label>
  <label>{_say("seconds", language)}<input name="seconds" inputmode="numeric" value="{switch.seconds}"></label>
  <label>{_say("count", language)}<input name="count" inputmode="numeric" value="{switch.count or ""}"></label>
  <button class="main">{_say("set", language)}</button>
</form>
<h2>{_say("how", language)}</h2>
<p>{_say("how_more", language)}</p>
<div class="wide"><table><tr><th>{_say("digits", language)}</th><th>{_say("failure", language)}</th><th>mode</th></tr>
{failures}</table></div>
{self._latest(language)}
<pre>POST /sandbox/mode {{"mode": "late", "seconds": 30, "count": 1}}</pre>"""
        return _page(200, say(WORDS["brand"], language), body, language, "/")

    def _latest(self, language: str) -> str:
        orders = "".join(
            f"<tr><td>{escape(order.out_trade_no)}</td><td>{yuan(order.amount_fen)}</td>"
            f"<td>{escape(say(STATES[order.state], language))}</td></tr>"
            for order in self._bank.store.orders_latest(ROWS)
        )
        notices = "".join(
            f"<tr><td>{notice.notice_id[:12]}</td><td>{notice.attempts}</td><td>{notice.last_status or '–'}</td></tr>"
            for notice in self._bank.store.notices_latest(ROWS)
        )
        none = f'<tr><td colspan="3">{_say("none", language)}</td></tr>'
        return f"""
<h2>{_say("orders", language)}</h2>
<div class="wide"><table><tr><th>{_say("order", language)}</th><th>{_say("amount", language)}</th>
<th>{_say("state", language)}</th></tr>{orders or none}</table></div>
<h2>{_say("notices", language)}</h2>
<div class="wide"><table><tr><th>id</th><th>{_say("attempts", language)}</th><th>{_say("answer", language)}</th></tr>
{notices or none}</table></div>"""


def yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02}"


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _say(key: str, language: str) -> str:
    return escape(say(WORDS[key], language))


def _result(kind: str, title: str, more: str, link: str) -> str:
    return f'<div class="result {kind}"><h1>{escape(title)}</h1><p>{escape(more)}</p></div>{link}'


def _foreign(request: Request) -> bool:
    """A browser says from which site a form was sent; other clients say nothing."""
    sent_from = request.headers.get("origin")
    return sent_from is not None and urlsplit(sent_from).netloc != request.headers.get("host")


def _switch(request: Request) -> Switch | None:
    import json

    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            data = json.loads(request.body)
        except (ValueError, RecursionError):
            return None
    else:
        data = request.form()
    try:
        mode = Mode(data["mode"])
        seconds = int(data.get("seconds") or DEFAULT_SECONDS)
        count = int(data["count"]) if data.get("count") else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not 0 <= seconds <= SECONDS_MAX or not (count is None or 1 <= count <= COUNT_MAX):
        return None
    return Switch(mode, seconds, count)


def _page(status: int, title: str, body: str, language: str, path: str, form_action: str = "") -> Response:
    other = ZH if language == EN else EN
    html = f"""<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/gateway.css"></head>
<body>
<header><span>{_say("brand", language)}</span>
<a href="{escape(path)}?lang={other}" lang="{other}" hreflang="{other}">{_say("other_language", language)}</a></header>
<main>{body}
<p class="demo">{_say("notice", language)}</p></main>
</body></html>"""
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_action}"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy.strip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, html.encode(), headers)
