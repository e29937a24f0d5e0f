"""The pieces of a history file in the database: packed, sealed, and put together again on a worker's disk."""

import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.mapping_files import mapping_of_data
from analytics.models import HistoryUpload, UploadPart
from analytics.services.files import HistoryFile
from hospital.common.crypto import seal_bytes, unseal_bytes

PART_BYTES = 1_000_000
SAMPLE_ROWS = 200


@contextmanager
def upload_file(upload: HistoryUpload) -> Iterator[HistoryFile]:
    """The file as one on this machine's disk, for as long as the block lasts."""
    mapping = mapping_of_data(upload.tables) if upload.tables else None
    with TemporaryDirectory(prefix="history-") as folder:
        path = Path(folder, "file.xlsx" if upload.name.lower().endswith(".xlsx") else "file.csv")
        with path.open("wb") as out:
            for piece in _pieces(upload, UploadPart.Kind.FILE):
                out.write(piece)
        yield HistoryFile(path, mapping, upload.start_date)


def sample_keep(upload: HistoryUpload) -> None:
    """Keep the header and the first rows apart, to show them without unpacking the file.

    Raises
    ------
    ImportRefused
        When the file is no table.
    """
    with upload_file(upload) as file:
        names, rows = file.sample(SAMPLE_ROWS)
    _json_write(upload, UploadPart.Kind.SAMPLE, {"names": names, "rows": rows})


def upload_sample(upload: HistoryUpload) -> tuple[list[str], list[list[str]]]:
    """The header and the first rows of the file."""
    sample = _json_read(upload, UploadPart.Kind.SAMPLE) or {"names": [], "rows": []}
    return sample["names"], sample["rows"]


def upload_faults(upload: HistoryUpload) -> list[RowError]:
    """What is wrong with the file, row by row; of very many rows the first."""
    found = _json_read(upload, UploadPart.Kind.FAULTS) or []
    return [RowError(line, reason, **params) for line, reason, params in found]


def faults_keep(upload: HistoryUpload, refused: ImportRefused) -> None:
    """Keep what is wrong with the file, instead of what was wrong before."""
    upload.parts.filter(kind=UploadPart.Kind.FAULTS).delete()
    _json_write(
        upload, UploadPart.Kind.FAULTS, [[each.line, each.reason, each.params] for each in refused.errors]
    )


def _json_write(upload: HistoryUpload, kind: UploadPart.Kind, content: object) -> None:
    for index, piece in enumerate(even([json.dumps(content).encode()])):
        part_write(upload, kind, index, piece)


def _json_read(upload: HistoryUpload, kind: UploadPart.Kind) -> Any:
    return json.loads(b"".join(_pieces(upload, kind)) or b"null")


def _pieces(upload: HistoryUpload, kind: UploadPart.Kind) -> Iterator[bytes]:
    parts = upload.parts.filter(kind=kind).order_by("index").values_list("sealed", flat=True)
    for sealed in parts.iterator(chunk_size=4):
        yield zlib.decompress(unseal_bytes(sealed))


def part_write(upload: HistoryUpload, kind: UploadPart.Kind, index: int, piece: bytes) -> None:
    """Keep one piece, packed and sealed."""
    sealed = seal_bytes(zlib.compress(piece, 1))
    UploadPart.objects.create(upload=upload, kind=kind, index=index, sealed=sealed)


def even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)
