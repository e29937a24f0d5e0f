"""Daily statements as WeChat Pay and Alipay write them, read line by line. Raises ValueError on anything else."""

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from booking.providers.interface import StatementLine
from booking.providers.reading import fen_of_yuan, word

UNPACKED_MAX = 200 * 1024 * 1024


def digest_fits(packed: bytes, said: Mapping[str, Any]) -> str:
    """The bill inside ``packed``: its SHA-1 stands in the signed answer that named the download."""
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        plain = file.read(UNPACKED_MAX + 1)
    if len(plain) > UNPACKED_MAX:
        raise ValueError("the statement is too large")
    if said.get("hash_type") != "SHA1" or hashlib.sha1(plain).hexdigest() != said.get("hash_value"):  # noqa: S324
        raise ValueError("the statement is not the one that was announced")
    return plain.decode("utf-8-sig")


def wechat_lines(text: str) -> list[StatementLine]:
    """WeChat's trade bill: a grave accent before every value, then two lines of totals that are left out."""
    rows = _rows(line.replace("`", "") for line in text.splitlines())
    return [line for row in rows if (line := _wechat_line(row)) is not None]


def _wechat_line(row: Mapping[str, str]) -> StatementLine | None:
    state = row["交易状态"]
    if state == "SUCCESS":
        return StatementLine(word(row["商户订单号"]), "", fen_of_yuan(row["订单金额"]))
    if state == "REFUND" and row["退款状态"] in {"SUCCESS", "PROCESSING"}:
        return StatementLine(
            word(row["商户订单号"]), word(row["商户退款单号"]), fen_of_yuan(row["申请退款金额"])
        )
    return None


def alipay_lines(packed: bytes) -> list[StatementLine]:
    """Alipay's trade bill: GB18030 files in a ZIP; the one with the details, without its comment lines."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        details = [
            entry for entry in archive.infolist() if "业务明细" in _name(entry) and "汇总" not in _name(entry)
        ]
        if len(details) != 1 or details[0].file_size > UNPACKED_MAX:
            raise ValueError("not a statement")
        text = archive.read(details[0]).decode("gb18030")
    lines = (line.replace("\t", "") for line in text.splitlines() if not line.startswith("#"))
    return [line for row in _rows(lines) if (line := _alipay_line(row)) is not None]


def _alipay_line(row: Mapping[str, str]) -> StatementLine | None:
    order_no, amount_fen = word(row["商户订单号"]), fen_of_yuan(row["订单金额（元）"])
    if row["业务类型"] == "交易":
        return StatementLine(order_no, "", amount_fen)
    if row["业务类型"] == "退款":
        return StatementLine(order_no, word(row["退款批次号/请求号"]), abs(amount_fen))
    return None


def _name(entry: zipfile.ZipInfo) -> str:
    """The file's name; without the UTF-8 flag the library read GBK bytes as code page 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    return entry.filename.encode("cp437").decode("gb18030", "replace")


def _rows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The table under the first line, up to the first line of another width: what follows are totals."""
    reader = csv.reader(line for line in lines if line.strip())
    header = [name.strip() for name in next(reader, [])]
    for values in reader:
        if len(values) != len(header):
            return
        yield dict(zip(header, (value.strip() for value in values), strict=True))
