"""Alipay as a merchant meets it: checks every request's RSA2 signature, signs every answer and notice."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from booking.providers.alipay import AlipayProvider
from tests.booking.providers.gateway import (
    CLIENT_PATIENCE_S,
    Answer,
    Gate,
    Held,
    fits,
    pair,
    private_pem,
    public_pem,
    sign,
)

APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"
BEIJING = ZoneInfo("Asia/Shanghai")
STATES = {"unpaid": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}
OK = {"code": "10000", "msg": "Success"}


def failed(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "…"}


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


class AlipayGate(Gate):
    """One app's corner of Alipay."""

    name = "alipay"

    @property
    def client(self) -> AlipayProvider:
        return AlipayProvider(**self.options)

    @property
    def options(self) -> dict[str, Any]:
        return {
            "name": "alipay",
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "private_key": private_pem("merchant"),
            "public_key": public_pem("alipay"),
            "url": f"{self.url}/gateway.do",
            "timeout_s": CLIENT_PATIENCE_S,
        }

    def open_page(self, url: str) -> Held:
        """A payer opens the signed page: only now does the order exist."""
        fields = dict(parse_qsl(urlsplit(url).query))
        assert self._genuine(fields), "Alipay shows an error page instead"
        data = json.loads(fields["biz_content"])
        fen = round(float(data["total_amount"]) * 100)
        return self.bank.orders.setdefault(
            data["out_trade_no"], Held(data["out_trade_no"], fen, fields["notify_url"])
        )

    def _genuine(self, fields: dict[str, str]) -> bool:
        signature = fields.pop("sign", "")
        signed = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
        stamp = datetime.strptime(fields["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        fresh = abs(self.bank.now() - stamp.timestamp()) < 300
        return fresh and fields["app_id"] == APP_ID and fits(pair("merchant").public_key(), signed, signature)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        if target.startswith("/download"):
            return Answer(200, self.bill, {"Content-Type": "application/zip"})
        fields = dict(parse_qsl(urlsplit(target).query))
        call = fields["method"]
        if self._genuine(fields):
            said = self._decide(call, json.loads(fields.get("biz_content") or "{}"))
        else:
            said = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
        inside = json.dumps(said, ensure_ascii=False)
        key = pair("stranger" if self.bank.forged_answers else "alipay")
        content = f'{{"{call.replace(".", "_")}_response":{inside},"sign":"{sign(key, inside)}"}}'
        return Answer(200, content.encode(), {"Content-Type": "text/html;charset=utf-8"})

    def _decide(self, call: str, data: dict[str, Any]) -> dict[str, Any]:
        if call == "alipay.data.dataservice.bill.downloadurl.query":
            return OK | {"bill_download_url": f"{self.url}/download?token=t"}
        if call == "alipay.trade.precreate":
            fen = round(float(data["total_amount"]) * 100)
            self.bank.orders.setdefault(data["out_trade_no"], Held(data["out_trade_no"], fen))
            return OK | {"qr_code": f"https://qr.alipay.com/{data['out_trade_no']}"}
        order = self.bank.orders.get(data["out_trade_no"])
        if order is None:
            return failed("ACQ.TRADE_NOT_EXIST")
        if call == "alipay.trade.query":
            return OK | {
                "out_trade_no": order.number,
                "trade_no": order.transaction,
                "trade_status": STATES[order.state],
                "total_amount": yuan(order.fen),
                "buyer_user_id": order.payer if order.state == "paid" else "",
            }
        if call == "alipay.trade.close":
            if order.state == "paid":
                return failed("ACQ.TRADE_STATUS_ERROR")
            order.state = "closed"
            return OK | {"out_trade_no": order.number}
        if call == "alipay.trade.refund":
            return self._refund(order, data)
        if call == "alipay.trade.fastpay.refund.query":
            back = self.bank.refunds.get(data["out_request_no"])
            if back is None or back.state != "done":
                return dict(OK)
            return OK | {"refund_status": "REFUND_SUCCESS", "refund_amount": yuan(back.fen)}
        raise AssertionError(call)

    def _refund(self, order: Held, data: dict[str, Any]) -> dict[str, Any]:
        before = data["out_request_no"] in self.bank.refunds
        back = self.bank.give_back(
            data["out_request_no"], order.number, round(float(data["refund_amount"]) * 100)
        )
        if back is None or back.state == "failed":
            self.bank.refunds.pop(data["out_request_no"], None)
            return failed("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        moved = "N" if before or back.state != "done" else "Y"
        return OK | {
            "out_trade_no": order.number,
            "fund_change": moved,
            "refund_fee": yuan(back.fen),
            "trade_no": order.transaction,
        }

    # statements
    @property
    def bill(self) -> bytes:
        """The day's bill as Alipay packs it."""
        header = "支付宝交易号,商户订单号,业务类型,商品名称,订单金额（元）,退款批次号/请求号,备注"
        rows = [
            f"{one.transaction}\t,{one.number}\t,交易,挂号费,{yuan(one.fen)},,"
            for one in self.bank.orders.values()
            if one.state == "paid"
        ]
        rows += [
            f"4200\t,{one.order}\t,退款,挂号费,-{yuan(one.fen)},{one.number},"
            for one in self.bank.refunds.values()
        ]
        notes = ["#支付宝业务明细查询", f"#账号：[{SELLER_ID}]", "#-----业务明细列表----"]
        text = "\r\n".join([*notes, header, *rows, "#-----业务明细列表结束----", "#交易合计：1笔"])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("20880000_20261102_业务明细.csv", text.encode("gb18030"))
            archive.writestr("20880000_20261102_业务明细(汇总).csv", "#".encode("gb18030"))
        return packed.getvalue()

    # notices
    def notice(
        self,
        number: str,
        *,
        notice_id: str = "n" * 34,
        age_s: int = 0,
        forged: bool = False,
        refund_no: str = "",
        **changes: Any,
    ) -> tuple[dict[str, str], bytes, str]:
        order = self.bank.orders[number]
        sent = datetime.fromtimestamp(self.bank.now() - age_s, UTC).astimezone(BEIJING)
        fields = {
            "notify_time": sent.strftime("%Y-%m-%d %H:%M:%S"),
            "notify_type": "trade_status_sync",
            "notify_id": notice_id,
            "app_id": APP_ID,
            "charset": "utf-8",
            "version": "1.0",
            "seller_id": SELLER_ID,
            "buyer_id": order.payer,
            "trade_no": order.transaction,
            "out_trade_no": number,
            "trade_status": STATES[order.state],
            "total_amount": yuan(order.fen),
            "subject": "挂号费 赵明 2026-11-03",
            "body": "",
        }
        if refund_no:
            back = self.bank.refunds[refund_no]
            fields |= {
                "trade_status": "TRADE_CLOSED",
                "gmt_refund": fields["notify_time"] + ".123",
                "refund_fee": yuan(back.fen),
                "out_biz_no": refund_no,
            }
        fields |= changes
        signed = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
        key = pair("stranger" if forged else "alipay")
        fields |= {"sign_type": "RSA2", "sign": sign(key, signed)}
        return {}, urlencode(fields).encode(), "application/x-www-form-urlencoded; charset=utf-8"
