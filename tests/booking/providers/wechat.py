"""WeChat Pay v3 as a merchant meets it: checks every request's signature, signs every answer, seals notices."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from booking.providers.wechat import WeChatProvider
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

MCHID, APPID, APIV3_KEY = "1900000109", "wxd678efh567hg6787", "k" * 32
SERIAL, PUBLIC_KEY_ID = "444F4864EA9B34415D", "PUB_KEY_ID_0119000001092025"
FIELD = re.compile(r'(\w+)="([^"]*)"')
STATES = {"unpaid": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED"}
BACK = {"done": "SUCCESS", "processing": "PROCESSING", "failed": "ABNORMAL"}


class WeChatGate(Gate):
    """One merchant's corner of WeChat Pay."""

    name = "wechat"
    success = {"code": "SUCCESS", "message": ""}

    @property
    def client(self) -> WeChatProvider:
        return WeChatProvider(**self.options)

    @property
    def options(self) -> dict[str, Any]:
        return {
            "name": "wechat",
            "mchid": MCHID,
            "appid": APPID,
            "private_key": private_pem("merchant"),
            "cert_serial_no": SERIAL,
            "apiv3_key": APIV3_KEY,
            "public_key": public_pem("wechat"),
            "public_key_id": PUBLIC_KEY_ID,
            "url": self.url,
            "timeout_s": CLIENT_PATIENCE_S,
        }

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        if target.startswith("/download/"):
            return Answer(200, gzip.compress(self.bill.encode()), {"Content-Type": "application/gzip"})
        status, said = self._decide(method, target, headers, body)
        content = b"" if said is None else json.dumps(said).encode()
        key = pair("stranger" if self.bank.forged_answers else "wechat")
        proof = self._proof(content.decode(), key=key)
        return Answer(status, content, {"Content-Type": "application/json", **proof})

    def _decide(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any] | None]:
        said = dict(FIELD.findall(headers.get("Authorization", "")))
        signed = f"{method}\n{target}\n{said['timestamp']}\n{said['nonce_str']}\n{body.decode()}\n"
        known = (said["mchid"], said["serial_no"]) == (MCHID, SERIAL)
        fresh = abs(self.bank.now() - int(said["timestamp"])) < 300
        if not (known and fresh and fits(pair("merchant").public_key(), signed, said["signature"])):
            return 401, {"code": "SIGN_ERROR", "message": "wrong signature"}
        path, data = urlsplit(target).path, json.loads(body) if body else {}
        if path.startswith("/v3/pay/transactions/out-trade-no/"):
            return self._order(path.split("/"))
        if path.startswith("/v3/pay/transactions/"):
            return self._create(path.rpartition("/")[2], data)
        if path.startswith("/v3/refund/domestic/refunds"):
            return self._refund(path.split("/")[5:], data)
        if path == "/v3/bill/tradebill":
            return self._bill()
        return 404, {"code": "NOT_FOUND", "message": path}

    def _create(self, product: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        number = data["out_trade_no"]
        known = self._asked.setdefault(number, data)
        if known != data:
            return 400, {"code": "INVALID_REQUEST", "message": "another content under this number"}
        if number not in self.bank.orders:
            self.bank.orders[number] = Held(number, data["amount"]["total"], data["notify_url"])
        if product == "h5":
            return 200, {"h5_url": f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={number}"}
        return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={number}"}

    @property
    def _asked(self) -> dict[str, Any]:
        return self.__dict__.setdefault("_asked_of", {})

    def _order(self, parts: list[str]) -> tuple[int, dict[str, Any] | None]:
        order = self.bank.orders.get(parts[5])
        if order is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "no such order"}
        if parts[-1] == "close":
            if order.state == "paid":
                return 400, {"code": "ORDERPAID", "message": "paid"}
            order.state = "closed"
            return 204, None
        return 200, self.transaction(order.number)

    def transaction(self, number: str) -> dict[str, Any]:
        order = self.bank.orders[number]
        said: dict[str, Any] = {
            "appid": APPID,
            "mchid": MCHID,
            "out_trade_no": number,
            "trade_state": STATES[order.state],
        }
        if order.state == "paid":
            said |= {
                "transaction_id": order.transaction,
                "amount": {"total": order.fen, "payer_total": order.fen, "currency": "CNY"},
                "payer": {"openid": order.payer},
            }
        return said

    def _refund(self, rest: list[str], data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if rest:
            back = self.bank.refunds.get(rest[0])
            if back is None:
                return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "no such refund"}
        else:
            back = self.bank.give_back(data["out_refund_no"], data["out_trade_no"], data["amount"]["refund"])
            if back is None:
                return 403, {"code": "NOT_ENOUGH", "message": "not enough money"}
        return 200, {
            "refund_id": f"5000{back.number}",
            "out_refund_no": back.number,
            "out_trade_no": back.order,
            "status": BACK[back.state],
            "amount": {"refund": back.fen, "total": back.fen, "currency": "CNY"},
        }

    # statements
    @property
    def bill(self) -> str:
        """The day's bill as WeChat writes it."""
        header = "交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,商户退款单号,退款状态,订单金额,申请退款金额"
        rows = [
            f"`2026-11-02 09:00:00,`{APPID},`{MCHID},`{one.transaction},`{one.number},`SUCCESS,`,`,"
            f"`{one.fen // 100}.{one.fen % 100:02d},`0.00"
            for one in self.bank.orders.values()
            if one.state == "paid"
        ]
        rows += [
            f"`2026-11-02 09:05:00,`{APPID},`{MCHID},`4200,`{one.order},`REFUND,`{one.number},`SUCCESS,`0.00,"
            f"`{one.fen // 100}.{one.fen % 100:02d}"
            for one in self.bank.refunds.values()
        ]
        return "\ufeff" + "\r\n".join([header, *rows, "总交易单数,应结订单总金额", "`1,`50.00"]) + "\r\n"

    def _bill(self) -> tuple[int, dict[str, Any]]:
        digest = hashlib.sha1(self.bill.encode(), usedforsecurity=False).hexdigest()
        return 200, {
            "download_url": f"{self.url}/download/bill?token=t",
            "hash_type": "SHA1",
            "hash_value": digest,
        }

    # notices
    def notice(
        self,
        number: str,
        *,
        notice_id: str = "EV-1",
        age_s: int = 0,
        forged: bool = False,
        refund_no: str = "",
        refund_state: str = "SUCCESS",
        **changes: Any,
    ) -> tuple[dict[str, str], bytes, str]:
        resource = self.transaction(number) | changes
        event = "TRANSACTION.SUCCESS"
        if refund_no:
            back = self.bank.refunds[refund_no]
            event = f"REFUND.{refund_state}"
            resource |= {
                "out_refund_no": refund_no,
                "refund_status": refund_state,
                "amount": {"total": back.fen, "refund": back.fen},
            }
        nonce = secrets.token_hex(6)
        sealed = AESGCM(APIV3_KEY.encode()).encrypt(
            nonce.encode(), json.dumps(resource).encode(), b"transaction"
        )
        body = json.dumps(
            {
                "id": notice_id,
                "create_time": "2026-11-02T09:00:00+08:00",
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": "支付成功",
                "resource": {
                    "original_type": "transaction",
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(sealed).decode(),
                    "associated_data": "transaction",
                    "nonce": nonce,
                },
            },
            ensure_ascii=False,
        )
        key = pair("stranger" if forged else "wechat")
        return self._proof(body, key=key, age_s=age_s), body.encode(), "application/json"

    def _proof(self, body: str, *, key: Any, age_s: int = 0) -> dict[str, str]:
        timestamp, nonce = str(int(self.bank.now()) - age_s), secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": PUBLIC_KEY_ID,
            "Wechatpay-Signature": sign(key, f"{timestamp}\n{nonce}\n{body}\n"),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
