"""What the gateway remembers in one SQLite file: orders, refunds, notices, the switch, used nonces."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hospital.gateway.modes import Mode, Switch

SCHEMA = """
create table if not exists orders (
  out_trade_no text primary key, token text not null unique,
  amount_fen integer not null check (amount_fen > 0),
  description text not null, notify_url text not null, return_url text not null, expires_at real not null,
  state text not null, transaction_id text not null default '', paid_at real);
create table if not exists refunds (
  refund_no text primary key, out_trade_no text not null references orders, amount_fen integer not null,
  reason text not null, state text not null, provider_refund_no text not null unique, done_at real not null);
create table if not exists notices (
  id integer primary key, notice_id text not null, url text not null, body blob not null, flaw text not null,
  due_at real not null, attempts integer not null default 0, last_status integer, done_at real);
create index if not exists notices_due on notices (due_at) where done_at is null;
create table if not exists switch (
  id integer primary key check (id = 1), mode text, seconds integer, count integer);
create table if not exists nonces (nonce text primary key, at real not null);
create table if not exists payers (out_trade_no text primary key references orders, payer text not null);
"""

MOVED = """
select out_trade_no as order_no, '' as refund_no, amount_fen as amount, paid_at as at
from orders where state = 'paid' and paid_at >= :since and paid_at < :until
union all
select out_trade_no, refund_no, amount_fen, done_at
from refunds where state <> 'ABNORMAL' and done_at >= :since and done_at < :until
order by at
"""


@dataclass(frozen=True, slots=True)
class Order:
    """A row of `orders`."""

    out_trade_no: str
    token: str
    amount_fen: int
    description: str
    notify_url: str
    return_url: str
    expires_at: float
    state: str
    transaction_id: str
    paid_at: float | None


@dataclass(frozen=True, slots=True)
class Refund:
    """A row of `refunds`."""

    refund_no: str
    out_trade_no: str
    amount_fen: int
    reason: str
    state: str
    provider_refund_no: str
    done_at: float


@dataclass(frozen=True, slots=True)
class PendingNotice:
    """A row of `notices`."""

    id: int
    notice_id: str
    url: str
    body: bytes
    flaw: str
    due_at: float
    attempts: int
    last_status: int | None
    done_at: float | None


class Store:
    """One connection behind one lock: a sandbox needs to be right and to survive a kill, not to be fast."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma foreign_keys = on")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept together or not at all; one inside another joins it."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _one(self, sql: str, *values: Any) -> dict[str, Any] | None:
        with self._lock:
            row = self._db.execute(sql, values).fetchone()
        return dict(row) if row else None

    def _all(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values)]

    def _write(self, sql: str, *values: Any) -> int:
        with self._lock:
            return self._db.execute(sql, values).rowcount

    # orders
    def order_add(self, order: Order) -> None:
        """Keep a new order."""
        self._write(
            "insert into orders values (?,?,?,?,?,?,?,?,?,?)",
            *(order.out_trade_no, order.token, order.amount_fen, order.description, order.notify_url),
            *(order.return_url, order.expires_at, order.state, order.transaction_id, order.paid_at),
        )

    def order(self, out_trade_no: str) -> Order | None:
        """The order of this number."""
        row = self._one("select * from orders where out_trade_no = ?", out_trade_no)
        return Order(**row) if row else None

    def order_by_token(self, token: str) -> Order | None:
        """The order of this pay page."""
        row = self._one("select * from orders where token = ?", token)
        return Order(**row) if row else None

    def orders_latest(self, limit: int) -> list[Order]:
        """The newest orders."""
        return [Order(**row) for row in self._all("select * from orders order by rowid desc limit ?", limit)]

    def order_move(
        self, out_trade_no: str, state: str, transaction_id: str = "", at: float | None = None
    ) -> bool:
        """Leave `unpaid` once and for all; False when the order had left it before."""
        sql = "update orders set state=?, transaction_id=?, paid_at=? where out_trade_no=? and state='unpaid'"
        return self._write(sql, state, transaction_id, at, out_trade_no) == 1

    def payer_keep(self, out_trade_no: str, payer: str) -> None:
        """Who paid; the first one stays."""
        self._write("insert or ignore into payers values (?, ?)", out_trade_no, payer)

    def payer(self, out_trade_no: str) -> str:
        """Who paid the order; empty when nobody did."""
        row = self._one("select payer from payers where out_trade_no = ?", out_trade_no)
        return str(row["payer"]) if row else ""

    def moved(self, since: float, until: float) -> list[dict[str, Any]]:
        """The money taken and given back in a time, oldest first."""
        with self._lock:
            return [dict(row) for row in self._db.execute(MOVED, {"since": since, "until": until})]

    # refunds
    def refund_add(self, refund: Refund) -> None:
        """Keep a new refund."""
        self._write(
            "insert into refunds values (?,?,?,?,?,?,?)",
            *(refund.refund_no, refund.out_trade_no, refund.amount_fen, refund.reason),
            *(refund.state, refund.provider_refund_no, refund.done_at),
        )

    def refund(self, refund_no: str) -> Refund | None:
        """The refund of this number."""
        row = self._one("select * from refunds where refund_no = ?", refund_no)
        return Refund(**row) if row else None

    def refunded_fen(self, out_trade_no: str) -> int:
        """What was or is being given back of an order; a failed refund counts nothing."""
        sql = (
            "select coalesce(sum(amount_fen), 0) as fen from refunds"
            " where out_trade_no = ? and state <> 'ABNORMAL'"
        )
        row = self._one(sql, out_trade_no)
        return int(row["fen"]) if row else 0

    # notices
    def notice_add(self, notice_id: str, url: str, body: bytes, flaw: str, due_at: float) -> None:
        """Keep a notice until it is delivered."""
        sql = "insert into notices (notice_id, url, body, flaw, due_at) values (?,?,?,?,?)"
        self._write(sql, notice_id, url, body, flaw, due_at)

    def notices_due(self, now: float, limit: int = 20) -> list[PendingNotice]:
        """Undelivered notices whose time has come."""
        sql = "select * from notices where done_at is null and due_at <= ? order by due_at limit ?"
        return [PendingNotice(**row) for row in self._all(sql, now, limit)]

    def notices_latest(self, limit: int) -> list[PendingNotice]:
        """The newest notices, delivered or not."""
        return [
            PendingNotice(**row) for row in self._all("select * from notices order by id desc limit ?", limit)
        ]

    def notice_tried(self, pk: int, status: int | None, next_at: float | None, now: float) -> None:
        """Write down one attempt; `next_at` None ends the notice, delivered or given up."""
        done_at = now if next_at is None else None
        sql = (
            "update notices set attempts = attempts + 1, last_status = ?, due_at = ?, done_at = ?"
            " where id = ?"
        )
        self._write(sql, status, next_at or now, done_at, pk)

    # the switch, and nonces of merchants' requests
    def switch(self) -> Switch:
        """How the gateway misbehaves at present."""
        row = self._one("select mode, seconds, count from switch where id = 1")
        return Switch(Mode(row["mode"]), row["seconds"], row["count"]) if row else Switch()

    def switch_set(self, switch: Switch) -> None:
        """Misbehave differently from now on."""
        sql = "insert or replace into switch (id, mode, seconds, count) values (1, ?, ?, ?)"
        self._write(sql, switch.mode.value, switch.seconds, switch.count)

    def switch_used(self) -> None:
        """One use less; after the last one the gateway behaves again."""
        with self.transaction():
            self._write("update switch set count = count - 1 where count is not null")
            self._write("delete from switch where count <= 0")

    def nonce_use(self, nonce: str, now: float, keep_s: float) -> bool:
        """True for a nonce not seen within `keep_s` seconds."""
        with self.transaction():
            self._write("delete from nonces where at < ?", now - keep_s)
            return self._write("insert or ignore into nonces values (?, ?)", nonce, now) == 1
