"""Two hundred damaged files: each is refused whole and in words, or what is left of it comes in whole."""

import csv
import random
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.db import transaction
from openpyxl import Workbook

from analytics.domain.errors import ImportRefused
from analytics.domain.visits import FIELDS
from analytics.models import BinSummary, ImportBatch, SessionDay, Visit
from analytics.services.files import HistoryFile
from analytics.services.visits import TakenIn, visits_take_in
from hospital.common.actor import Actor
from tests.analytics.conftest import visit
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
SEED = 2018
FILES = 200
Damage = Callable[[bytes, random.Random], bytes]


def rows() -> list[dict[str, str]]:
    return [visit(department="神经内科", patient_ref=f"P{number}") for number in range(8)]


def as_csv(encoding: str) -> bytes:
    out = StringIO()
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    writer.writerows(rows())
    return out.getvalue().encode(encoding)


def as_xlsx() -> bytes:
    book, out = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(FIELDS))
    for row in rows():
        sheet.append([row.get(name, "") for name in FIELDS])
    book.save(out)
    return out.getvalue()


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def flipped(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def lost(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 40) :]


def stuffed(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    junk = chance.choice([b"\0", b'"', b",", b"\n", b"\xff\xfe", b"NaN", b"," * 5000, b"9" * 20_000, b"\r"])
    return content[:start] + junk + content[start:]


def twice(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content + content[start:]


def mixed(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start:].decode("utf-8", "ignore").encode("gb18030")


def inside(content: bytes, chance: random.Random) -> bytes:
    """A workbook that is a good zip with a damaged part in it."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        victim = chance.choice(good.namelist())
        for name in good.namelist():
            part = good.read(name)
            if name != victim or (harm := chance.choice([cut, flipped, lost, None])) is None:
                if name != victim:
                    bad.writestr(name, part)
            else:
                bad.writestr(name, harm(part, chance))
    return out.getvalue()


def damaged_files() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(SEED)
    texts = [as_csv(encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
    book = as_xlsx()
    text_damages: list[Damage] = [cut, flipped, lost, stuffed, twice, mixed]
    book_damages: list[Damage] = [cut, flipped, lost, stuffed, inside]
    for number in range(FILES):
        if number % 4 == 3:
            yield "xlsx", chance.choice(book_damages)(book, chance)
        else:
            yield "csv", chance.choice(text_damages)(chance.choice(texts), chance)


def readable_rows(path: Path) -> int:
    """Rows below the header that are not blank."""
    return sum(1 for _cells in HistoryFile(path).cells()) - 1


def taken_or_refused(path: Path, now: VirtualClock) -> TakenIn | ImportRefused:
    try:
        return visits_take_in(
            read=HistoryFile(path).rows,
            source=ImportBatch.Source.FILE,
            name=path.name,
            actor=Actor.job("test"),
            now=now(),
        )
    except ImportRefused as refusal:
        return refusal


def test_a_damaged_file_is_refused_whole_or_comes_in_whole(tmp_path: Path, now: VirtualClock) -> None:
    refused = 0
    for number, (kind, content) in enumerate(damaged_files()):
        path = tmp_path / f"{number}.{kind}"
        path.write_bytes(content)
        with transaction.atomic():
            end = taken_or_refused(path, now)
            if isinstance(end, ImportRefused):
                refused += 1
                assert end.count >= 1
                assert all(error.line >= 1 and str(error) for error in end.errors)
                tables = (ImportBatch, SessionDay, Visit, BinSummary)
                assert not any(model._base_manager.exists() for model in tables), path.name
            else:
                assert end.rows == end.added == Visit.objects.count() == readable_rows(path), path.name
            transaction.set_rollback(True)
    assert refused >= FILES * 0.7, "so few were refused that the damage shows nothing"
